// SPDX-License-Identifier: MIT
/* RACE_FINALLY is looked at when the callback has run as well. */
#include <racelens.h>

struct item { struct rcu_head rcu; };
static struct item *it;
static int freed;

static void cb(struct rcu_head *h) { WRITE_ONCE(freed, 1); }

RACE_INIT() { it = kzalloc(sizeof(*it), GFP_KERNEL); }
RACE_THREAD(process, t) { call_rcu(&it->rcu, cb); }
RACE_FINALLY(freed)
RACE_EXPECT(holds)

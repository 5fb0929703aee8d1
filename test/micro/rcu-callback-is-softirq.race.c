// SPDX-License-Identifier: MIT
/* Callbacks run in softirq context: they must not sleep. */
#include <racelens.h>

struct item { struct rcu_head rcu; };
static struct item *it;

static void cb(struct rcu_head *h) { msleep(1); }

RACE_INIT() { it = kzalloc(sizeof(*it), GFP_KERNEL); }
RACE_THREAD(process, t) { call_rcu(&it->rcu, cb); }
RACE_EXPECT(sleep-in-atomic)

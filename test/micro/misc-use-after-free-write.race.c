// SPDX-License-Identifier: MIT
/* A write after the free is one as well. */
#include <racelens.h>

struct obj { int n; };
static struct obj *o;

RACE_INIT() { o = kzalloc(sizeof(*o), GFP_KERNEL); }
RACE_THREAD(process, a) { WRITE_ONCE(o->n, 1); }
RACE_THREAD(process, b) { kfree(o); }
RACE_EXPECT(use-after-free)

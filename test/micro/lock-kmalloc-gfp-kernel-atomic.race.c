// SPDX-License-Identifier: MIT
/* GFP_KERNEL may sleep. */
#include <racelens.h>

static DEFINE_SPINLOCK(l);
static void *p;

RACE_THREAD(process, t)
{
	spin_lock(&l);
	p = kmalloc(16, GFP_KERNEL);
	spin_unlock(&l);
}
RACE_EXPECT(sleep-in-atomic)

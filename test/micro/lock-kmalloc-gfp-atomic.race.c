// SPDX-License-Identifier: MIT
/* GFP_ATOMIC does not. */
#include <racelens.h>

static DEFINE_SPINLOCK(l);
static void *p;

RACE_THREAD(process, t)
{
	spin_lock(&l);
	p = kmalloc(16, GFP_ATOMIC);
	spin_unlock(&l);
}
RACE_EXPECT(holds)

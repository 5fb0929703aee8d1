// SPDX-License-Identifier: MIT
/* The inner irqsave overwrites the flags with "off": interrupts stay off for good, and msleep() meets them. */
#include <racelens.h>

static DEFINE_SPINLOCK(l1);
static DEFINE_SPINLOCK(l2);

RACE_THREAD(process, t)
{
	unsigned long flags;

	spin_lock_irqsave(&l1, flags);
	spin_lock_irqsave(&l2, flags);
	spin_unlock_irqrestore(&l2, flags);
	spin_unlock_irqrestore(&l1, flags);
	msleep(1);
}
RACE_EXPECT(sleep-in-atomic)

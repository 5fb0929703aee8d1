// SPDX-License-Identifier: MIT
/* Each level keeps its own flags: interrupts are on again at the end, so sleeping is fine. */
#include <racelens.h>

static DEFINE_SPINLOCK(l1);
static DEFINE_SPINLOCK(l2);

RACE_THREAD(process, t)
{
	unsigned long outer, inner;

	spin_lock_irqsave(&l1, outer);
	spin_lock_irqsave(&l2, inner);
	spin_unlock_irqrestore(&l2, inner);
	spin_unlock_irqrestore(&l1, outer);
	msleep(1);
}
RACE_EXPECT(holds)

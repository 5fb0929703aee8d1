// SPDX-License-Identifier: MIT
/* spin_unlock_irq() turns interrupts on although the outer lock is still held: the handler spins on it. */
#include <racelens.h>

static DEFINE_SPINLOCK(l1);
static DEFINE_SPINLOCK(l2);

RACE_THREAD(process, task, 0)
{
	unsigned long flags;

	spin_lock_irqsave(&l1, flags);
	spin_lock_irq(&l2);
	spin_unlock_irq(&l2);
	spin_unlock_irqrestore(&l1, flags);
}
RACE_THREAD(hardirq, handler, 0)
{
	spin_lock(&l1);
	spin_unlock(&l1);
}
RACE_EXPECT(deadlock)

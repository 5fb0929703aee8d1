// SPDX-License-Identifier: MIT
/* disable_irq() waits for the handler; the interrupt that comes meanwhile is served when the line is enabled again. */
#include <racelens.h>

static int a, b, served;

static irqreturn_t handler(int irq, void *data)
{
	RACE_ASSERT(a == b);
	served = 1;
	return IRQ_HANDLED;
}
RACE_THREAD(hardirq, interrupt) { handler(5, &a); }
RACE_THREAD(process, writer) { disable_irq(5); a++; b++; enable_irq(5); }
RACE_FINALLY(served)
RACE_EXPECT(holds)

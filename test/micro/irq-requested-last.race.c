// SPDX-License-Identifier: MIT
/* No interrupt comes before it is asked for. */
#include <racelens.h>

static int *counter;

static irqreturn_t handler(int irq, void *data)
{
	(*counter)++;
	return IRQ_HANDLED;
}
RACE_THREAD(hardirq, interrupt) { handler(5, &counter); }
RACE_THREAD(process, probe)
{
	counter = kzalloc(sizeof(*counter), GFP_KERNEL);
	request_irq(5, handler, 0, "card", &counter);
}
RACE_FINALLY(*counter == 1)
RACE_EXPECT(holds)

// SPDX-License-Identifier: MIT
/* The card goes before its interrupt does. */
#include <racelens.h>

struct card { int irq; int count; };
static struct card *card;

static irqreturn_t handler(int irq, void *data)
{
	struct card *c = data;

	c->count++;
	return IRQ_HANDLED;
}
RACE_INIT() { card = kzalloc(sizeof(*card), GFP_KERNEL); }
RACE_THREAD(hardirq, interrupt) { handler(5, card); }
RACE_REPEAT(interrupt, 2)
RACE_THREAD(process, remove) { struct card *c = card; kfree(c); free_irq(5, c); }
RACE_EXPECT(use-after-free)

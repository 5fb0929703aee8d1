// SPDX-License-Identifier: MIT
/* free_irq() waits for the handler, and no interrupt comes afterwards. */
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
RACE_THREAD(process, remove) { struct card *c = card; free_irq(5, c); kfree(c); }
RACE_EXPECT(holds)

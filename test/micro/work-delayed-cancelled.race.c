// SPDX-License-Identifier: MIT
/* cancel_delayed_work_sync() ends the delay or waits for the run. */
#include <racelens.h>

struct dev { struct delayed_work work; int val; };
static struct dev *d;

static void fn(struct work_struct *w)
{
	struct dev *dev = container_of(to_delayed_work(w), struct dev, work);

	dev->val = 1;
}
RACE_INIT()
{
	d = kzalloc(sizeof(*d), GFP_KERNEL);
	INIT_DELAYED_WORK(&d->work, fn);
}
RACE_THREAD(process, remover)
{
	schedule_delayed_work(&d->work, HZ);
	cancel_delayed_work_sync(&d->work);
	kfree(d);
}
RACE_EXPECT(holds)

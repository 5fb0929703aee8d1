// SPDX-License-Identifier: MIT
/* free_irq() outside of the lock that the threaded handler takes. */
#include <racelens.h>

static DEFINE_MUTEX(lock);
static int opened = 1;

static irqreturn_t thread_fn(int irq, void *data)
{
	mutex_lock(&lock);
	opened++;
	mutex_unlock(&lock);
	return IRQ_HANDLED;
}
RACE_THREAD(kthread, irq_thread) { thread_fn(5, &opened); }
RACE_THREAD(process, close) { mutex_lock(&lock); opened = 0; mutex_unlock(&lock); free_irq(5, &opened); }
RACE_EXPECT(holds)

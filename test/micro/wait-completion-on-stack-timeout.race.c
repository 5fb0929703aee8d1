// SPDX-License-Identifier: MIT
/* The waiter gives up and returns; complete() then touches a stack frame that is gone. */
#include <racelens.h>

static struct completion *req;

static void submit(void)
{
	DECLARE_COMPLETION_ONSTACK(done);

	WRITE_ONCE(req, &done);
	wait_for_completion_timeout(&done, 10);
}
RACE_THREAD(process, submitter) { submit(); }
RACE_THREAD(softirq, irq)
{
	struct completion *c = READ_ONCE(req);

	if (c)
		complete(c);
}
RACE_EXPECT(use-after-free)

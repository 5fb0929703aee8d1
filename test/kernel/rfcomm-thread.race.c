// SPDX-License-Identifier: MIT
/*
 * "Bluetooth: Fix nested sleeps", the loop with wait_woken(): a wake-up before the state is set.
 */
#include <racelens.h>
#include "net/bluetooth/rfcomm/core.c"

RACE_STUB(int, rfcomm_add_listener, (bdaddr_t *ba)) { return 0; }
RACE_STUB(void, rfcomm_kill_listener, (void)) { }
static int work_done, posted;
RACE_STUB(void, rfcomm_process_sessions, (void)) { if (READ_ONCE(posted)) WRITE_ONCE(work_done, 1); }

static struct task_struct *t;
RACE_INIT() { t = kthread_run(rfcomm_run, NULL, "krfcommd"); }
RACE_THREAD(process, user)
{
	WRITE_ONCE(posted, 1);
	rfcomm_schedule();
	while (!READ_ONCE(work_done))
		msleep(1);
	kthread_stop(t);
}

RACE_EXPECT(holds)

// SPDX-License-Identifier: MIT
/* "tty: Fix ->pgrp locking in tiocspgrp()": the lock of the other end of the pty. */
#include <racelens.h>
#include "drivers/tty/tty_jobctrl.c"

static struct tty_struct tty, ptm;
static struct signal_struct sig;
static struct pid *old, *new1;
static struct pid sid;
static pid_t nr = 5;

RACE_STUB(int, __tty_check_change, (struct tty_struct *t, int s)) { return 0; }
RACE_STUB(struct pid *, find_vpid, (int n)) { return new1; }
RACE_STUB(struct pid *, session_of_pgrp, (struct pid *p)) { return &sid; }
RACE_STUB(struct pid *, task_session, (struct task_struct *t)) { return &sid; }
RACE_STUB(void, put_pid, (struct pid *pid))
{
	if (pid && refcount_dec_and_test(&pid->count))
		kfree(pid);
}

RACE_INIT()
{
	spin_lock_init(&tty.ctrl.lock);
	spin_lock_init(&ptm.ctrl.lock);
	tty.ctrl.session = &sid;
	old = kzalloc(sizeof(*old), GFP_KERNEL);
	refcount_set(&old->count, 1);
	new1 = kzalloc(sizeof(*new1), GFP_KERNEL);
	refcount_set(&new1->count, 3);
	tty.ctrl.pgrp = old;
	sig.tty = &tty;
}

RACE_THREAD(process, via_tty) { current->signal = &sig; tiocspgrp(&tty, &tty, &nr); }
RACE_THREAD(process, via_ptm) { current->signal = &sig; tiocspgrp(&ptm, &tty, &nr); }
RACE_EXPECT(holds)

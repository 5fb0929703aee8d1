// SPDX-License-Identifier: MIT
/* "ipc/mqueue, msg, sem: avoid relying on a stack reference past its expiry". */
#include <racelens.h>
#include "ipc/mqueue.c"

static struct mqueue_inode_info info;
static struct msg_msg msg;

RACE_INIT()
{
	spin_lock_init(&info.lock);
	INIT_LIST_HEAD(&info.e_wait_q[SEND].list);
	INIT_LIST_HEAD(&info.e_wait_q[RECV].list);
}

/* do_mq_timedreceive() with an empty queue */
RACE_THREAD(process, receiver)
{
	struct ext_wait_queue wait;
	wait.task = current;
	spin_lock(&info.lock);
	WRITE_ONCE(wait.state, STATE_NONE);
	wq_sleep(&info, RECV, NULL, &wait);
}

RACE_SIGNAL(receiver)
RACE_THREAD(process, sender)
{
	struct ext_wait_queue *receiver;
	DEFINE_WAKE_Q(wake_q);
	spin_lock(&info.lock);
	receiver = wq_get_first_waiter(&info, RECV);
	if (receiver)
		pipelined_send(&wake_q, &info, &msg, receiver);
	spin_unlock(&info.lock);
	wake_up_q(&wake_q);
}

RACE_EXPECT(holds)

// SPDX-License-Identifier: MIT
/*
 * "net: sched: fix packet stuck problem for lockless qdisc": a packet is queued while another CPU is
 * about to stop running the queue.
 */
#include <racelens.h>
#include <net/sch_generic.h>
#include <net/pkt_sched.h>

static struct Qdisc q = { .flags = TCQ_F_NOLOCK };
static atomic_t queued;
static int scheduled;

RACE_STUB(void, __netif_schedule, (struct Qdisc *qdisc)) { WRITE_ONCE(scheduled, 1); }

static void run(void)
{
	atomic_inc(&queued);
	if (qdisc_run_begin(&q)) {
		clear_bit(__QDISC_STATE_MISSED, &q.state);
		atomic_xchg(&queued, 0);
		qdisc_run_end(&q);
	}
}

RACE_INIT() { spin_lock_init(&q.seqlock); }
RACE_THREAD(softirq, one) { run(); }
RACE_THREAD(softirq, two) { run(); }
RACE_FINALLY(atomic_read(&queued) == 0 || scheduled)
RACE_EXPECT(holds)

// SPDX-License-Identifier: MIT
/*
 * "cpuset: Fix potential deadlock w/ set_mems_allowed": an interrupt reads a seqcount on the CPU of its
 * writer.
 */
#include <racelens.h>
#include "kernel/cgroup/cpuset.c"

RACE_CONFIG(CONFIG_CPUSETS, y)
static nodemask_t mems;

RACE_STUB(void, mpol_rebind_task, (struct task_struct *t, const nodemask_t *m)) { }
RACE_INIT() { static_branch_enable(&cpusets_enabled_key); }

RACE_THREAD(process, rebind, 0) { cpuset_change_task_nodemask(RACE_TASK(rebind), &mems); }
/* the page allocator from an interrupt */
RACE_THREAD(hardirq, irq, 0)
{
	unsigned int seq;
	do {
		seq = read_seqcount_begin(&RACE_TASK(rebind)->mems_allowed_seq);
	} while (read_seqcount_retry(&RACE_TASK(rebind)->mems_allowed_seq, seq));
}

RACE_EXPECT(holds)

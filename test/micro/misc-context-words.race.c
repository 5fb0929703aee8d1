// SPDX-License-Identifier: MIT
/* in_softirq(), in_hardirq(), irqs_disabled() and smp_processor_id() say where the code runs. */
#include <racelens.h>

static int n;

RACE_THREAD(softirq, s, 2)
{
	RACE_ASSERT(in_softirq() && !in_hardirq() && !in_task());
	RACE_ASSERT(smp_processor_id() == 2);
}
RACE_THREAD(hardirq, h) { RACE_ASSERT(in_hardirq() && irqs_disabled()); }
RACE_THREAD(process, p, 3)
{
	unsigned long flags;

	RACE_ASSERT(in_task() && !in_softirq() && !irqs_disabled());
	local_bh_disable();
	RACE_ASSERT(in_softirq() && in_task());
	local_bh_enable();
	local_irq_save(flags);
	RACE_ASSERT(irqs_disabled());
	local_irq_restore(flags);
	RACE_ASSERT(!irqs_disabled() && raw_smp_processor_id() == 3);
}
RACE_FINALLY(!n)
RACE_EXPECT(holds)

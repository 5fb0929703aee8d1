// SPDX-License-Identifier: MIT
/* Each element has its own members. */
#include <racelens.h>

struct cpu { int count; unsigned long flags; };
static struct cpu cpus[3];

RACE_THREAD(process, a)
{
	struct cpu *c = &cpus[1];

	c->count++;
	(c + 1)->count = 5;
	set_bit(3, &cpus[0].flags);
}
RACE_THREAD(process, b) { cpus[0].count++; }
RACE_FINALLY(cpus[0].count == 1 && cpus[1].count == 1 && cpus[2].count == 5 && cpus[0].flags == 8 && !cpus[1].flags)
RACE_EXPECT(holds)

// SPDX-License-Identifier: MIT
/* Check first, atomic increment after: both may pass the check. */
#include <racelens.h>

static atomic_t used = ATOMIC_INIT(1);

static void take(void)
{
	if (atomic_read(&used) < 2)
		atomic_inc(&used);
}
RACE_THREAD(process, a) { take(); }
RACE_THREAD(process, b) { take(); }
RACE_FINALLY(atomic_read(&used) == 2)
RACE_EXPECT(assertion)

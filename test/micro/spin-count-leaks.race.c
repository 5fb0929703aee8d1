// SPDX-License-Identifier: MIT
/* One path forgets to drop its count: the remover waits for ever. */
#include <racelens.h>

static atomic_t users = ATOMIC_INIT(0);
static int broken = 1;

RACE_THREAD(process, a)
{
	atomic_inc(&users);
	if (broken)
		return;
	atomic_dec(&users);
}
RACE_THREAD(process, remover)
{
	while (atomic_read(&users))
		msleep(1);
}
RACE_EXPECT(hang)

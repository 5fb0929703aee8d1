// SPDX-License-Identifier: MIT
/* A semaphore of one is a lock: the thread that has it and takes it again waits for itself. */
#include <racelens.h>

static DEFINE_SEMAPHORE(sem);

RACE_THREAD(process, a)
{
	down(&sem);
	down(&sem);
	up(&sem);
	up(&sem);
}
RACE_EXPECT(deadlock)

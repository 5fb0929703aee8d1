// SPDX-License-Identifier: MIT
/* A semaphore that counts to two may be taken twice. */
#include <racelens.h>

static struct semaphore sem;

RACE_INIT() { sema_init(&sem, 2); }
RACE_THREAD(process, a)
{
	down(&sem);
	down(&sem);
	up(&sem);
	up(&sem);
}
RACE_EXPECT(holds)

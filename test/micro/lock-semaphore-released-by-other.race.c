// SPDX-License-Identifier: MIT
/* A semaphore has none. */
#include <racelens.h>

static struct semaphore s;

RACE_INIT() { sema_init(&s, 0); }
RACE_THREAD(process, a) { down(&s); }
RACE_THREAD(process, b) { up(&s); }
RACE_EXPECT(holds)

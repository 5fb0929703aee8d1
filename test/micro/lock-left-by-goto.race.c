// SPDX-License-Identifier: MIT
/* The error path goes through the unlock. */
#include <racelens.h>

static DEFINE_MUTEX(m);
static int broken = 1, n;

RACE_THREAD(process, t)
{
	mutex_lock(&m);
	if (broken)
		goto out;
	n = 1;
out:
	mutex_unlock(&m);
}
RACE_EXPECT(holds)

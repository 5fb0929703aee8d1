// SPDX-License-Identifier: GPL-2.0-only
/* One order for all. */
#include <racelens.h>

static DEFINE_MUTEX(a);
static DEFINE_MUTEX(b);
static int moved;

RACE_THREAD(process, left)
{
	mutex_lock(&a);
	mutex_lock(&b);
	moved++;
	mutex_unlock(&b);
	mutex_unlock(&a);
}

RACE_THREAD(process, right)
{
	mutex_lock(&a);
	mutex_lock(&b);
	moved--;
	mutex_unlock(&b);
	mutex_unlock(&a);
}

RACE_FINALLY(moved == 0)
RACE_EXPECT(holds)

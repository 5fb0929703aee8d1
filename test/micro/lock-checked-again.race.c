// SPDX-License-Identifier: MIT
/* Checked again under the lock. */
#include <racelens.h>

static DEFINE_MUTEX(m);
static int ready, count;

static void setup(void)
{
	if (READ_ONCE(ready))
		return;
	mutex_lock(&m);
	if (!ready) {
		count++;
		WRITE_ONCE(ready, 1);
	}
	mutex_unlock(&m);
}
RACE_THREAD(process, a) { setup(); }
RACE_THREAD(process, b) { setup(); }
RACE_FINALLY(count == 1)
RACE_EXPECT(holds)

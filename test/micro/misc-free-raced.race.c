// SPDX-License-Identifier: MIT
/* Both threads find the pointer and free it. */
#include <racelens.h>

static int *p;

static void drop(void)
{
	int *q = READ_ONCE(p);

	WRITE_ONCE(p, NULL);
	kfree(q);
}
RACE_INIT() { p = kzalloc(sizeof(*p), GFP_KERNEL); }
RACE_THREAD(process, a) { drop(); }
RACE_THREAD(process, b) { drop(); }
RACE_EXPECT(double-free)

// SPDX-License-Identifier: MIT
/* Behind an unknown pointer is an object with unknown fields: the finding rests on one of them. */
#include <racelens.h>

struct dev { int up; };
struct dev *lookup(int id);
static int broken;

RACE_THREAD(process, t)
{
	struct dev *d = lookup(1);

	if (d && d->up)
		WRITE_ONCE(broken, 1);
}
RACE_FINALLY(!broken)
RACE_EXPECT(possible, assertion)

// SPDX-License-Identifier: MIT
/* Behind an object that was allocated without private data there is nothing. */
#include <racelens.h>

struct dev { int id; };

RACE_THREAD(process, t)
{
	struct dev *d = kzalloc(sizeof(*d), GFP_KERNEL);
	long *private;

	private = (long *)(d + 4);
	private[7] = 1;
}
RACE_EXPECT(out-of-bounds)

// SPDX-License-Identifier: MIT
/* Nobody knows how much memory stands behind an unknown pointer: private data behind the struct is no overrun. */
#include <racelens.h>

struct dev { int id; };
struct dev *find_dev(int id);

RACE_THREAD(process, t)
{
	struct dev *d = find_dev(3);
	long *private;

	if (!d)
		return;
	private = (long *)(d + 4);
	private[7] = 1;
	RACE_ASSERT(private[7] == 1);
}
RACE_EXPECT(holds)

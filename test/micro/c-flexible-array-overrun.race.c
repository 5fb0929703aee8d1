// SPDX-License-Identifier: MIT
/* One more than was allocated. */
#include <racelens.h>

struct packet { int len; u8 data[]; };
static struct packet *p;

RACE_INIT() { p = kzalloc(sizeof(*p) + 4, GFP_KERNEL); }
RACE_THREAD(process, t)
{
	int i;

	for (i = 0; i <= 4; i++)
		p->data[i] = i;
}
RACE_EXPECT(out-of-bounds)

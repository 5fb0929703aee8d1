// SPDX-License-Identifier: MIT
/* A u8 is promoted to int before +: 255 + 1 is 256, and only the store makes it 0. */
#include <racelens.h>

static u8 kept;
static int wide;

RACE_THREAD(process, t)
{
	u8 x = 255;

	wide = x + 1;
	kept = x + 1;
	RACE_ASSERT(~x != 0);
	RACE_ASSERT((u8)~x == 0);
}
RACE_FINALLY(wide == 256 && kept == 0)
RACE_EXPECT(holds)

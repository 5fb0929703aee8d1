// SPDX-License-Identifier: MIT
/* The members of a union share their bytes (little endian). */
#include <racelens.h>

union both {
	u32 word;
	u8 byte[4];
};
static union both u;
static u8 high;

RACE_THREAD(process, t)
{
	u.word = 0x11223344;
	u.byte[0] = 0xff;
	high = u.byte[3];
}
RACE_FINALLY(u.word == 0x112233ff && high == 0x11)
RACE_EXPECT(holds)

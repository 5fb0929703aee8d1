// SPDX-License-Identifier: MIT
/* A bit-field keeps the low bits only; a signed one extends its top bit. */
#include <racelens.h>

struct s { unsigned int a : 3; int b : 2; unsigned int c : 4; };
static struct s s;

RACE_THREAD(process, t)
{
	s.a = 9;
	s.b = 3;
	s.c = s.a + 14;
}
RACE_FINALLY(s.a == 1 && s.b == -1 && s.c == 15)
RACE_EXPECT(holds)

// SPDX-License-Identifier: MIT
/* return leaves the function from inside switch and loop. */
#include <racelens.h>

enum state { IDLE, BUSY, DEAD };
static int r;

static int look(enum state s)
{
	for (;;) {
		switch (s) {
		case IDLE:
			s = BUSY;
			continue;
		case BUSY:
			return 7;
		case DEAD:
			break;
		}
		return -1;
	}
}
RACE_THREAD(process, t) { r = look(IDLE) * 10 + look(DEAD); }
RACE_FINALLY(r == 69)
RACE_EXPECT(holds)

// SPDX-License-Identifier: MIT
/* Enumerators count on from the last value; what an initialiser leaves out is zero. */
#include <racelens.h>

enum level { LOW = -2, MID, HIGH = MID + 5, TOP };
struct conf { enum level level; int list[3]; struct { u16 x, y; } at; };
static struct conf c = { .list = { [1] = TOP }, .at.y = 9 };

RACE_THREAD(process, t)
{
	struct conf local = { .level = HIGH };

	RACE_ASSERT(local.level == 4 && local.list[2] == 0 && local.at.x == 0);
	RACE_ASSERT(sizeof(struct conf) == 20);
	c.level = MID;
}
RACE_FINALLY(c.level == -1 && c.list[0] == 0 && c.list[1] == 5 && c.at.x == 0 && c.at.y == 9)
RACE_EXPECT(holds)

// SPDX-License-Identifier: MIT
/* The word takes the value again and again: some schedule sees it. */
#include <racelens.h>

static int word;

RACE_DAEMON(kthread, toggler)
{
	for (;;)
		WRITE_ONCE(word, READ_ONCE(word) ^ 1);
}
RACE_THREAD(process, spinner)
{
	while (READ_ONCE(word) != 1)
		cpu_relax();
}
RACE_EXPECT(holds)

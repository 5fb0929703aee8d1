// SPDX-License-Identifier: MIT
/* The word keeps changing, but never to what the spinner waits for. */
#include <racelens.h>

static int word;

RACE_DAEMON(kthread, toggler)
{
	for (;;)
		WRITE_ONCE(word, READ_ONCE(word) ^ 1);
}
RACE_THREAD(process, spinner)
{
	while (READ_ONCE(word) != 2)
		cpu_relax();
}
RACE_EXPECT(hang)

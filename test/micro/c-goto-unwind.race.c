// SPDX-License-Identifier: MIT
/* The error path undoes in reverse what was done. */
#include <racelens.h>

static int done, fail_at = 2;

static int setup(void)
{
	int err = -ENOMEM;

	if (fail_at == 0)
		goto out;
	done |= 1;
	if (fail_at == 1)
		goto undo_one;
	done |= 2;
	if (fail_at == 2)
		goto undo_two;
	return 0;

undo_two:
	done &= ~2;
undo_one:
	done &= ~1;
out:
	return err;
}
RACE_THREAD(process, t) { done += setup() == -ENOMEM ? 0 : 100; }
RACE_FINALLY(done == 0)
RACE_EXPECT(holds)

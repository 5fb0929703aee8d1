// SPDX-License-Identifier: GPL-2.0-only
/* Checked without the lock: the pointer is there before what it points to is ready. */
#include <racelens.h>

struct table {
	int size;
};

static struct table *table;
static DEFINE_MUTEX(lock);

static struct table *get_table(void)
{
	if (!READ_ONCE(table)) {
		mutex_lock(&lock);
		if (!table) {
			table = kzalloc(sizeof(*table), GFP_KERNEL);
			table->size = 64;
		}
		mutex_unlock(&lock);
	}
	return table;
}

RACE_THREAD(process, first) { RACE_ASSERT(get_table()->size == 64); }
RACE_THREAD(process, second) { RACE_ASSERT(get_table()->size == 64); }

RACE_EXPECT(assertion)

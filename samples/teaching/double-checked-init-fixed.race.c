// SPDX-License-Identifier: GPL-2.0-only
/* Made ready first, published last, with release against acquire. */
#include <racelens.h>

struct table {
	int size;
};

static struct table *table;
static DEFINE_MUTEX(lock);

static struct table *get_table(void)
{
	struct table *t = smp_load_acquire(&table);

	if (!t) {
		mutex_lock(&lock);
		t = table;
		if (!t) {
			t = kzalloc(sizeof(*t), GFP_KERNEL);
			t->size = 64;
			smp_store_release(&table, t);
		}
		mutex_unlock(&lock);
	}
	return t;
}

RACE_THREAD(process, first) { RACE_ASSERT(get_table()->size == 64); }
RACE_THREAD(process, second) { RACE_ASSERT(get_table()->size == 64); }

RACE_EXPECT(holds)

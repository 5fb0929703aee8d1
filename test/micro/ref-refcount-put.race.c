// SPDX-License-Identifier: MIT
/* refcount_dec_and_test(): one of the two frees. */
#include <racelens.h>

struct obj { refcount_t ref; };
static struct obj *o;

static void put(void)
{
	if (refcount_dec_and_test(&o->ref))
		kfree(o);
}
RACE_INIT()
{
	o = kzalloc(sizeof(*o), GFP_KERNEL);
	refcount_set(&o->ref, 2);
}
RACE_THREAD(process, a) { put(); }
RACE_THREAD(process, b) { put(); }
RACE_EXPECT(holds)

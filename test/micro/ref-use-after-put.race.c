// SPDX-License-Identifier: MIT
/* The object is used after the reference to it is gone. */
#include <racelens.h>

struct obj { refcount_t ref; int n; };
static struct obj *o;

static void use_and_put(void)
{
	if (refcount_dec_and_test(&o->ref))
		kfree(o);
	else
		o->n = 1;
}
RACE_INIT()
{
	o = kzalloc(sizeof(*o), GFP_KERNEL);
	refcount_set(&o->ref, 2);
}
RACE_THREAD(process, a) { use_and_put(); }
RACE_THREAD(process, b) { use_and_put(); }
RACE_EXPECT(use-after-free)

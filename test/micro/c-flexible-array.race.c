// SPDX-License-Identifier: MIT
/* Data behind the struct belongs to the object. */
#include <racelens.h>

struct packet { int len; u8 data[]; };
static struct packet *p;
static int sum;

RACE_INIT() { p = kzalloc(sizeof(*p) + 4, GFP_KERNEL); }
RACE_THREAD(process, t)
{
	int i;

	p->len = 4;
	for (i = 0; i < p->len; i++)
		p->data[i] = i + 1;
	for (i = 0; i < p->len; i++)
		sum += p->data[i];
}
RACE_FINALLY(sum == 10)
RACE_EXPECT(holds)

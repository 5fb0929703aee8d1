// SPDX-License-Identifier: MIT
/* "llc: use refcount_inc_not_zero() for llc_sap_find()": the lookup finds a sap whose last reference is being dropped. */
#include <racelens.h>
#include "net/llc/llc_core.c"

static struct llc_sap *sap;
static int seen;

RACE_INIT() { sap = llc_sap_open(2, NULL); }

RACE_THREAD(process, user)
{
	struct llc_sap *found = llc_sap_find(2);

	if (found) {
		seen = READ_ONCE(found->sk_count);
		llc_sap_put(found);
	}
}

RACE_THREAD(process, closer) { llc_sap_put(sap); }

RACE_EXPECT(holds)

// SPDX-License-Identifier: MIT
/* Looks like ABBA, and is right: the two sockets are locked in the order of their addresses. */
#include <racelens.h>
#include "net/unix/af_unix.c"

static struct unix_sock a, b;

RACE_INIT()
{
	spin_lock_init(&a.lock);
	spin_lock_init(&b.lock);
}

RACE_THREAD(process, one)
{
	unix_state_double_lock(&a.sk, &b.sk);
	unix_state_double_unlock(&a.sk, &b.sk);
}

RACE_THREAD(process, other)
{
	unix_state_double_lock(&b.sk, &a.sk);
	unix_state_double_unlock(&b.sk, &a.sk);
}

RACE_EXPECT(holds)

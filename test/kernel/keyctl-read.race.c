// SPDX-License-Identifier: MIT
/* Commit b4a1b4f5047e "KEYS: Fix race between read and revoke": checked before the lock, revoked in between. */
#include <racelens.h>
#include "security/keys/keyctl.c"
#include "security/keys/key.c"
#include "security/keys/permission.c"
#include "security/keys/user_defined.c"

static struct key key;

/* Quota, time and garbage collection are not part of it. */
RACE_STUB(int, key_payload_reserve, (struct key *k, size_t datalen)) { return 0; }
RACE_STUB(time64_t, ktime_get_real_seconds, (void)) { return 1; }
RACE_STUB(void, key_schedule_gc, (time64_t at)) { }

RACE_INIT()
{
	struct user_key_payload *payload = kzalloc(sizeof(*payload) + 1, GFP_KERNEL);

	payload->datalen = 1;
	key.type = &key_type_user;
	key.payload.data[0] = payload;
	init_rwsem(&key.sem);
}

RACE_THREAD(process, reader) { __keyctl_read_key(&key, NULL, 0); }
RACE_THREAD(process, revoker) { key_revoke(&key); }

RACE_EXPECT(holds)

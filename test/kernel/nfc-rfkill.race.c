// SPDX-License-Identifier: MIT
/*
 * Commit 1ab526d97a57 "net: nfc: fix deadlock between nfc_unregister_device and rfkill_fop_write": two mutexes, taken in
 * the other order through a function pointer.
 */
#include <racelens.h>
#include "net/nfc/core.c"
#include "net/rfkill/core.c"

RACE_CONFIG(CONFIG_RFKILL_LEDS, n)

static struct nfc_ops ops;
static struct rfkill rfk;
static struct nfc_dev nfc = { .ops = &ops, .rfkill = &rfk, .dev_up = true };

static struct rfkill_data data = { .max_size = sizeof(struct rfkill_event_ext) };
static struct file file = { .private_data = &data };
static const struct rfkill_event_ext event = { .type = RFKILL_TYPE_NFC, .op = RFKILL_OP_CHANGE_ALL, .soft = 1 };

RACE_STUB(unsigned long, copy_from_user, (void *to, const void *from, unsigned long n))
{
	memcpy(to, from, n);
	return 0;
}
RACE_STUB(int, nfc_genl_device_removed, (struct nfc_dev *dev)) { return 0; }
RACE_STUB(void, device_del, (struct device *dev)) { }
RACE_STUB(void, put_device, (struct device *dev)) { }
RACE_STUB(void, rfkill_event, (struct rfkill *rfkill)) { }

RACE_INIT()
{
	rfk.type = RFKILL_TYPE_NFC;
	rfk.ops = &nfc_rfkill_ops;
	rfk.data = &nfc;
	list_add(&rfk.node, &rfkill_list);
}

RACE_THREAD(process, unplug) { nfc_unregister_rfkill(&nfc); }

RACE_THREAD(process, rfkill_block)
{
	loff_t pos = 0;

	rfkill_fop_write(&file, (const char *)&event, sizeof(event), &pos);
}

RACE_EXPECT(holds)

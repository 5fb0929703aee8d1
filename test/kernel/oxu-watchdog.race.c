// SPDX-License-Identifier: MIT
/*
 * Commit 4d378f2ae581 "drivers: usb: host: Fix deadlock in oxu_bus_suspend()": del_timer_sync() waits for a handler that
 * waits for the lock of the caller.
 */
#include <racelens.h>
#include "drivers/usb/host/oxu210hp-hcd.c"

RACE_CONFIG(CONFIG_PM, y)

static struct usb_hcd *hcd;
static struct usb_device root_hub;

/* The chip answers 0. */
RACE_STUB(u32, readl, (const volatile void *reg)) { return 0; }
RACE_STUB(void, writel, (u32 value, volatile void *reg)) { }
RACE_STUB(void, ehci_work, (struct oxu_hcd *oxu)) { }
RACE_STUB(int, ehci_halt, (struct oxu_hcd *oxu)) { return 0; }

RACE_INIT()
{
	struct oxu_hcd *oxu;

	hcd = kzalloc(sizeof(*hcd) + sizeof(*oxu), GFP_KERNEL);
	hcd->self.root_hub = &root_hub;
	oxu = hcd_to_oxu(hcd);
	spin_lock_init(&oxu->lock);
	timer_setup(&oxu->watchdog, oxu_watchdog, 0);
	mod_timer(&oxu->watchdog, jiffies + 1);
}

RACE_THREAD(process, suspend) { oxu_bus_suspend(hcd); }

RACE_EXPECT(holds)

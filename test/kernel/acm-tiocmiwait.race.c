// SPDX-License-Identifier: MIT
/*
 * Commit be4219dd9860 "USB: cdc-acm: fix racy TIOCMIWAIT implementation": the task state set after the check loses the
 * wake-up in between.
 */
#include <racelens.h>
#include "drivers/usb/class/cdc-acm.c"

static struct acm acm = { .clocal = 1 };

/* The carrier comes up. */
static struct {
	struct usb_cdc_notification head;
	u8 data[2];
} message = {
	.head = { .bNotificationType = USB_CDC_NOTIFY_SERIAL_STATE, .wLength = 2 },
	.data = { USB_CDC_SERIAL_STATE_DCD, 0 },
};

RACE_INIT()
{
	spin_lock_init(&acm.read_lock);
	init_waitqueue_head(&acm.wioctl);
}

RACE_THREAD(process, waiter) { wait_serial_change(&acm, TIOCM_CD); }

RACE_THREAD(softirq, notification)
{
	/* What came before the ioctl does not count. */
	while (!waitqueue_active(&acm.wioctl))
		cpu_relax();
	acm_process_notification(&acm, (unsigned char *)&message);
}

RACE_EXPECT(holds)

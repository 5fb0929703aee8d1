// SPDX-License-Identifier: MIT
/*
 * "media: usb: siano: Fix use after free bugs caused by do_submit_urb": work that the completion handler
 * started.
 */
#include <racelens.h>
#include "drivers/media/usb/siano/smsusb.c"

static struct usb_interface intf;
static struct smsusb_device_t *dev;
RACE_STUB(int, smsusb_submit_urb, (struct smsusb_device_t *d, struct smsusb_urb_t *s)) { return d->state == SMSUSB_DISCONNECTED ? -ENOENT : 0; }
RACE_STUB(void, smscore_unregister_device, (struct smscore_device_t *c)) { }

RACE_INIT()
{
	dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	dev->surbs[0].dev = dev;
	dev->surbs[0].urb.context = &dev->surbs[0];
	dev->surbs[0].urb.complete = smsusb_onresponse;
	usb_init_urb(&dev->surbs[0].urb);
	dev->surbs[0].urb.context = &dev->surbs[0];
	dev->surbs[0].urb.complete = smsusb_onresponse;
	usb_set_intfdata(&intf, dev);
	usb_submit_urb(&dev->surbs[0].urb, GFP_KERNEL);
}

RACE_THREAD(process, disconnect) { smsusb_term_device(&intf); }
RACE_EXPECT(holds)

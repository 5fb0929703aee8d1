// SPDX-License-Identifier: MIT
/*
 * "USB: iowarrior: fix use-after-free on disconnect": who of close and disconnect frees the device?
 */
#include <racelens.h>
#include "drivers/usb/misc/iowarrior.c"

static struct usb_interface intf;
static struct inode inode;
static struct file file;
static struct urb urb;

RACE_STUB(void, usb_deregister_dev, (struct usb_interface *i, struct usb_class_driver *c)) { }
RACE_STUB(void, usb_kill_urb, (struct urb *u)) { }
RACE_STUB(void, usb_kill_anchored_urbs, (struct usb_anchor *a)) { }
RACE_STUB(void, usb_free_urb, (struct urb *u)) { }
RACE_STUB(void, usb_put_dev, (struct usb_device *d)) { }
RACE_STUB(void, usb_put_intf, (struct usb_interface *i)) { }

RACE_INIT()
{
	struct iowarrior *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	kref_init(&dev->kref);
	mutex_init(&dev->mutex);
	init_waitqueue_head(&dev->read_wait);
	init_waitqueue_head(&dev->write_wait);
	dev->present = 1;
	dev->opened = 1;
	dev->int_in_urb = &urb;
	kref_get(&dev->kref);
	usb_set_intfdata(&intf, dev);
	file.private_data = dev;
}

RACE_THREAD(process, close) { iowarrior_release(&inode, &file); }
RACE_THREAD(kthread, disconnect) { iowarrior_disconnect(&intf); }
RACE_EXPECT(holds)

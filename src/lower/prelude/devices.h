/* SPDX-License-Identifier: MIT */
/* More short bodies, as in kernel.h: devices, USB requests, sockets and packets. */

/* lib/kobject.c, drivers/base/core.c */
static inline struct kobject *kobject_get(struct kobject *k)
{
	if (k && k->state_initialized)
		kref_get(&k->kref);
	return k;
}
static inline struct kobject *kobject_get_unless_zero(struct kobject *k)
{
	if (k && k->state_initialized && !kref_get_unless_zero(&k->kref))
		return NULL;
	return k;
}
static inline void kobject_init(struct kobject *k, const struct kobj_type *type)
{
	kref_init(&k->kref);
	INIT_LIST_HEAD(&k->entry);
	k->ktype = type;
	k->state_initialized = 1;
}
static inline void kobject_put(struct kobject *k)
{
	if (k && k->state_initialized && refcount_dec_and_test(&k->kref.refcount))
		if (k->ktype && k->ktype->release)
			k->ktype->release(k);
}
static inline void device_initialize(struct device *dev)
{
	kref_init(&dev->kobj.kref);
	dev->kobj.state_initialized = 1;
	mutex_init(&dev->mutex);
}
static inline struct device *get_device(struct device *dev)
{
	if (dev && dev->kobj.state_initialized)
		kref_get(&dev->kobj.kref);
	return dev;
}
static inline void put_device(struct device *dev)
{
	if (dev && dev->kobj.state_initialized && refcount_dec_and_test(&dev->kobj.kref.refcount)) {
		if (dev->release)
			dev->release(dev);
		else if (dev->type && dev->type->release)
			dev->type->release(dev);
		else if (dev->class && dev->class->dev_release)
			dev->class->dev_release(dev);
	}
}
static inline int device_register(struct device *dev)
{
	device_initialize(dev);
	return 0;
}
static inline void device_unregister(struct device *dev)
{
	might_sleep();
	put_device(dev);
}
static inline void device_del(struct device *dev)
{
	might_sleep();
}

/* drivers/usb/core/urb.c: a submitted request ends as a softirq that calls its completion handler */
/* A request inside another struct is not counted: its end is the end of the struct. */
static inline void usb_init_urb(struct urb *urb)
{
	if (urb) {
		memset(urb, 0, sizeof(*urb));
		INIT_LIST_HEAD(&urb->anchor_list);
	}
}
static inline struct urb *usb_alloc_urb(int packets, gfp_t gfp)
{
	struct urb *urb = kzalloc(sizeof(struct urb), gfp);

	if (urb) {
		kref_init(&urb->kref);
		INIT_LIST_HEAD(&urb->anchor_list);
	}
	return urb;
}
static inline struct urb *usb_get_urb(struct urb *urb)
{
	if (urb && kref_read(&urb->kref))
		kref_get(&urb->kref);
	return urb;
}
static inline void usb_free_urb(struct urb *urb)
{
	if (urb && kref_read(&urb->kref) && refcount_dec_and_test(&urb->kref.refcount))
		__race_end(urb);
}
static inline void usb_unanchor_urb(struct urb *urb)
{
	struct usb_anchor *anchor = urb->anchor;
	unsigned long flags;

	if (!anchor)
		return;
	spin_lock_irqsave(&anchor->lock, flags);
	if (urb->anchor == anchor) {
		urb->anchor = NULL;
		list_del(&urb->anchor_list);
		usb_free_urb(urb);
	}
	spin_unlock_irqrestore(&anchor->lock, flags);
}
static inline void usb_anchor_urb(struct urb *urb, struct usb_anchor *anchor)
{
	unsigned long flags;

	spin_lock_irqsave(&anchor->lock, flags);
	usb_get_urb(urb);
	list_add_tail(&urb->anchor_list, &anchor->urb_list);
	urb->anchor = anchor;
	if (anchor->poisoned)
		atomic_inc(&urb->reject);
	spin_unlock_irqrestore(&anchor->lock, flags);
}
static inline void usb_request_done(struct urb *urb)
{
	bool counted = kref_read(&urb->kref) != 0;

	urb->status = urb->unlinked;
	WRITE_ONCE(urb->hcpriv, NULL);
	usb_unanchor_urb(urb);
	urb->complete(urb);
	atomic_dec(&urb->use_count);
	if (counted)
		usb_free_urb(urb);
}
static inline int usb_submit_urb(struct urb *urb, gfp_t gfp)
{
	if (gfp & __GFP_DIRECT_RECLAIM)
		might_sleep();
	if (!urb || !urb->complete)
		return -EINVAL;
	if (READ_ONCE(urb->hcpriv))
		return -EBUSY;
	if (atomic_read(&urb->reject))
		return -EPERM;
	usb_get_urb(urb);
	urb->unlinked = 0;
	urb->status = -EINPROGRESS;
	WRITE_ONCE(urb->hcpriv, urb);
	atomic_inc(&urb->use_count);
	__race_raise(usb_request_done, urb);
	return 0;
}
static inline void usb_poison_urb(struct urb *urb)
{
	might_sleep();
	if (!urb)
		return;
	atomic_inc(&urb->reject);
	if (READ_ONCE(urb->hcpriv))
		urb->unlinked = -ENOENT;
	while (atomic_read(&urb->use_count))
		msleep(1);
}
static inline void usb_unpoison_urb(struct urb *urb)
{
	if (urb)
		atomic_dec(&urb->reject);
}
static inline void usb_block_urb(struct urb *urb)
{
	if (urb)
		atomic_inc(&urb->reject);
}
static inline void usb_kill_urb(struct urb *urb)
{
	if (!urb)
		return;
	usb_poison_urb(urb);
	atomic_dec(&urb->reject);
}
static inline int usb_unlink_urb(struct urb *urb)
{
	if (!urb)
		return -EINVAL;
	if (!READ_ONCE(urb->hcpriv))
		return -EIDRM;
	urb->unlinked = -ECONNRESET;
	return -EINPROGRESS;
}
static inline void usb_kill_anchored_urbs(struct usb_anchor *anchor)
{
	struct urb *victim;

	if (!anchor->urb_list.next)
		return;
	spin_lock_irq(&anchor->lock);
	while (!list_empty(&anchor->urb_list)) {
		victim = list_entry(anchor->urb_list.prev, struct urb, anchor_list);
		usb_get_urb(victim);
		spin_unlock_irq(&anchor->lock);
		usb_kill_urb(victim);
		usb_free_urb(victim);
		spin_lock_irq(&anchor->lock);
	}
	spin_unlock_irq(&anchor->lock);
}
static inline struct usb_device *usb_get_dev(struct usb_device *dev)
{
	if (dev)
		get_device(&dev->dev);
	return dev;
}
static inline void usb_put_dev(struct usb_device *dev)
{
	if (dev)
		put_device(&dev->dev);
}
static inline struct usb_interface *usb_get_intf(struct usb_interface *intf)
{
	if (intf)
		get_device(&intf->dev);
	return intf;
}
static inline void usb_put_intf(struct usb_interface *intf)
{
	if (intf)
		put_device(&intf->dev);
}

/* net/core/sock.c */
static inline void lock_sock_nested(struct sock *sk, int subclass)
{
	might_sleep();
	spin_lock_bh(&sk->sk_lock.slock);
	if (sk->sk_lock.owned) {
		do {
			__race_wait_prepare(&sk->sk_lock.wq, TASK_UNINTERRUPTIBLE, 1);
			spin_unlock_bh(&sk->sk_lock.slock);
			schedule();
			spin_lock_bh(&sk->sk_lock.slock);
		} while (sk->sk_lock.owned);
		__race_wait_finish(&sk->sk_lock.wq);
	}
	sk->sk_lock.owned = 1;
	spin_unlock_bh(&sk->sk_lock.slock);
}
static inline void release_sock(struct sock *sk)
{
	struct sk_buff *skb, *next;

	spin_lock_bh(&sk->sk_lock.slock);
	while ((skb = sk->sk_backlog.head) != NULL) {
		sk->sk_backlog.head = sk->sk_backlog.tail = NULL;
		spin_unlock_bh(&sk->sk_lock.slock);
		do {
			next = skb->next;
			skb_mark_not_on_list(skb);
			sk_backlog_rcv(sk, skb);
			skb = next;
		} while (skb != NULL);
		spin_lock_bh(&sk->sk_lock.slock);
	}
	if (sk->sk_prot && sk->sk_prot->release_cb)
		sk->sk_prot->release_cb(sk);
	sk->sk_lock.owned = 0;
	if (waitqueue_active(&sk->sk_lock.wq))
		wake_up(&sk->sk_lock.wq);
	spin_unlock_bh(&sk->sk_lock.slock);
}
static inline bool __lock_sock_fast(struct sock *sk)
{
	might_sleep();
	spin_lock_bh(&sk->sk_lock.slock);
	if (!sk->sk_lock.owned)
		return false;
	spin_unlock_bh(&sk->sk_lock.slock);
	lock_sock_nested(sk, 0);
	return true;
}
static inline void sk_reset_timer(struct sock *sk, struct timer_list *timer, unsigned long expires)
{
	if (!mod_timer(timer, expires))
		sock_hold(sk);
}
static inline void sk_stop_timer(struct sock *sk, struct timer_list *timer)
{
	if (del_timer(timer))
		__sock_put(sk);
}
static inline void sk_stop_timer_sync(struct sock *sk, struct timer_list *timer)
{
	if (del_timer_sync(timer))
		__sock_put(sk);
}
static inline void sk_free(struct sock *sk)
{
	if (!__race_last(&sk->sk_wmem_alloc))
		return;
	if (sk->sk_destruct)
		sk->sk_destruct(sk);
	if (sock_flag(sk, SOCK_RCU_FREE))
		kfree_rcu(sk, sk_rcu);
	else
		__race_end(sk);
}

/* net/core/skbuff.c */
static inline void __kfree_skb(struct sk_buff *skb)
{
	skb_dst_drop(skb);
	if (skb->destructor)
		skb->destructor(skb);
	__race_end(skb);
}
static inline void kfree_skb_reason(struct sk_buff *skb, int reason)
{
	if (skb && __race_last(&skb->users))
		__kfree_skb(skb);
}
static inline void consume_skb(struct sk_buff *skb)
{
	if (skb && __race_last(&skb->users))
		__kfree_skb(skb);
}
static inline void kfree_skb_list_reason(struct sk_buff *skb, int reason)
{
	while (skb) {
		struct sk_buff *next = skb->next;

		kfree_skb_reason(skb, reason);
		skb = next;
	}
}
static inline void __dev_kfree_skb_any(struct sk_buff *skb, int reason)
{
	consume_skb(skb);
}
static inline void __dev_kfree_skb_irq(struct sk_buff *skb, int reason)
{
	consume_skb(skb);
}
static inline void skb_queue_purge(struct sk_buff_head *queue)
{
	struct sk_buff *skb;

	while ((skb = skb_dequeue(queue)) != NULL)
		kfree_skb(skb);
}
static inline void *skb_put(struct sk_buff *skb, unsigned int len)
{
	void *end = skb_tail_pointer(skb);

	skb->tail += len;
	skb->len += len;
	return end;
}
static inline void *skb_push(struct sk_buff *skb, unsigned int len)
{
	skb->data -= len;
	skb->len += len;
	return skb->data;
}
static inline void *skb_pull(struct sk_buff *skb, unsigned int len)
{
	if (len > skb->len)
		return NULL;
	skb->len -= len;
	return skb->data += len;
}
static inline void skb_trim(struct sk_buff *skb, unsigned int len)
{
	if (skb->len > len)
		skb->len = len;
}

/* net/core/dev.c, net/sched/sch_generic.c */
static inline void netif_tx_wake_queue(struct netdev_queue *queue)
{
	test_and_clear_bit(__QUEUE_STATE_DRV_XOFF, &queue->state);
}
static inline void netif_carrier_on(struct net_device *dev)
{
	test_and_clear_bit(__LINK_STATE_NOCARRIER, &dev->state);
}
static inline void netif_carrier_off(struct net_device *dev)
{
	test_and_set_bit(__LINK_STATE_NOCARRIER, &dev->state);
}


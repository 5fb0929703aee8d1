/* SPDX-License-Identifier: MIT */
/* More short bodies, as in kernel.h: strings, trees, tables of numbers. */

/* lib/string.c */
static inline int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *(const unsigned char *)a - *(const unsigned char *)b;
}
static inline int strncmp(const char *a, const char *b, size_t n)
{
	while (n && *a && *a == *b) {
		a++;
		b++;
		n--;
	}
	return n ? *(const unsigned char *)a - *(const unsigned char *)b : 0;
}
static inline size_t strnlen(const char *s, size_t n)
{
	size_t length = 0;

	while (length < n && s[length])
		length++;
	return length;
}
static inline char *strchr(const char *s, int c)
{
	while (*s != (char)c) {
		if (!*s)
			return NULL;
		s++;
	}
	return (char *)s;
}
static inline int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	while (n && *x == *y) {
		x++;
		y++;
		n--;
	}
	return n ? *x - *y : 0;
}
static inline int bcmp(const void *a, const void *b, size_t n)
{
	return memcmp(a, b, n);
}
static inline ssize_t strscpy(char *to, const char *from, size_t n)
{
	size_t i = 0;

	while (i + 1 < n && from[i]) {
		to[i] = from[i];
		i++;
	}
	if (n)
		to[i] = 0;
	return from[i] ? -E2BIG : i;
}
static inline char *strcpy(char *to, const char *from)
{
	size_t i = 0;

	do {
		to[i] = from[i];
	} while (from[i++]);
	return to;
}
static inline char *strncpy(char *to, const char *from, size_t n)
{
	strscpy(to, from, n);
	return to;
}
static inline size_t strlcpy(char *to, const char *from, size_t n)
{
	return strscpy(to, from, n);
}

/* lib/rbtree.c: the tree is never rebalanced; the parent is the word without its two low bits */
#define __race_rb_parent(n) ((struct rb_node *)((n)->__rb_parent_color & ~3UL))
static inline void __race_rb_link(struct rb_node *parent, struct rb_node *old, struct rb_node *new, struct rb_root *root)
{
	if (!parent)
		WRITE_ONCE(root->rb_node, new);
	else if (parent->rb_left == old)
		WRITE_ONCE(parent->rb_left, new);
	else
		WRITE_ONCE(parent->rb_right, new);
	if (new)
		new->__rb_parent_color = (unsigned long)parent;
}
static inline void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
}
static inline void rb_erase(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *next, *child;

	if (!node->rb_left || !node->rb_right) {
		child = node->rb_left ? node->rb_left : node->rb_right;
		__race_rb_link(__race_rb_parent(node), node, child, root);
		return;
	}
	next = node->rb_right;
	while (next->rb_left)
		next = next->rb_left;
	if (__race_rb_parent(next) != node) {
		__race_rb_link(__race_rb_parent(next), next, next->rb_right, root);
		next->rb_right = node->rb_right;
		next->rb_right->__rb_parent_color = (unsigned long)next;
	}
	next->rb_left = node->rb_left;
	next->rb_left->__rb_parent_color = (unsigned long)next;
	__race_rb_link(__race_rb_parent(node), node, next, root);
}
static inline struct rb_node *rb_first(const struct rb_root *root)
{
	struct rb_node *n = root->rb_node;

	while (n && n->rb_left)
		n = n->rb_left;
	return n;
}
static inline struct rb_node *rb_last(const struct rb_root *root)
{
	struct rb_node *n = root->rb_node;

	while (n && n->rb_right)
		n = n->rb_right;
	return n;
}
static inline struct rb_node *rb_next(const struct rb_node *node)
{
	struct rb_node *n = (struct rb_node *)node, *parent;

	if (n->__rb_parent_color == (unsigned long)n)
		return NULL;
	if (n->rb_right) {
		n = n->rb_right;
		while (n->rb_left)
			n = n->rb_left;
		return n;
	}
	while ((parent = __race_rb_parent(n)) && n == parent->rb_right)
		n = parent;
	return parent;
}
static inline struct rb_node *rb_prev(const struct rb_node *node)
{
	struct rb_node *n = (struct rb_node *)node, *parent;

	if (n->__rb_parent_color == (unsigned long)n)
		return NULL;
	if (n->rb_left) {
		n = n->rb_left;
		while (n->rb_right)
			n = n->rb_right;
		return n;
	}
	while ((parent = __race_rb_parent(n)) && n == parent->rb_left)
		n = parent;
	return parent;
}
static inline void rb_replace_node(struct rb_node *victim, struct rb_node *new, struct rb_root *root)
{
	*new = *victim;
	if (new->rb_left)
		new->rb_left->__rb_parent_color = (unsigned long)new;
	if (new->rb_right)
		new->rb_right->__rb_parent_color = (unsigned long)new;
	__race_rb_link(__race_rb_parent(victim), victim, new, root);
}

/*
 * lib/idr.c, lib/xarray.c, lib/radix-tree.c: a table of eight entries, made when the first is stored. The entry of a
 * slot is read and written in one step each, as in the real tree, and slots are never given back.
 */
static inline void *xa_load(struct xarray *xa, unsigned long index)
{
	struct __race_slot *slots = (struct __race_slot *)READ_ONCE(xa->xa_head);
	int i;

	for (i = 0; slots && i < 8; i++)
		if (READ_ONCE(slots[i].index) == index + 1)
			return READ_ONCE(slots[i].entry);
	return NULL;
}
static inline void *__race_xa_set(struct xarray *xa, unsigned long index, void *entry)
{
	struct __race_slot *slots = (struct __race_slot *)xa->xa_head;
	void *old;
	int i;

	if (!slots) {
		slots = kcalloc(8, sizeof(struct __race_slot), GFP_ATOMIC);
		WRITE_ONCE(xa->xa_head, (void *)slots);
	}
	for (i = 0; i < 7; i++)
		if (!slots[i].index || slots[i].index == index + 1)
			break;
	old = slots[i].entry;
	WRITE_ONCE(slots[i].entry, entry);
	WRITE_ONCE(slots[i].index, index + 1);
	return old;
}
static inline void *__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	return __race_xa_set(xa, index, entry);
}
static inline void *__xa_erase(struct xarray *xa, unsigned long index)
{
	return __race_xa_set(xa, index, NULL);
}
static inline void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	unsigned long flags;
	void *old;

	spin_lock_irqsave(&xa->xa_lock, flags);
	old = __race_xa_set(xa, index, entry);
	spin_unlock_irqrestore(&xa->xa_lock, flags);
	return old;
}
static inline void *xa_erase(struct xarray *xa, unsigned long index)
{
	unsigned long flags;
	void *old;

	spin_lock_irqsave(&xa->xa_lock, flags);
	old = __race_xa_set(xa, index, NULL);
	spin_unlock_irqrestore(&xa->xa_lock, flags);
	return old;
}
static inline void xa_destroy(struct xarray *xa)
{
	kfree((void *)xa->xa_head);
	xa->xa_head = NULL;
}
static inline int __xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp)
{
	u32 i;

	for (i = limit.min; i <= limit.max; i++)
		if (!xa_load(xa, i)) {
			__race_xa_set(xa, i, entry);
			*id = i;
			return 0;
		}
	return -EBUSY;
}
static inline void *idr_find(const struct idr *idr, unsigned long id)
{
	return xa_load((struct xarray *)&idr->idr_rt, id);
}
static inline void *idr_remove(struct idr *idr, unsigned long id)
{
	return __race_xa_set(&idr->idr_rt, id, NULL);
}
static inline void *idr_replace(struct idr *idr, void *entry, unsigned long id)
{
	return __race_xa_set(&idr->idr_rt, id, entry);
}
static inline int idr_alloc(struct idr *idr, void *entry, int start, int end, gfp_t gfp)
{
	int id = start;

	while (xa_load(&idr->idr_rt, id))
		id++;
	if (end > 0 && id >= end)
		return -ENOSPC;
	__race_xa_set(&idr->idr_rt, id, entry);
	return id;
}
static inline int idr_alloc_u32(struct idr *idr, void *entry, u32 *id, unsigned long max, gfp_t gfp)
{
	int found = idr_alloc(idr, entry, *id, 0, gfp);

	*id = found;
	return 0;
}
static inline int idr_alloc_cyclic(struct idr *idr, void *entry, int start, int end, gfp_t gfp)
{
	int id = idr_alloc(idr, entry, idr->idr_next > start ? idr->idr_next : start, end, gfp);

	idr->idr_next = id + 1;
	return id;
}
static inline void *idr_get_next(struct idr *idr, int *next)
{
	struct __race_slot *slots = (struct __race_slot *)READ_ONCE(idr->idr_rt.xa_head);
	void *found = NULL;
	unsigned long best = 0;
	int i;

	for (i = 0; slots && i < 8; i++) {
		void *entry = READ_ONCE(slots[i].entry);
		unsigned long index = slots[i].index - 1;

		if (entry && index >= *next && (!found || index < best)) {
			found = entry;
			best = index;
		}
	}
	if (found)
		*next = best;
	return found;
}
static inline int idr_for_each(const struct idr *idr, int (*fn)(int id, void *p, void *data), void *data)
{
	void *entry;
	int id = 0, result = 0;

	while (!result && (entry = idr_get_next((struct idr *)idr, &id)) != NULL) {
		result = fn(id, entry, data);
		id++;
	}
	return result;
}
static inline void idr_destroy(struct idr *idr)
{
	kfree((void *)idr->idr_rt.xa_head);
	idr->idr_rt.xa_head = NULL;
}
static inline void idr_preload(gfp_t gfp)
{
	preempt_disable();
}
static inline int radix_tree_insert(struct xarray *root, unsigned long index, void *entry)
{
	if (xa_load(root, index))
		return -EEXIST;
	__race_xa_set(root, index, entry);
	return 0;
}
static inline void *radix_tree_lookup(const struct xarray *root, unsigned long index)
{
	return xa_load((struct xarray *)root, index);
}
static inline void *radix_tree_delete(struct xarray *root, unsigned long index)
{
	return __race_xa_set(root, index, NULL);
}
/* Numbers that are never given twice: no races of their own */
static inline int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp)
{
	return min + atomic_fetch_inc((atomic_t *)&ida->xa.xa_head);
}
static inline void ida_free(struct ida *ida, unsigned int id)
{
}

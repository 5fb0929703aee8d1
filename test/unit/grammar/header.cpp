// SYNTAX TEST "source.cpp" "headers are C++ to VS Code: the same scopes there"

/* spin_lock() */
// ^^^^^^^^^ comment.block.cpp - support.function.racelens
static inline void napi_lock(struct napi_struct *n)
{
    rcu_read_lock();
//  ^^^^^^^^^^^^^ support.function.racelens.rcu.begin.c
    spin_lock(&n->lock);
//  ^^^^^^^^^ support.function.racelens.lock.begin.c
    n->spin_lock(&n->lock);
//     ^^^^^^^^^ - support.function.racelens
    pr_info("spin_lock");
//           ^^^^^^^^^ - support.function.racelens
}

struct net_device {
    struct netpoll_info __rcu *npinfo;
//                      ^^^^^ storage.modifier.racelens.annotation.c
};

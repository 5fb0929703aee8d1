// The rules of the semantics, each broken on purpose by one textual edit of one source file: what tools/mutants.mjs
// tries. `old` stands exactly once in the file. `near` names the unit test and the micro harnesses that are about the rule.

/**
 * @typedef {object} Mutant
 * @property {string} rule what is broken, as a sentence about the kernel
 * @property {string} file under src/engine
 * @property {string} old
 * @property {string} new
 * @property {string} near unit test file, then prefixes of micro harnesses
 */

/** @type {readonly (readonly [file: string, near: string, edits: readonly (readonly [rule: string, old: string, replacement: string])[]])[]} */
const byFile = [
  [
    'rcu.ts',
    'rcu rcu,condlock',
    [
      ['a grace period returns early', 't.grace = [tag, ...list()];', 't.grace = [tag];'],
      ['a grace period never ends', 'removeFromWaits(m, 0, n, true);', 'removeFromWaits(m, 0, -7, true);'],
      ['rcu_read_unlock() without a lock is accepted', 'if (t.rcu === 0) fault(', 'if (t.rcu < 0) fault('],
      [
        'call_rcu() does not wait for readers',
        'const grace = [domain, ...(domain === 0 ? readers(m) : srcuReaders(m, domain))];',
        'const grace = [domain];',
      ],
      ['rcu_barrier() does not wait', '() => pendingCallbacks(m, 0)', '() => []'],
      [
        'a grace period of SRCU waits for all domains',
        't?.srcu.includes(domain)',
        '(t?.srcu.length ?? 0) > 0',
      ],
      [
        'the inner srcu_read_unlock() ends the reader',
        'if (!t.srcu.includes(domain)) removeFromWaits',
        'if (domain > 0) removeFromWaits',
      ],
      [
        'synchronize_rcu() inside rcu_read_lock() is accepted',
        "(name === 'rcu.synchronize' || name === 'rcu.barrier') && t.rcu > 0",
        "(name === 'rcu.synchronize' || name === 'rcu.barrier') && t.rcu > 99",
      ],
      [
        'synchronize_srcu() inside its own reader is accepted',
        'if (t.srcu.includes(domain)) return',
        'if (t.srcu.includes(-1)) return',
      ],
      ['an rcu_head may be queued twice', '&& !isRunningLast(old))', '&& old.left > 99)'],
      ['kfree_rcu(NULL) is queued', 'if (a[1] === 0) return;', 'if (a[1] === -1) return;'],
    ],
  ],
  [
    'context.ts',
    'context rcu,lock,misc',
    [
      [
        'a softirq is no RCU reader',
        "if (context === 'softirq' || context === 'hardirq') return context;",
        "if (context === 'hardirq') return context;",
      ],
      [
        'a hardirq is no RCU reader',
        "if (context === 'softirq' || context === 'hardirq') return context;",
        "if (context === 'softirq') return context;",
      ],
      ['BH off is no RCU reader', "if (t.bh > 0) return 'BH off';", ''],
      ['interrupts off is no RCU reader', "if (t.irqOff) return 'interrupts off';", ''],
      ['preemption off is no RCU reader', "if (t.preempt > 0) return 'preemption off';", ''],
      ['a spinlock makes no RCU reader', "if (holdsAtomicLock(m, t)) return 'spinlock';", ''],
      ['an interrupt does not return first', 'if (theirs > rank) return k;', ''],
      ['an interrupt comes where interrupts are off', 'if (other.irqOff || (rank === 1', 'if ((rank === 1'],
      [
        'a softirq comes where BH is off',
        '(rank === 1 && (other.bh > 0 || hasSoftirqsOff(m, info)))',
        '(rank === 1 && hasSoftirqsOff(m, info))',
      ],
      ['interrupts of one kind nest', 'if (starting) return k;', ''],
      [
        'a task is preempted where preemption is off',
        'else if (cannotBePreempted(m, other) || other.onCpu) return k;',
        'else if (other.onCpu) return k;',
      ],
      [
        'sleeping in a softirq is accepted',
        "if (info?.context === 'softirq') return 'in softirq context';",
        '',
      ],
      [
        'sleeping in a hardirq is accepted',
        "if (info?.context === 'hardirq') return 'in hardirq context';",
        '',
      ],
      [
        'sleeping under a spinlock is accepted',
        "if (holdsAtomicLock(m, t)) return 'with a spinlock held';",
        '',
      ],
      ['sleeping with BH off is accepted', "if (t.bh > 0) return 'with BH off';", ''],
      [
        'sleeping inside rcu_read_lock() is accepted',
        'if (t.rcu > 0 && !m.rt) fault(',
        'if (t.rcu > 99 && !m.rt) fault(',
      ],
      [
        'irq restore enables interrupts always',
        'void (t.irqOff = a[0] === 0)',
        'void (t.irqOff = false && a.length > 9)',
      ],
      ['BH is on again at the inner enable', 'else t.bh--;', 'else t.bh = 0;'],
      ['preemption is on again at the inner enable', 'else t.preempt--;', 'else t.preempt = 0;'],
    ],
  ],
  [
    'locks.ts',
    'locks lock,bits',
    [
      [
        'trylock always succeeds',
        'if (ownerWord(m, a[0] ?? 0, c.site) !== 0) {',
        'if (ownerWord(m, a[0] ?? 0, c.site) < 0) {',
      ],
      [
        'a lock does not wait',
        '(ownerWord(m, a[0] ?? 0, site) === 0 ? ONE : BLOCKED)',
        '(ownerWord(m, a[0] ?? 0, site) >= 0 ? ONE : BLOCKED)',
      ],
      [
        'unlock by who is not the owner is accepted',
        "fault('lock-misuse', `${text} releases a lock that the thread does not hold`, site);",
        '',
      ],
      ['unlock leaves the lock taken', 'setOwner(m, a[0] ?? 0, 0, n, c.site);', ''],
      [
        'a signal does not interrupt mutex_lock_interruptible()',
        'return free ? (t.signal ? TWO : ONE) : t.signal ? SECOND : BLOCKED;',
        'return free ? ONE : BLOCKED;',
      ],
      [
        'spin_is_locked() says yes always',
        '(lockWord(m, a[0] ?? 0, c.site) !== 0 ? 1 : 0)',
        '(lockWord(m, a[0] ?? 0, c.site) >= 0 ? 1 : 0)',
      ],
      [
        'lockdep_is_held() says yes for whoever holds it',
        'return t.held.some(h => h.address === address) ? 1 : 0;',
        'return m.threads.some(k => k?.held.some(h => h.address === address)) ? 1 : 0;',
      ],
    ],
  ],
  [
    'rwlock.ts',
    'locks lock-rw',
    [
      [
        'a waiting writer does not stop new readers',
        'return !writerWaits(m, f, addressIn(m, a[0] ?? 0, site));',
        'return true;',
      ],
      [
        'readers keep readers out',
        'if (word !== 0 && word < READER) return false;',
        'if (word !== 0) return false;',
      ],
      [
        'readers in interrupts wait for waiting writers',
        'if (f.interruptsPass && info && isInterrupt(info)) return true;',
        '',
      ],
      ['readers enter while a writer is inside', 'if (word !== 0 && word < READER) return false;', ''],
      [
        'a writer enters while readers are inside',
        'if (lockWord(m, a[0] ?? 0, c.site) !== 0) {',
        'if (lockWord(m, a[0] ?? 0, c.site) % READER !== 0) {',
      ],
      [
        'downgrade lets go of the lock',
        'setLockWord(m, a[0] ?? 0, READER, n, c.site);',
        'setLockWord(m, a[0] ?? 0, 0, n, c.site);',
      ],
    ],
  ],
  [
    'semaphore.ts',
    'locks lock-sem,lock-down',
    [
      [
        'down() does not wait',
        '(lockWord(m, a[0] ?? 0, site) > 0 ? ONE : BLOCKED)',
        '(lockWord(m, a[0] ?? 0, site) >= 0 ? ONE : BLOCKED)',
      ],
      ['down_trylock() returns 0 for not taken', 'if (count === 0) return 1;', 'if (count === 0) return 0;'],
      ['up() does not count', 'lockWord(m, a[0] ?? 0, c.site) + 1, n', 'lockWord(m, a[0] ?? 0, c.site), n'],
    ],
  ],
  [
    'seqcount.ts',
    'locks lock-seq',
    [
      [
        'read_seqbegin() does not wait for the writer',
        '% 2 === 0 ? ONE : BLOCKED',
        '% 2 >= 0 ? ONE : BLOCKED',
      ],
      [
        'read_seqretry() never says to retry',
        '=== Number(a[1] ?? 0) ? 0 : 1',
        '=== Number(a[1] ?? 0) ? 0 : 0',
      ],
    ],
  ],
  [
    'wait.ts',
    'sync wait,kthread',
    [
      ['a wake-up is forgotten', 'ownThread(m, n).task = 0;', ''],
      [
        'all exclusive waiters are woken',
        'const full = most > 0 && exclusive >= most;',
        'const full = most < 0;',
      ],
      [
        'waiters that are not exclusive count as such',
        'if (woken && e.exclusive) exclusive++;',
        'if (woken) exclusive++;',
      ],
      [
        'schedule() returns though the state is not running',
        'return a[0] === -1 ? BLOCKED : SECOND;',
        'return a[0] === -1 ? ONE : SECOND;',
      ],
      ['a timeout never fires', 'return a[0] === -1 ? BLOCKED : SECOND;', 'return BLOCKED;'],
      ['a signal does not wake', '(t.signal && (t.task & SIGNALLED) !== 0)', '(t.signal && t.task < 0)'],
      ['a signal wakes uninterruptible sleep', '(t.task & SIGNALLED) !== 0', 't.task !== 0'],
      ['prepare_to_wait() does not set the state', 'if (a[1] !== -1) t.task =', 'if (a[1] === -9) t.task ='],
      ['a waiter that is woken stays in the queue', 'if (!woken || e.stays) rest.push(e);', 'rest.push(e);'],
      [
        'finish_wait() leaves the waiter in the queue',
        't.task = 0;\n      leave(m, n, a[0] ?? 0, c.site);',
        't.task = 0;',
      ],
    ],
  ],
  [
    'completion.ts',
    'sync wait',
    [
      [
        'wait_for_completion() takes nothing',
        "if (done !== ALL) setLockWord(m, a[0] ?? 0, done - 1, n, c.site);\n      return 1;\n    },\n  },\n  'completion.complete'",
        "return 1;\n    },\n  },\n  'completion.complete'",
      ],
      [
        'complete_all() lets one through',
        'setLockWord(m, a[0] ?? 0, ALL, n, c.site);',
        'setLockWord(m, a[0] ?? 0, 1, n, c.site);',
      ],
      ['wait_for_completion() does not wait', '...(done ? [TAKEN] : []),', 'TAKEN,'],
      [
        'a completion that times out says it was done',
        'if (choice === TIMED_OUT) return 0;',
        'if (choice === TIMED_OUT) return 1;',
      ],
    ],
  ],
  [
    'work.ts',
    'sync work,timer',
    [
      ['queue_work() of a pending item says that it queued it', 'if (isPending(t)) return false;\n', ''],
      ['queue_work() from the item itself is lost', 'own.again = true;\n    own.cpu', 'own.cpu'],
      [
        'queue_work() works while the item is being cancelled',
        "if (kind === 'work' && isBeingCancelled(m, address)) return false;",
        '',
      ],
      [
        'cancel_work() leaves the item pending',
        'putThread(m, number, { ...freshThread(), left: own.left });',
        '',
      ],
      [
        'cancel_work_sync() does not wait',
        "if (m.threads[number]?.status !== 'running') return was ? 1 : 0;",
        'if (number > -9) return was ? 1 : 0;',
      ],
      ['flush_work() does not wait', 'if (runs === 0) return 0;', 'if (runs >= 0) return 0;'],
      [
        'flush_work() waits for one run of two',
        "(t.status === 'ready' || t.status === 'running' ? 1 : 0) + (t.status === 'running' && t.again ? 1 : 0)",
        "t.status === 'ready' || t.status === 'running' ? 1 : 0",
      ],
      ['flush_workqueue() does not wait', 'if (ends.length === 0) return;', 'if (ends.length >= 0) return;'],
      [
        'del_timer_sync() does not wait',
        "?.status === 'running' ? BLOCKED : ONE",
        "?.status === 'idle' ? BLOCKED : ONE",
      ],
      [
        'timers run in process context',
        "context: kind === 'work' ? 'kthread' : 'softirq'",
        "context: 'kthread'",
      ],
      ['work items may not sleep', "context: kind === 'work' ? 'kthread' : 'softirq'", "context: 'softirq'"],
    ],
  ],
  [
    'kthread.ts',
    'sync kthread',
    [
      [
        'kthread_stop() does not wake',
        'return NEVER_RAN;\n        }\n        wake(m, number, NORMAL);',
        'return NEVER_RAN;\n        }',
      ],
      [
        'kthread_stop() does not wait',
        "return t.phase === 0 || !target || target.status === 'done' ? ONE : BLOCKED;",
        'return t.phase === 0 || !target ? ONE : ONE;',
      ],
      ['kthread_stop() does not set the flag', 'own.stop = true;', ''],
      [
        'a kthread that was stopped before it began runs',
        "own.status = 'done';\n          own.argument = NEVER_RAN;\n",
        '',
      ],
    ],
  ],
  [
    'machine.ts',
    'memory misc,c-,list',
    [
      [
        'a use after free is not noticed',
        "if (state.life === 'freed' && !info.typesafe)",
        "if (state.life === 'freed' && info.typesafe && info.readOnly)",
      ],
      [
        'slab memory of a typesafe cache is not readable after free',
        "if (state.life === 'freed' && !info.typesafe)",
        "if (state.life === 'freed')",
      ],
      [
        'accesses out of bounds are accepted',
        'if (offset < 0 || offset + size > state.size)',
        'if (offset < 0)',
      ],
      [
        'memory of a function that has returned may be used',
        "if (!state || state.life === 'gone')",
        'if (!state && object < 0)',
      ],
    ],
  ],
  [
    'heap.ts',
    'memory misc,ref',
    [
      ['a double free is not noticed', "if (state.life === 'freed')\n", "if (state.life === 'gone')\n"],
      [
        'kfree() of what was not allocated is accepted',
        "if (info.kind !== 'heap') return fault(",
        "if (info.kind === 'task') return fault(",
      ],
      ['kfree() of the inside of an object is accepted', 'if (place.offset !== 0)', 'if (place.offset < 0)'],
      [
        'kfree() frees nothing',
        "const own = ownObject(m, place.object);\n  own.life = 'freed';",
        'const own = ownObject(m, place.object);',
      ],
      ['typesafe memory is not used again', 'i.typesafe ? freedOf(m, i.layout) : undefined', 'undefined'],
    ],
  ],
  [
    'step.ts',
    'memory ref,bits,c-',
    [
      [
        'a refcount is raised from zero without a word',
        'if (adds && before === 0 && operand > 0) {',
        'if (adds && before === -5 && operand > 0) {',
      ],
      ['a refcount does not saturate', 'if (before < 0 || after < 0) {', 'if (before < -2000000000) {'],
      [
        'cmpxchg stores always',
        'if ((equal !== 0) !== (i.notEqual === true)) {',
        'if (i.notEqual !== true || equal === 0) {',
      ],
      [
        'a read-modify-write gives the new value',
        'if (i.to !== undefined) registers[i.to] = old;',
        'if (i.to !== undefined) registers[i.to] = next;',
      ],
      [
        'andnot clears the other bits',
        "operate(m, 'and', i.type, old, operate(m, 'xor', i.type, operand, -1, i.site), i.site)",
        "operate(m, 'and', i.type, old, operand, i.site)",
      ],
      [
        'an assertion that fails is not noticed',
        '} else if (v === 0) return fault(i.fault, i.message, i.site);',
        '}',
      ],
      [
        'writes to read-only memory are accepted',
        'if (info?.readOnly) fault(',
        'if (info?.readOnly && r.object < 0) fault(',
      ],
      [
        'an unknown value decides one way only',
        'yes = !mayBeZero(v, m.global.facts) || choice === 0;\n        if (mayBeZero',
        'yes = true;\n        if (mayBeZero',
      ],
      [
        'rcu_dereference() outside a reader is no finding',
        'readerReason(m, n, t) === undefined &&\n        t.srcu.length === 0',
        'readerReason(m, n, t) === "no" &&\n        t.srcu.length === 0',
      ],
    ],
  ],
  [
    'calls.ts',
    'locks lock,rcu,misc,c-stack',
    [
      [
        'a lock may be held at the end of a thread',
        "if (t.held.length > 0) fault('lock-misuse'",
        "if (t.held.length > 99) fault('lock-misuse'",
      ],
      ['an RCU reader may be open at the end of a thread', 'if (t.rcu > 0)\n', 'if (t.rcu > 99)\n'],
      [
        'an SRCU reader may be open at the end of a thread',
        'if (t.srcu.length > 0)',
        'if (t.srcu.length > 99)',
      ],
      [
        'locals outlive their function',
        'for (const object of frame.stack) putObject(m, object, undefined);',
        '',
      ],
      [
        'a thread runs once, whatever RACE_REPEAT says',
        "t.status = t.left > 0 ? 'ready' : 'done';",
        "t.status = 'done';",
      ],
      ['the end of a work item wakes nobody who waits for it', 'removeFromWaits(m, ENDS, n, false);', ''],
    ],
  ],
  [
    'rest.ts',
    'context misc,kthread,work,rcu',
    [
      [
        'daemons have to finish',
        "return !info.daemon && !(t.status === 'ready' && t.begun);",
        "return !(t.status === 'ready' && t.begun);",
      ],
      ['work that has begun need not finish', "return t.status === 'running';", 'return false;'],
      ['a kthread that is stopped need not finish', 'return t.stop;', 'return false;'],
      [
        'RACE_FINALLY does not wait for callbacks and work',
        "t.status !== 'idle' &&\n      t.status !== 'done'\n    )\n      return false;",
        "t.status !== 'idle' &&\n      t.status !== 'done'\n    )\n      continue;",
      ],
    ],
  ],
  [
    'choices.ts',
    'unknown misc,bits',
    [
      [
        'RACE_CHOOSE() leaves out the last value',
        '{ length: Math.min(i.count, MOST_CHOICES) }',
        '{ length: Math.max(1, Math.min(i.count, MOST_CHOICES) - 1) }',
      ],
      ['an allocation that may fail does not', 'return i.mayFail ? TWO : ONE;', 'return ONE;'],
      [
        'RACE_INIT does not run alone',
        'if (init < 0 || n === init) return false;',
        'if (init < 9) return false;',
      ],
      [
        'a signal never comes',
        'if (m.threadInfos[n]?.signals && !t.signal',
        'if (m.threadInfos[n]?.signals && t.signal',
      ],
    ],
  ],
  [
    'sharing.ts',
    'memory bits,spin',
    [
      [
        'reduction: who reads what another writes shares nothing',
        'if (writer !== 0 && writer !== me) {\n      list[index] = SHARED;',
        'if (writer !== 0 && writer !== me && writer < 0) {\n      list[index] = SHARED;',
      ],
      [
        'reduction: who writes what another has read shares nothing',
        '(writer !== 0 && writer !== me) || (reader !== 0 && reader !== me)',
        '(writer !== 0 && writer !== me)',
      ],
      ['reduction: marks are forgotten', 'list[i] = (list[i] ?? 0) & SHARED', 'list[i] = 0'],
    ],
  ],
  [
    'visible.ts',
    'rcu rcu,misc,ref',
    [
      [
        'reduction: leaving a reader is nobody’s affair',
        'visible = noteGrace(m.marks, n, false) || visible;',
        'visible = visible || m.alone;',
      ],
      [
        'reduction: a free is nobody’s affair',
        "return place.kind === 'object' && !m.alone && noteLife(m.marks, place.object, n, true);",
        'return false;',
      ],
      [
        'reduction: a grace period is nobody’s affair',
        "if (scope === 'grace') visible = noteGrace(m.marks, n, true);",
        "if (scope === 'grace') visible = m.alone;",
      ],
    ],
  ],
  [
    'explore.ts',
    'stuck spin,misc',
    [
      [
        'reduction: early steps without the cycle proviso',
        'if ((graph.targets[e] ?? 0) <= index) allAhead = false;',
        '',
      ],
      [
        'RACE_FINALLY is not looked at',
        'if (goal && m.program.finally.length > 0 && isAtRest(m)) {',
        'if (goal && m.program.finally.length > 99 && isAtRest(m)) {',
      ],
    ],
  ],
  [
    'waiting.ts',
    'rcu rcu,work',
    [
      [
        'a grace period ends with the first of its readers',
        'if (all) own.grace = own.grace.filter((v, i) => i === 0 || v !== n);',
        'if (all) own.grace = own.grace.slice(0, 1);',
      ],
    ],
  ],
];

/** @type {readonly Mutant[]} */
export const mutants = byFile.flatMap(([file, near, edits]) =>
  edits.map(([rule, old, replacement]) => ({ rule, file, old, new: replacement, near })),
);

// Makes syntaxes/kernel.injection.json out of the catalogue of primitives, so that the two never drift: colours for
// kernel primitives inside C, for every editor that reads TextMate grammars. The build writes it; a test compares.
import { build } from 'esbuild';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Where it lies. */
export const grammarPath = 'syntaxes/kernel.injection.json';

/** @typedef {{ readonly name: string, readonly class: string, readonly role: string }} Entry */

/** Words of a scope by class of the catalogue; classes without one are in `plain`. */
const groups = Object.fromEntries(
  Object.entries({
    rcu: 'rcu rcu_bh rcu_sched rcu_tasks rcu_tasks_trace rculist srcu hash_rcu rcu_field rcu_sync',
    lock:
      'spinlock raw_spinlock rwlock bitlock mutex rwsem percpu_rwsem semaphore rtnl socklock local_lock cpu_hotplug ' +
      'seqlock seqcount rt_mutex ww_mutex pagelock',
    interrupts: 'bh irqflags preempt migrate irq context',
    bitop: 'bitop bitop_nonatomic thread_flag',
    atomic: 'atomic cmpxchg',
    refcount: 'refcount kref obj_ref sock_ref netdev_ref netobj_ref percpu_ref lockref',
    barrier: 'barrier',
    access: 'access',
    percpu: 'percpu percpu_counter',
    wait: 'wait completion sched',
    deferred:
      'workqueue timer hrtimer tasklet softirq irq_work task_work kthread napi ipi stop_machine notifier',
    assert: 'lockdep kcsan',
  }).flatMap(([group, classes]) => classes.split(' ').map(name => [name, group])),
);

/** Classes that are left to the language's own colours: memory, plain containers, and what only looks at devices. */
export const plain =
  'alloc bitmap cleanup decl idr kfifo list llist netdev_state netpoll plainlist pm ptr_ring rhashtable ring skb_queue ' +
  'static_key txq u64_stats uaccess xarray';

/** The last word of a scope by role; a role that is not here has none. */
const endings = Object.fromEntries(
  Object.entries({
    begin: 'begin begin-shared try try-shared try-zero try-zero-shared read-begin locked',
    end: 'end end-shared read-retry unlocked downgrade',
    read: 'load iterate spin-load address',
    write: 'store',
    publish: 'publish unpublish',
    defer: 'defer defer-free',
    wake: 'wake',
    assert: 'assert',
  }).flatMap(([ending, roles]) => roles.split(' ').map(role => [role, ending])),
);

/** Words that say who may touch what, and under which lock. */
const annotations =
  '__rcu __user __iomem __percpu __must_hold __acquires __releases __acquire __release __cond_acquires __cond_lock ' +
  '__guarded_by __pt_guarded_by __must_hold_shared __acquires_shared __releases_shared __private __bitwise __force';

/**
 * The scope of a primitive without its language: `support.function.racelens.rcu.begin`; undefined for none of ours.
 * @param {Entry} entry
 */
export function scopeOf({ class: group, role }) {
  const first =
    role.startsWith('grace-period') || role === 'flush-callbacks' ? 'grace-period' : groups[group];
  if (first === undefined) return undefined;
  // A store to an RCU pointer publishes what it points at.
  const ending = first === 'rcu' && role === 'store' ? 'publish' : endings[role];
  const last = first === 'grace-period' ? undefined : ending;
  return ['support.function.racelens', first, ...(last && last !== first ? [last] : [])].join('.');
}

/**
 * The grammar as it lies in the file.
 * @param {Iterable<Entry>} entries
 * @returns {string}
 */
export function kernelGrammar(entries) {
  /** @type {Map<string, string[]>} */
  const byScope = new Map();
  for (const entry of entries) {
    const scope = scopeOf(entry);
    if (scope && entry.role !== 'scope') byScope.set(scope, [...(byScope.get(scope) ?? []), entry.name]);
  }
  const calls = [...byScope].sort().map(([scope, names]) => ({
    // A call, not a member of that name and not a variable. The white space before it is taken along because the
    // patterns of C++ begin with it, and the pattern that begins first wins.
    match: `\\s*(?<![\\w.]|->)(${alternatives(names)})(?=\\s*\\()`,
    captures: { 1: { name: `${scope}.c` } },
  }));
  const words = alternatives(annotations.split(' '));
  const annotation = 'storage.modifier.racelens.annotation.c';
  const grammar = {
    information: 'Made by tools/grammar.mjs out of src/kernel/primitives.tsv. Do not edit.',
    scopeName: 'kernel.injection',
    injectionSelector:
      'L:source.c -comment -string -meta.preprocessor.include, L:source.cpp -comment -string -meta.preprocessor.include',
    patterns: [
      {
        match: '\\s*(?<![\\w.]|->)(guard|scoped_guard|scoped_cond_guard|CLASS)\\s*(\\()\\s*([A-Za-z_]\\w*)',
        captures: {
          1: { name: 'support.function.racelens.guard.c' },
          2: { name: 'punctuation.section.parens.begin.bracket.round.c' },
          3: { name: 'support.type.racelens.guard.c' },
        },
      },
      {
        // C++ takes a declaration in one piece: to be heard in it, one has to begin where it does.
        match: `\\s*\\b(struct|union)\\s+([A-Za-z_]\\w*)\\s+(${words})(?!\\w)`,
        captures: {
          1: { name: 'storage.type.struct.c' },
          2: { name: 'entity.name.type.struct.c' },
          3: { name: annotation },
        },
      },
      { match: `\\s*(?<!\\w)(${words})(?!\\w)`, captures: { 1: { name: annotation } } },
      ...calls,
    ],
  };
  return `${JSON.stringify(grammar, null, 2)}\n`;
}

/**
 * A pattern for a set of words that shares their beginnings: it is tried at every token of every C file.
 * @param {readonly string[]} words
 * @returns {string}
 */
function alternatives(words) {
  /** @type {Map<string, string[]>} */
  const byFirst = new Map();
  for (const word of [...new Set(words)].sort())
    byFirst.set(word.slice(0, 1), [...(byFirst.get(word.slice(0, 1)) ?? []), word.slice(1)]);
  const parts = [...byFirst].flatMap(([first, rests]) => (first === '' ? [] : [first + common(rests)]));
  const optional = byFirst.has('');
  const only = parts.length === 1 ? (parts[0] ?? '') : undefined;
  if (!optional) return only ?? `(?:${parts.join('|')})`;
  return parts.length === 0 ? '' : only?.length === 1 ? `${only}?` : `(?:${parts.join('|')})?`;
}

/**
 * What all have in common goes first.
 * @param {readonly string[]} rests
 * @returns {string}
 */
function common(rests) {
  const [first = '', ...others] = rests;
  let shared = first;
  for (const other of others) while (!other.startsWith(shared)) shared = shared.slice(0, -1);
  return shared + (rests.length === 1 ? '' : alternatives(rests.map(rest => rest.slice(shared.length))));
}

/** The catalogue as the product reads it. @returns {Promise<readonly Entry[]>} */
async function catalogue() {
  const { outputFiles } = await build({
    entryPoints: ['src/kernel/primitives.ts'],
    bundle: true,
    write: false,
    format: 'esm',
    loader: { '.tsv': 'text' },
  });
  const text = outputFiles[0]?.text ?? '';
  const { primitives } = await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`);
  return [...primitives.values()];
}

/** Writes the grammar if it is not what the catalogue says. */
export async function writeGrammar() {
  const text = kernelGrammar(await catalogue());
  if (!existsSync(grammarPath) || readFileSync(grammarPath, 'utf8') !== text)
    writeFileSync(grammarPath, text);
}

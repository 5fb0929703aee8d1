/**
 * The orderings of the table of primitives against the kernel's own formal model: every macro of
 * tools/memory-model/linux-kernel.def is in the table, and says the same.
 */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { primitive, type Ordering } from '../../src/kernel/primitives';
import { kernelTree } from './tree';

/** What the model's tags mean in the table's words. `once` for rcu_dereference() has its dependency in the .cat file. */
const tags: Readonly<Record<string, readonly Ordering[]>> = {
  once: ['relaxed', 'relaxed-on-success', 'consume'],
  acquire: ['acquire', 'acquire-on-success'],
  release: ['release', 'release-on-success'],
  mb: ['full', 'full-on-success'],
  rmb: ['read'],
  wmb: ['write'],
  'before-atomic': ['full-before-rmw'],
  'after-atomic': ['full-after-rmw'],
  'after-spinlock': ['full-after-lock'],
  'after-unlock-lock': ['full-after-unlock-lock'],
  barrier: ['compiler'],
  'sync-rcu': ['full'],
  'sync-srcu': ['full'],
  'rcu-lock': ['none'],
  'rcu-unlock': ['none'],
  'srcu-lock': ['none'],
  'srcu-unlock': ['none'],
};

const forms: readonly (readonly [RegExp, readonly Ordering[]])[] = [
  // A store and a fence behind it.
  [/__store\{once\}.*__fence\{mb\}/, ['full-after']],
  [/__lock\(/, ['acquire']],
  [/__unlock\(/, ['release']],
  [/__trylock\(/, ['acquire-on-success']],
  [/__islocked\(/, ['relaxed']],
  [/__atomic_op\(/, ['relaxed']],
  [/READ_ONCE\(/, ['relaxed']],
  [/WRITE_ONCE\(/, ['relaxed']],
  [/smp_load_acquire\(/, ['acquire']],
  [/smp_store_release\(/, ['release']],
];

function allowed(body: string): readonly Ordering[] | undefined {
  for (const [form, orderings] of forms) if (form.test(body)) return orderings;
  const tag = /__\w+\{([\w-]+)\}/.exec(body)?.[1];
  return tag === undefined ? undefined : tags[tag];
}

describe('the primitive table and the memory model of the tree', () => {
  it('agree in every macro', () => {
    const text = readFileSync(join(kernelTree(), 'tools/memory-model/linux-kernel.def'), 'utf8');
    const wrong: string[] = [];
    let compared = 0;
    for (const line of text.split('\n')) {
      const m = /^(\w+)\([^)]*\)\s*(.+)$/.exec(line);
      if (!m?.[1] || !m[2]) continue;
      const orderings = allowed(m[2]);
      const known = primitive(m[1]);
      if (!orderings) wrong.push(`${m[1]}: this test does not know ${m[2]}`);
      else if (!known) wrong.push(`${m[1]} is not in the table`);
      else if (!orderings.includes(known.ordering))
        wrong.push(`${m[1]}: ${known.ordering}, not ${orderings.join(' or ')}`);
      else compared++;
    }
    assert.deepEqual(wrong, []);
    assert.ok(compared > 70, String(compared));
  });
});

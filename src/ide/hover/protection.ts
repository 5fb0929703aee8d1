/**
 * What protects a read of an RCU pointer in fact, where it is no rcu_read_lock(): an implicit reader or an update-side
 * lock. There CONFIG_PROVE_RCU would complain about a plain rcu_dereference(), and nothing is wrong; the hover says so.
 */
import { walk } from '../../syntax/node';
import { openAt } from '../../kernel/checks/entries';
import type { FunctionFacts } from '../../kernel/functions';
import { primitive } from '../../kernel/primitives';
import { meanings } from '../../kernel/sections/sections';
import type { Site } from '../../kernel/sections/regions';
import { knownEntry } from '../entries';
import type { Knowledge } from '../knowledge';
import type { Scene } from '../scene';
import { sectionName } from '../words';

/** Reads that lockdep checks, and the readers that it accepts for each. */
const accepts: Readonly<Record<string, readonly string[]>> = {
  rcu_dereference: ['rcu'],
  rcu_dereference_bh: ['rcu-bh', 'bh'],
  rcu_dereference_sched: ['rcu-sched', 'preempt', 'irq'],
};

/** A sentence for the read at an offset of the analysis; undefined where there is nothing to say, or nothing is known. */
export function protectionText(
  scene: Scene,
  k: Knowledge,
  f: FunctionFacts,
  name: string,
  offset: number,
): string | undefined {
  const fine = accepts[name];
  if (!fine || primitive(name)?.role !== 'load') return undefined;
  // Statements inside of an expression come before it.
  const point = f.analysis.flow.points.find(p => {
    if (p.kind === 'label') return false;
    let inside = false;
    if (p.node && p.node.start <= offset && offset < p.node.end)
      walk(p.node, n => {
        if (n.start === offset) inside = true;
        return !inside;
      });
    return inside;
  });
  if (!point) return undefined;
  const open = openAt(k.survey.sections(f), point).must;
  if (open.some(s => isAccepted(s, fine))) return undefined;
  const local = open.map(reasonOf).find(r => r !== undefined);
  if (local !== undefined) return `Safe here: ${local}. Only \`CONFIG_PROVE_RCU\` would complain.`;
  const entry = knownEntry(scene, f);
  if (!entry) return undefined;
  const locks = entry.locks.filter(l => l.held.value === 'yes');
  if (entry.reader.value === 'yes') {
    if (/rcu_read_lock\b|rcu_read_lock\(/.test(entry.reader.because)) return undefined;
    const chain = entry.reader.chain.map(l => `\`${l.name}\``).join(' ← ');
    return `Safe here without \`rcu_read_lock()\`: ${entry.reader.because}${chain && ` (${chain})`}. Only \`CONFIG_PROVE_RCU\` would complain.`;
  }
  const [lock] = locks;
  return lock
    ? `Safe here if writers hold \`${lock.lock}\`, which is held (${lock.held.because}). Only \`CONFIG_PROVE_RCU\` would complain.`
    : undefined;
}

function isAccepted({ effect }: Site, fine: readonly string[]): boolean {
  const { kind, switches } = effect;
  return fine.includes(kind) || (switches !== undefined && fine.some(x => switches.startsWith(x)));
}

function reasonOf({ effect }: Site): string | undefined {
  const implied =
    meanings[effect.kind].implicitReader ?? (effect.switches && meanings[effect.switches].implicitReader);
  if (implied !== undefined) return `${sectionName(effect)} implies a reader (${implied})`;
  return meanings[effect.kind].group === 'lock'
    ? `${sectionName(effect)} is held, if writers hold it too`
    : undefined;
}

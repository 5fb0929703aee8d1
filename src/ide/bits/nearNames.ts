/** Names like one that is not known: what the user may have meant. */
import type { Scene } from '../scene';
import { knowledge } from '../knowledge';

/** At most five names: bits of the open files, the nearest first; else what the tree defines one letter away. */
export function nearNames(scene: Scene, name: string): readonly string[] {
  const open = nearInFiles(scene, name);
  return open.length > 0 ? open : nearInTree(scene, name).slice(0, MOST);
}

const MOST = 5;

/** Longer names have too many neighbours to be asked for one by one. */
const LONGEST = 40;

/** Names of the tree that are one edit away: the index knows names only by asking for them. */
function nearInTree(scene: Scene, name: string): readonly string[] {
  if (!/^[A-Z_][A-Z0-9_]+$/.test(name) || name.length > LONGEST) return [];
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789';
  const tried = new Set<string>([
    `__${name}`,
    name.replace(/^_+/, ''),
    `${name}_BIT`,
    name.replace(/_BIT$/, ''),
  ]);
  for (let i = 0; i <= name.length; i++) {
    const [head, tail] = [name.slice(0, i), name.slice(i)];
    tried.add(head + tail.slice(1));
    if (tail.length > 1) tried.add(`${head}${tail[1] ?? ''}${tail[0] ?? ''}${tail.slice(2)}`);
    for (const c of letters) tried.add(head + c + tail).add(head + c + tail.slice(1));
  }
  tried.delete(name);
  return [...tried].filter(t => scene.corpus.definitions(t, ['enumerator', 'macro']).length > 0);
}

function nearInFiles(scene: Scene, name: string): readonly string[] {
  const candidates = new Set<string>();
  for (const w of knowledge(scene).words) {
    for (const b of w.bits) candidates.add(b.name);
    const [named] = w.bits;
    for (const e of named ? knowledge(scene).siblings(named.name) : []) candidates.add(e.name);
  }
  const wanted = name.toUpperCase();
  const most = Math.max(2, Math.floor(name.length / 3));
  return [...candidates]
    .map(c => ({ c, d: c.includes(wanted) ? 1 : distance(c.toUpperCase(), wanted, most + 1) }))
    .filter(x => x.d <= most)
    .sort((a, b) => a.d - b.d || (a.c < b.c ? -1 : 1))
    .slice(0, MOST)
    .map(x => x.c);
}

/** Edits between two words, counted up to a limit. */
export function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return Math.min(row[b.length] ?? limit, limit);
}

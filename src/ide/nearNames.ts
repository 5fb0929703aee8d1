/** Names like one that is not known: what the user may have meant. */
import type { Scene } from './scene';
import { knowledge } from './knowledge';

/** At most five names of bits of the open files, the nearest first. */
export function nearNames(scene: Scene, name: string): readonly string[] {
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
    .slice(0, 5)
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

/** Packs states in another way, as `repack` of upkeep.ts does: for few states it is quicker than generating that. */
import type { Field, Layout } from './layout';
import type { Regions } from './memory';

/** The first `count` states become packed as in `layout`, in place. */
export function repackFew({ words, base }: Regions, count: number, before: Layout, layout: Layout): void {
  const start = base('states') >> 2;
  const [from, to] = [2 * before.words, 2 * layout.words];
  const moves = layout.fields.flatMap((field): { readonly old: Field; readonly field: Field }[] => {
    const old = field && before.fields[field.slot];
    return old ? [{ old, field }] : [];
  });
  const packed = new Int32Array(to * count);
  for (const { old, field } of moves)
    for (let s = 0; s < count; s++) {
      const value = ((words[start + s * from + old.word] ?? 0) >>> old.shift) & old.mask;
      packed[s * to + field.word] = (packed[s * to + field.word] ?? 0) | (value << field.shift);
    }
  words.set(packed, start);
}

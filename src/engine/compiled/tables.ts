/**
 * Decision trees in linear memory: what the recorder has found out, by the slots that it rests on. expand.ts says what
 * nodes look like; this writes them.
 */
import type { Components } from '../components';
import type { Field, Layout } from './layout';
import type { Regions } from './memory';
import { slotOf, type Part } from './record';
import { LEAF_HEAD, MEMO_BITS, memoSize, ROOT_SIZE, TEST_HEAD, waySize, type Root } from './shape';

/** A way as it stands in a leaf. */
export interface PackedWay {
  /** Number of the label, without the bit for private steps. */
  readonly label: number;
  /** Negative target of an ending, or 0. */
  readonly ending: number;
  readonly writes: readonly (readonly [slot: number, id: number])[];
}

/** An answer: what stands in the leaf of a tree that one gets to where the slots read hold these components. */
export interface Answer {
  readonly tree: number;
  /** In the order in which the parts were looked at; those that had no slot had their baseline, number 0. */
  readonly reads: readonly (readonly [part: Part, id: number])[];
  readonly note: number;
  readonly ways: readonly PackedWay[];
  /** To be asked anew when something gets a slot; see record.ts. */
  readonly loose: boolean;
}

export interface Tables {
  /** Bytes in use. */
  readonly bytes: number;
  /** Not if there is no room, or a component's number does not fit its field. */
  add(answer: Answer): 'added' | 'no room' | 'no field';
}

/** Where trees begin: by the control part of their thread, the slots of `first`; bytes in all, the roots first. */
export function rootsOf(
  base: number,
  layout: Layout,
  first: readonly (number | undefined)[],
): { readonly roots: readonly Root[]; readonly bytes: number } {
  let address = base + ROOT_SIZE * first.length;
  const roots = first.map(slot => {
    const field = slot === undefined ? undefined : layout.fields[slot];
    const values = (field?.mask ?? 0) + 1;
    const masks = (address + 4 * values + 7) & ~7;
    const memo = masks + 8 * layout.words * values;
    const root = { address, masks, memo, ...(field && { field }) };
    address = memo + (memoSize(layout.words) << MEMO_BITS);
    return root;
  });
  return { roots, bytes: address - base };
}

export function createTables(
  regions: Regions,
  layout: Layout,
  components: Components,
  roots: readonly Root[],
): Tables {
  let used = 0;
  const start = regions.base('nodes');
  const room = regions.capacity('nodes');
  const from = regions.base('roots') >> 2;
  regions.words.fill(0, from, from + (regions.capacity('roots') >> 2));
  /** The answer depends on the field where the tree begins with that value. */
  const rests = (root: Root, value: number, field: Field): void => {
    const at = (root.masks >> 2) + 2 * layout.words * value + field.word;
    regions.words[at] = (regions.words[at] ?? 0) | (field.mask << field.shift);
  };
  roots.forEach((root, k) => {
    const { address, masks, memo, field } = root;
    const record = [address, 4 * (field?.word ?? 0), field?.shift ?? 0, field?.mask ?? 0, masks, memo];
    regions.words.set(record, from + (ROOT_SIZE >> 2) * k);
    if (field) for (let value = 0; value <= field.mask; value++) rests(root, value, field);
  });

  const take = (bytes: number): number => {
    const address = start + used;
    used += (bytes + 7) & ~7;
    return address;
  };
  return {
    get bytes() {
      return used;
    },
    add({ tree, reads: parts, note, ways }) {
      const { words, octets } = regions;
      for (const w of ways)
        for (const [slot, id] of w.writes) if (id > (layout.fields[slot]?.mask ?? 0)) return 'no field';
      const root = roots[tree];
      if (!root) return 'no room';
      let wanted = LEAF_HEAD + ways.length * waySize(layout.words) + 8;
      let first = 0;
      for (const [part, id] of parts) {
        const slot = slotOf(components, part);
        const field = slot === undefined ? undefined : layout.fields[slot];
        if (!field) continue;
        wanted += TEST_HEAD + 8 + 4 * (field.mask + 1);
        if (field === root.field) first = id;
      }
      if (used + wanted > room) return 'no room';
      let at = (root.address >> 2) + first;
      for (const [part, id] of parts) {
        const slot = slotOf(components, part);
        const field = slot === undefined ? undefined : layout.fields[slot];
        // A slot with one component only is no question.
        if (!field || field === root.field) continue;
        rests(root, first, field);
        let node = words[at] ?? 0;
        if (node === 0) {
          node = take(TEST_HEAD + 4 * (field.mask + 1));
          octets.fill(0, node, node + TEST_HEAD + 4 * (field.mask + 1));
          octets[node] = 4 * field.word;
          octets[node + 1] = field.shift;
          words[(node >> 2) + 1] = field.mask;
          words[at] = node;
        }
        if ((node & 1) === 1 || octets[node] !== 4 * field.word || octets[node + 1] !== field.shift)
          throw new Error('internal: what a step looks at depends on something that is not watched');
        at = ((node + TEST_HEAD) >> 2) + id;
      }
      const leaf = take(LEAF_HEAD + ways.length * waySize(layout.words));
      words[leaf >> 2] = ways.length;
      words[(leaf >> 2) + 1] = note;
      ways.forEach((w, k) => {
        const way = (leaf + LEAF_HEAD + k * waySize(layout.words)) >> 2;
        words[way] = w.label;
        words[way + 1] = w.ending;
        for (let half = 0; half < 2 * layout.words; half++) {
          // For each 64-bit word the mask, then the bits.
          const mask = way + 2 + 4 * (half >> 1) + (half & 1);
          words[mask] = -1;
          words[mask + 2] = 0;
        }
        for (const [slot, id] of w.writes) {
          const field = layout.fields[slot];
          if (!field) continue;
          const mask = way + 2 + 4 * (field.word >> 1) + (field.word & 1);
          words[mask] = (words[mask] ?? 0) & ~(field.mask << field.shift);
          words[mask + 2] = (words[mask + 2] ?? 0) | (id << field.shift);
        }
      });
      words[at] = leaf + 1;
      return 'added';
    },
  };
}

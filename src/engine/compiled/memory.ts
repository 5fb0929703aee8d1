/**
 * One linear memory for everything that the generated search touches, in regions that lie far apart: a page that was
 * never touched costs nothing, so each region gets several times what it needs, in proportion, and seldom moves. When one
 * of them is full, the space is made many times larger and everything is moved once, up to the 4 GB that a 32-bit
 * memory has.
 *
 * Nothing here is zeroed: who needs zeroes, writes them.
 */
export const regions = [
  'roots',
  'conflicts',
  'batch',
  'touches',
  'leaves',
  'nodes',
  'goals',
  'long',
  'aside',
  'states',
  'slots',
  'rows',
] as const;
export type Region = (typeof regions)[number];

export interface Regions {
  readonly memory: WebAssembly.Memory;
  /** Byte address. */
  base(region: Region): number;
  /** Bytes. */
  capacity(region: Region): number;
  /**
   * At least so many bytes for each region, keeping the first `used` bytes of each; what is left over is shared in the
   * same proportion, or as `later` says. False if there is not so much memory.
   */
  grow(
    wanted: Readonly<Record<Region, number>>,
    used: Readonly<Partial<Record<Region, number>>>,
    later: Readonly<Partial<Record<Region, number>>>,
  ): boolean;
  /** Views of the whole memory as it is now; they end with the next grow(). */
  readonly words: Int32Array;
  readonly octets: Uint8Array;
}

/** The address of the first region, for good. */
export const FIRST_ADDRESS = 64;
const PAGE = 65536;
const MOST_PAGES = 65536;
/** The first size, and how much larger each further one is. */
const FIRST_PAGES = 256;
const STEP = 64;
/** Regions that have the size asked for: they do not grow with the number of states. */
const fixed: ReadonlySet<Region> = new Set(['roots', 'conflicts', 'batch', 'touches', 'leaves', 'nodes']);

/** With a maximum it grows in place where addresses are plenty; where they are not, that may be refused. */
function createMemory(): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES });
  } catch {
    return new WebAssembly.Memory({ initial: 1 });
  }
}

/** Throws a RangeError if there is no memory at all. */
export function createRegions(): Regions {
  const memory = createMemory();
  const capacities = new Map<Region, number>();
  const bases = new Map<Region, number>();
  let words = new Int32Array(memory.buffer);
  let octets = new Uint8Array(memory.buffer);
  const sized = (n: number): number => Math.ceil(n / 64) * 64;
  const capacity = (r: Region): number => capacities.get(r) ?? 0;

  /** Makes the memory so large, or at least as large as `least` pages. */
  const extend = (pages: number, least: number): boolean => {
    for (let size = Math.min(pages, MOST_PAGES); size >= least; size = Math.floor(size / 2)) {
      const missing = size - memory.buffer.byteLength / PAGE;
      try {
        if (missing > 0) memory.grow(missing);
        return true;
      } catch {
        // Less, then.
      }
    }
    return false;
  };

  return {
    memory,
    base: region => bases.get(region) ?? FIRST_ADDRESS,
    capacity,
    grow(wanted, used, later) {
      if (regions.every(r => wanted[r] <= capacity(r))) return true;
      const least = regions.reduce((sum, r) => sum + sized(wanted[r]), FIRST_ADDRESS);
      const leastPages = Math.ceil(least / PAGE);
      if (leastPages > MOST_PAGES) return false;
      const now = memory.buffer.byteLength / PAGE;
      let pages = Math.max(now, FIRST_PAGES);
      // A move should last: at least as much again as is needed now.
      while (pages < MOST_PAGES && pages < leastPages * 2) pages *= STEP;
      if (!extend(pages, leastPages)) return false;
      words = new Int32Array(memory.buffer);
      octets = new Uint8Array(memory.buffer);

      const room = memory.buffer.byteLength - least;
      // Moving everything for a few more states is as good as being full.
      if (room < least / 32) return false;
      const growing = regions.reduce((sum, r) => sum + (fixed.has(r) ? 0 : (later[r] ?? wanted[r])), 0);
      const next = new Map<Region, number>();
      let top = FIRST_ADDRESS;
      for (const r of regions) {
        next.set(r, top);
        const part = growing > 0 && !fixed.has(r) ? (room * (later[r] ?? wanted[r])) / growing : 0;
        top += sized(wanted[r]) + Math.floor(part / 64) * 64;
      }
      const move = (r: Region, isDown: boolean): void => {
        const from = bases.get(r) ?? 0;
        const to = next.get(r) ?? 0;
        const bytes = Math.min(used[r] ?? 0, capacity(r));
        if (bytes > 0 && from !== to && to < from === isDown) octets.copyWithin(to, from, from + bytes);
      };
      // Their order stays, so like this nothing is written over that is still to move.
      for (const r of regions) move(r, true);
      for (const r of [...regions].reverse()) move(r, false);
      regions.forEach((r, i) => {
        const base = next.get(r) ?? 0;
        const following = regions[i + 1];
        const end = (following && next.get(following)) ?? top;
        bases.set(r, base);
        capacities.set(r, end - base);
      });
      return true;
    },
    get words() {
      return words;
    },
    get octets() {
      return octets;
    },
  };
}

/**
 * One linear memory for everything that the generated search touches, in regions that grow by moving those behind them
 * (there is one memory to a module, and it cannot be mapped in pieces).
 */
export const regions = [
  'roots',
  'conflicts',
  'batch',
  'nodes',
  'slots',
  'states',
  'rows',
  'goals',
  'labels',
  'targets',
] as const;
export type Region = (typeof regions)[number];

export interface Regions {
  readonly memory: WebAssembly.Memory;
  /** Byte address. */
  base(region: Region): number;
  /** Bytes. */
  capacity(region: Region): number;
  /** Whole bytes in use. */
  readonly bytes: number;
  /** At least so many bytes, keeping what is there. False if there is not so much memory. */
  grow(wanted: Readonly<Partial<Record<Region, number>>>): boolean;
  /** Views of the whole memory as it is now; they end with the next grow(). */
  readonly words: Int32Array;
  readonly octets: Uint8Array;
}

/** The address of the first region, for good. */
export const FIRST_ADDRESS = 64;
const PAGE = 65536;
/** Addresses are kept below what a signed 32-bit number holds. */
const MOST_BYTES = 2 ** 31 - PAGE;

export function createRegions(): Regions {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const capacities = new Map<Region, number>(regions.map(r => [r, 0]));
  const bases = new Map<Region, number>(regions.map(r => [r, 16]));
  let words = new Int32Array(memory.buffer);
  let octets = new Uint8Array(memory.buffer);
  const sized = (n: number): number => (n + 63) & ~63;
  return {
    memory,
    base: region => bases.get(region) ?? 0,
    capacity: region => capacities.get(region) ?? 0,
    get bytes() {
      return memory.buffer.byteLength;
    },
    grow(wanted) {
      const next = new Map<Region, { readonly base: number; readonly size: number }>();
      let top = FIRST_ADDRESS;
      for (const r of regions) {
        const size = Math.max(capacities.get(r) ?? 0, sized(wanted[r] ?? 0));
        next.set(r, { base: top, size });
        top += size;
      }
      if (top > MOST_BYTES) return false;
      const missing = Math.ceil(top / PAGE) - memory.buffer.byteLength / PAGE;
      if (missing > 0) {
        try {
          memory.grow(missing);
        } catch {
          return false;
        }
      }
      words = new Int32Array(memory.buffer);
      octets = new Uint8Array(memory.buffer);
      // From behind, so that nothing is overwritten: bases only grow.
      for (const r of [...regions].reverse()) {
        const to = next.get(r);
        const from = bases.get(r) ?? 0;
        const old = capacities.get(r) ?? 0;
        if (!to) continue;
        if (old > 0 && from !== to.base) octets.copyWithin(to.base, from, from + old);
        if (to.size > old) octets.fill(0, to.base + old, to.base + to.size);
        bases.set(r, to.base);
        capacities.set(r, to.size);
      }
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

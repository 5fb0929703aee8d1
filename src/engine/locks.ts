/**
 * Spinlocks and mutexes, and what all locks share. The cell at the lock's address holds 0 or the owner's thread
 * number + 1; who holds what, in which order, stands in the thread.
 */
import type { Handler } from './handler';
import { BLOCKED, ONE, SECOND, TWO } from './handler';
import { addressIn, fault, noteRead, readAt, refer, writeAt, type Machine, type Reference } from './machine';
import type { LockKind, ThreadState } from './model';
import { isUnknown, type Value } from './unknown';
import { shapeOf } from './machine';

/** Owner numbers stay below; a seqlock's count stands above (seqcount.ts). */
export const COUNT = 0x1000;

/** One reader of a reader-writer lock. */
export const READER = 0x10000;

/** The cell a lock lives in: the scalar at its address, or four bytes. */
export function lockCell(m: Machine, address: Value, site: number): Reference {
  const r = refer(m, address, 1, site, 'locks');
  const cell = shapeOf(m, r.object).cells[r.resolution.parts[0]?.cell ?? -1];
  const offset = (addressIn(m, address, site) % 2 ** 32) - 2 ** 31;
  if (cell && cell.offset === offset && (cell.size === 8 || cell.size === 4 || cell.size === 2)) {
    return refer(m, address, cell.size, site, 'locks');
  }
  return r;
}

function typeOf(r: Reference): 'u8' | 'u16' | 'u32' | 'u64' {
  const bits = r.resolution.parts[0]?.bits ?? 8;
  return bits === 64 ? 'u64' : bits === 32 ? 'u32' : bits === 16 ? 'u16' : 'u8';
}

/** The lock word; unknown contents (a lock nobody initialised) count as unlocked. */
export function lockWord(m: Machine, address: Value, site: number): number {
  const r = lockCell(m, address, site);
  const v = readAt(m, r, typeOf(r), site);
  return isUnknown(v) ? 0 : Number(v);
}

/** Who owns the exclusive lock: thread number + 1, 0 for nobody. */
export function ownerWord(m: Machine, address: Value, site: number): number {
  return lockWord(m, address, site) % COUNT;
}

function setOwner(m: Machine, address: Value, owner: number, n: number, site: number): void {
  const word = lockWord(m, address, site);
  setLockWord(m, address, word - (word % COUNT) + owner, n, site);
}

export function setLockWord(m: Machine, address: Value, word: number, n: number, site: number): void {
  const r = lockCell(m, address, site);
  writeAt(m, r, typeOf(r), word, n, site);
}

export function hold(m: Machine, t: ThreadState, address: Value, kind: LockKind, site: number): void {
  t.held = [...t.held, { address: addressIn(m, address, site), kind }];
}

/** Takes the newest entry of that lock and kind off the thread's list; a fault if there is none. */
export function release(
  m: Machine,
  t: ThreadState,
  address: Value,
  kind: LockKind,
  site: number,
  text: string,
): void {
  const a = addressIn(m, address, site);
  for (let i = t.held.length - 1; i >= 0; i--) {
    const h = t.held[i];
    if (h?.address === a && h.kind === kind) {
      t.held = t.held.filter((_, k) => k !== i);
      return;
    }
  }
  fault('lock-misuse', `${text} releases a lock that the thread does not hold`, site);
}

/** An exclusive lock's operations under a prefix. */
function exclusive(kind: 'spin' | 'mutex'): Readonly<Record<string, Handler>> {
  const lock: Handler = {
    scope: 'lock',
    choices: (m, _n, _t, a, site) => (ownerWord(m, a[0] ?? 0, site) === 0 ? ONE : BLOCKED),
    run(m, n, t, a, c) {
      setOwner(m, a[0] ?? 0, n + 1, n, c.site);
      hold(m, t, a[0] ?? 0, kind, c.site);
    },
  };
  return {
    [`${kind}.lock`]: lock,
    [`${kind}.try`]: {
      scope: 'lock',
      run(m, n, t, a, c) {
        if (ownerWord(m, a[0] ?? 0, c.site) !== 0) {
          noteRead(m, lockCell(m, a[0] ?? 0, c.site), n, c.site);
          return 0;
        }
        setOwner(m, a[0] ?? 0, n + 1, n, c.site);
        hold(m, t, a[0] ?? 0, kind, c.site);
        return 1;
      },
    },
    [`${kind}.unlock`]: {
      scope: 'lock',
      run(m, n, t, a, c) {
        lockWord(m, a[0] ?? 0, c.site);
        release(m, t, a[0] ?? 0, kind, c.site, c.text);
        setOwner(m, a[0] ?? 0, 0, n, c.site);
      },
    },
  };
}

const INTERRUPTED = -4;

export const lockHandlers: Readonly<Record<string, Handler>> = {
  ...exclusive('spin'),
  ...exclusive('mutex'),
  'mutex.interruptible': {
    scope: 'always',
    choices(m, _n, t, a, site) {
      const free = ownerWord(m, a[0] ?? 0, site) === 0;
      return free ? (t.signal ? TWO : ONE) : t.signal ? SECOND : BLOCKED;
    },
    run(m, n, t, a, c, choice) {
      if (choice === 1) return INTERRUPTED;
      setOwner(m, a[0] ?? 0, n + 1, n, c.site);
      hold(m, t, a[0] ?? 0, 'mutex', c.site);
      return 0;
    },
  },
  'lock.held': {
    scope: 'local',
    run(m, _n, t, a, c) {
      const address = addressIn(m, a[0] ?? 0, c.site);
      return t.held.some(h => h.address === address) ? 1 : 0;
    },
  },
  'lock.locked': {
    scope: 'peek',
    run: (m, _n, _t, a, c) => (lockWord(m, a[0] ?? 0, c.site) !== 0 ? 1 : 0),
  },
};

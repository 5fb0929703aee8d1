/**
 * Reader-writer locks: rwlock_t (spinning) and rw_semaphore (sleeping). The word is 0, the writer's thread number + 1,
 * or READER for each reader. Both are fair: a writer that waits stops new readers; rwlock readers in interrupt context
 * are let in all the same. A writer that finds the lock taken queues itself (phase 1) and waits there.
 */
import { isInterrupt } from './context';
import { BLOCKED, ONE, STAY, type Handler } from './handler';
import { hold, lockWord, READER, release, setLockWord } from './locks';
import { addressIn, type Machine } from './machine';
import type { LockKind } from './model';
import type { Value } from './unknown';
import { parkedAt } from './parked';

interface Flavour {
  readonly names: {
    readonly readLock: string;
    readonly readTry: string;
    readonly readUnlock: string;
    readonly writeLock: string;
    readonly writeTry: string;
    readonly writeUnlock: string;
  };
  readonly reading: LockKind;
  readonly writing: LockKind;
  /** Readers in interrupt context pass waiting writers. */
  readonly interruptsPass: boolean;
}

/** Whether a writer is queued for the lock. */
function writerWaits(m: Machine, f: Flavour, address: number): boolean {
  return m.threads.some(t => {
    if (t?.status !== 'running' || t.phase === 0) return false;
    const parked = parkedAt(m, t);
    return parked?.name === f.names.writeLock && parked.arguments[0] === address;
  });
}

function canRead(m: Machine, f: Flavour, n: number, a: readonly Value[], site: number): boolean {
  const word = lockWord(m, a[0] ?? 0, site);
  if (word !== 0 && word < READER) return false;
  const info = m.threadInfos[n];
  if (f.interruptsPass && info && isInterrupt(info)) return true;
  return !writerWaits(m, f, addressIn(m, a[0] ?? 0, site));
}

function handlers(f: Flavour): Readonly<Record<string, Handler>> {
  const takeRead: Handler['run'] = (m, n, t, a, c) => {
    setLockWord(m, a[0] ?? 0, lockWord(m, a[0] ?? 0, c.site) + READER, n, c.site);
    hold(m, t, a[0] ?? 0, f.reading, c.site);
    return 1;
  };
  const takeWrite: Handler['run'] = (m, n, t, a, c) => {
    setLockWord(m, a[0] ?? 0, n + 1, n, c.site);
    hold(m, t, a[0] ?? 0, f.writing, c.site);
    return 1;
  };
  return {
    [f.names.readLock]: {
      scope: 'lock',
      choices: (m, n, _t, a, site) => (canRead(m, f, n, a, site) ? ONE : BLOCKED),
      run: takeRead,
    },
    [f.names.readTry]: {
      scope: 'lock',
      run: (m, n, t, a, c, choice) => (canRead(m, f, n, a, c.site) ? takeRead(m, n, t, a, c, choice) : 0),
    },
    [f.names.readUnlock]: {
      scope: 'lock',
      run(m, n, t, a, c) {
        const word = lockWord(m, a[0] ?? 0, c.site);
        release(m, t, a[0] ?? 0, f.reading, c.site, c.text);
        setLockWord(m, a[0] ?? 0, Math.max(0, word - READER), n, c.site);
      },
    },
    [f.names.writeLock]: {
      scope: 'lock',
      choices: (m, _n, t, a, site) => (t.phase === 0 || lockWord(m, a[0] ?? 0, site) === 0 ? ONE : BLOCKED),
      run(m, n, t, a, c, choice) {
        if (lockWord(m, a[0] ?? 0, c.site) !== 0) {
          t.phase = 1;
          return STAY;
        }
        return takeWrite(m, n, t, a, c, choice);
      },
    },
    [f.names.writeTry]: {
      scope: 'lock',
      run: (m, n, t, a, c, choice) =>
        lockWord(m, a[0] ?? 0, c.site) === 0 ? takeWrite(m, n, t, a, c, choice) : 0,
    },
    [f.names.writeUnlock]: {
      scope: 'lock',
      run(m, n, t, a, c) {
        lockWord(m, a[0] ?? 0, c.site);
        release(m, t, a[0] ?? 0, f.writing, c.site, c.text);
        setLockWord(m, a[0] ?? 0, 0, n, c.site);
      },
    },
  };
}

const spinning: Flavour = {
  names: {
    readLock: 'read.lock',
    readTry: 'read.try',
    readUnlock: 'read.unlock',
    writeLock: 'write.lock',
    writeTry: 'write.try',
    writeUnlock: 'write.unlock',
  },
  reading: 'read',
  writing: 'write',
  interruptsPass: true,
};

const sleeping: Flavour = {
  names: {
    readLock: 'rwsem.readLock',
    readTry: 'rwsem.readTry',
    readUnlock: 'rwsem.readUnlock',
    writeLock: 'rwsem.writeLock',
    writeTry: 'rwsem.writeTry',
    writeUnlock: 'rwsem.writeUnlock',
  },
  reading: 'rwsemRead',
  writing: 'rwsemWrite',
  interruptsPass: false,
};

export const rwlockHandlers: Readonly<Record<string, Handler>> = {
  ...handlers(spinning),
  ...handlers(sleeping),
  'rwsem.downgrade': {
    scope: 'lock',
    run(m, n, t, a, c) {
      release(m, t, a[0] ?? 0, 'rwsemWrite', c.site, c.text);
      setLockWord(m, a[0] ?? 0, READER, n, c.site);
      hold(m, t, a[0] ?? 0, 'rwsemRead', c.site);
    },
  },
};

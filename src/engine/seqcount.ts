/** Sequence counts: odd while a writer is inside. A reader's begin waits for an even count. */
import { BLOCKED, ONE, type Handler } from './handler';
import { COUNT, lockWord, setLockWord } from './locks';

/** The count stands above the bits of the lock word, so that a seqlock's spinlock and count share a cell. */
function count(word: number): number {
  return Math.floor(word / COUNT);
}

export const seqcountHandlers: Readonly<Record<string, Handler>> = {
  'seq.begin': {
    scope: 'peek',
    choices: (m, _n, _t, a, site) => (count(lockWord(m, a[0] ?? 0, site)) % 2 === 0 ? ONE : BLOCKED),
    run: (m, _n, _t, a, c) => count(lockWord(m, a[0] ?? 0, c.site)),
  },
  'seq.retry': {
    scope: 'peek',
    run: (m, _n, _t, a, c) => (count(lockWord(m, a[0] ?? 0, c.site)) === Number(a[1] ?? 0) ? 0 : 1),
  },
  'seq.writeBegin': {
    scope: 'lock',
    run(m, n, _t, a, c) {
      setLockWord(m, a[0] ?? 0, lockWord(m, a[0] ?? 0, c.site) + COUNT, n, c.site);
    },
  },
  'seq.writeEnd': {
    scope: 'lock',
    run(m, n, _t, a, c) {
      setLockWord(m, a[0] ?? 0, lockWord(m, a[0] ?? 0, c.site) + COUNT, n, c.site);
    },
  },
};

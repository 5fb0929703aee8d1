/** Semaphores: the cell holds the count. Anybody may raise it. */
import { BLOCKED, ONE, SECOND, TWO, type Handler } from './handler';
import { lockWord, setLockWord } from './locks';

const INTERRUPTED = -4;

export const semaphoreHandlers: Readonly<Record<string, Handler>> = {
  'sem.init': {
    scope: 'lock',
    run(m, n, _t, a, c) {
      setLockWord(m, a[0] ?? 0, Number(a[1] ?? 0), n, c.site);
    },
  },
  'sem.down': {
    scope: 'lock',
    choices: (m, _n, _t, a, site) => (lockWord(m, a[0] ?? 0, site) > 0 ? ONE : BLOCKED),
    run(m, n, _t, a, c) {
      setLockWord(m, a[0] ?? 0, lockWord(m, a[0] ?? 0, c.site) - 1, n, c.site);
    },
  },
  'sem.interruptible': {
    scope: 'always',
    choices(m, _n, t, a, site) {
      const free = lockWord(m, a[0] ?? 0, site) > 0;
      return free ? (t.signal ? TWO : ONE) : t.signal ? SECOND : BLOCKED;
    },
    run(m, n, _t, a, c, choice) {
      if (choice === 1) return INTERRUPTED;
      setLockWord(m, a[0] ?? 0, lockWord(m, a[0] ?? 0, c.site) - 1, n, c.site);
      return 0;
    },
  },
  'sem.try': {
    scope: 'lock',
    run(m, n, _t, a, c) {
      const count = lockWord(m, a[0] ?? 0, c.site);
      if (count === 0) return 1;
      setLockWord(m, a[0] ?? 0, count - 1, n, c.site);
      return 0;
    },
  },
  'sem.up': {
    scope: 'lock',
    run(m, n, _t, a, c) {
      setLockWord(m, a[0] ?? 0, lockWord(m, a[0] ?? 0, c.site) + 1, n, c.site);
    },
  },
};

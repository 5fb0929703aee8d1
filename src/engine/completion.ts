/** Completions: the cell counts the completions not yet taken; complete_all() makes it ALL, which taking leaves alone. */
import { BLOCKED, ONE, type Handler } from './handler';
import { lockWord, setLockWord } from './locks';

const ALL = 0x7fffffff;
const RESTART = -512;
/** Outcomes of a wait. */
const TAKEN = 0;
const TIMED_OUT = 1;
const INTERRUPTED = 2;

export const completionHandlers: Readonly<Record<string, Handler>> = {
  'completion.init': {
    scope: 'lock',
    run(m, n, _t, a, c) {
      setLockWord(m, a[0] ?? 0, 0, n, c.site);
    },
  },
  'completion.wait': {
    scope: 'always',
    choices(m, _n, t, a, site) {
      const done = lockWord(m, a[0] ?? 0, site) > 0;
      const list = [
        ...(done ? [TAKEN] : []),
        ...(a[1] !== -1 && !done ? [TIMED_OUT] : []),
        ...(a[2] === 1 && t.signal && !done ? [INTERRUPTED] : []),
      ];
      return list.length === 0 ? BLOCKED : list;
    },
    run(m, n, _t, a, c, choice) {
      if (choice === TIMED_OUT) return 0;
      if (choice === INTERRUPTED) return RESTART;
      const done = lockWord(m, a[0] ?? 0, c.site);
      if (done !== ALL) setLockWord(m, a[0] ?? 0, done - 1, n, c.site);
      return 1;
    },
  },
  'completion.complete': {
    scope: 'always',
    run(m, n, _t, a, c) {
      const done = lockWord(m, a[0] ?? 0, c.site);
      if (done !== ALL) setLockWord(m, a[0] ?? 0, done + 1, n, c.site);
    },
  },
  'completion.all': {
    scope: 'always',
    run(m, n, _t, a, c) {
      setLockWord(m, a[0] ?? 0, ALL, n, c.site);
    },
  },
  'completion.try': {
    scope: 'always',
    choices: () => ONE,
    run(m, n, _t, a, c) {
      const done = lockWord(m, a[0] ?? 0, c.site);
      if (done === 0) return 0;
      if (done !== ALL) setLockWord(m, a[0] ?? 0, done - 1, n, c.site);
      return 1;
    },
  },
};

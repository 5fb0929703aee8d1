/** The kinds of diagnostics: the one table that settings, editor, tests and documentation go by. */

export type CheckKind =
  | 'unbalanced-region'
  | 'rcu-dereference-outside-reader'
  | 'sleep-in-atomic'
  | 'grace-period-inside-reader'
  | 'publish-without-grace-period'
  | 'non-atomic-op-on-shared-word'
  | 'bit-never-cleared'
  | 'lock-order';

export interface CheckMeaning {
  readonly kind: CheckKind;
  /** Shown unless it is switched off; kinds whose sample was not true often enough are off. */
  readonly on: boolean;
  readonly severity: 'warning' | 'information';
  /** What it says, in a few words: the description of its setting. */
  readonly title: string;
  /** Its page, relative to the root of the extension. */
  readonly page: string;
}

const table: readonly (readonly [CheckKind, on: boolean, CheckMeaning['severity'], title: string])[] = [
  ['unbalanced-region', true, 'warning', 'A lock or reader that one path leaves open, or ends twice'],
  ['rcu-dereference-outside-reader', true, 'warning', 'rcu_dereference() where nothing protects the reader'],
  ['sleep-in-atomic', true, 'warning', 'A call that may sleep where sleeping is a bug'],
  ['grace-period-inside-reader', true, 'warning', 'Waiting for a grace period inside a reader it waits for'],
  ['publish-without-grace-period', true, 'warning', 'An RCU update that needs a grace period and has none'],
  [
    'non-atomic-op-on-shared-word',
    false,
    'warning',
    'A plain change of a word that others change atomically',
  ],
  ['bit-never-cleared', true, 'warning', 'A bit used as a lock that one way out leaves set'],
  ['lock-order', false, 'warning', 'Two locks that are taken in both orders'],
];

export const kinds: readonly CheckMeaning[] = table.map(([kind, on, severity, title]) => ({
  kind,
  on,
  severity,
  title,
  page: `docs/diagnostics/${kind}.md`,
}));

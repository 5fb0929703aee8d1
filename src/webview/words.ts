/** Translated strings: English text is the key, `{0}` a place for an argument, as with `vscode.l10n.t`. */

export type Translate = (text: string, ...values: readonly (string | number)[]) => string;

export function createTranslate(bundle: Readonly<Record<string, string>>): Translate {
  return (text, ...values) =>
    (bundle[text] ?? text).replace(/\{(\d+)\}/g, (whole, index: string) => {
      const value = values[Number(index)];
      return value === undefined ? whole : String(value);
    });
}

/** `1 state`, `1,200 states`: whole phrases, since not every language makes a plural. */
export function counted(
  t: Translate,
  what: 'state' | 'step' | 'preemption' | 'transition',
  n: number,
): string {
  const number = n.toLocaleString('en');
  switch (what) {
    case 'state':
      return n === 1 ? t('1 state') : t('{0} states', number);
    case 'step':
      return n === 1 ? t('1 step') : t('{0} steps', number);
    case 'preemption':
      return n === 1 ? t('1 preemption') : t('{0} preemptions', number);
    case 'transition':
      return n === 1 ? t('1 transition') : t('{0} transitions', number);
  }
}

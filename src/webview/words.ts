/** Translated strings: English text is the key, `{0}` a place for an argument, as with `vscode.l10n.t`. */

export type Translate = (text: string, ...values: readonly (string | number)[]) => string;

export function createTranslate(bundle: Readonly<Record<string, string>>): Translate {
  return (text, ...values) =>
    (bundle[text] ?? text).replace(/\{(\d+)\}/g, (whole, index: string) => {
      const value = values[Number(index)];
      return value === undefined ? whole : String(value);
    });
}

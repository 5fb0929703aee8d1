/** Where C breaks off, and the brackets that match. */
import type { Token } from './token';

/** Thrown while one item is read; `parse…` functions turn it into a problem. */
export class SyntaxFault extends Error {
  constructor(
    message: string,
    readonly token: Token,
  ) {
    super(message);
  }
}

const partners: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** For each opening bracket the index of its partner; -1 for one that never closes, and for other tokens. */
export function closersOf(tokens: readonly Token[]): Int32Array {
  const out = new Int32Array(tokens.length).fill(-1);
  const open: number[] = [];
  tokens.forEach((t, i) => {
    if (t.kind !== 'punctuation') return;
    if (partners[t.text]) open.push(i);
    else if (t.text === ')' || t.text === ']' || t.text === '}') {
      // What is left open inside ends with the bracket around it.
      for (let k = open.length - 1; k >= 0; k--) {
        const at = open[k] ?? 0;
        if (partners[tokens[at]?.text ?? ''] !== t.text) continue;
        out[at] = i;
        open.length = k;
        break;
      }
    }
  });
  return out;
}

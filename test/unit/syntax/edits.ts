/** Texts as they become under the hands of somebody who types, cuts, doubles and mends, the same for the same seed. */

import type { Item, SourceFile } from '../../../src/syntax/source';

/** A generator of numbers in 0 … n-1; mulberry32. */
export function numbers(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return n => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

const typed = [
  '{', '}', '(', ')', ';', '"', "'", '/*', '*/', '//', '\n', '\n}\n', '\n{\n', '#if X\n', '\n#endif\n', '\n#else\n',
  '\\\n', 'foo(', 'int x;\n', 'static ', '=', ',', '\nint f(void)\n{\n\treturn 0;\n}\n', ' ', 'a',
]; // prettier-ignore

/** `count` texts, each made of the one before by one edit; every tenth goes back to the first text. */
export function* editsOf(text: string, count: number, seed: number): Iterable<string> {
  const next = numbers(seed);
  let now = text;
  for (let i = 0; i < count; i++) {
    const at = next(now.length + 1);
    const kind = next(4);
    const length = 1 + next(next(8) === 0 ? 3000 : 40);
    if (i % 10 === 9) now = text;
    else if (kind === 0) now = now.slice(0, at) + now.slice(at + length);
    else if (kind === 1) now = now.slice(0, at) + now.slice(at, at + length) + now.slice(at);
    else now = now.slice(0, at) + (typed[next(typed.length)] ?? '') + now.slice(at);
    yield now;
  }
}

const breaking = ['{', '}', '(', ')', '"', "'", ';', 'if (', 'foo(', '}\n\t}', ', '];

/**
 * A text in which a piece of one function was cut out, doubled, or got something that it should not have, and that
 * function. Comments and directives stay as they are: an open comment swallows what follows in C, too.
 */
export function brokenFunction(
  file: SourceFile,
  next: (n: number) => number,
): { readonly text: string; readonly victim: Item } {
  const { text } = file;
  const functions = file.items.filter(i => i.kind === 'function' && i.end - i.start > 20);
  for (;;) {
    const victim = functions[next(functions.length)];
    if (!victim) throw new Error(`${file.path} has no functions`);
    const body = text.indexOf('{', victim.nameStart) + 1;
    const inside = victim.end - 2 - body;
    if (inside < 2) continue;
    const at = body + next(inside);
    const length = 1 + next(Math.min(400, victim.end - 2 - at));
    if (/[/*\\#]/.test(text.slice(at - 1, at + length + 1))) continue;
    const change = next(3);
    const middle =
      change === 0
        ? ''
        : change === 1
          ? text.slice(at, at + length).repeat(2)
          : (breaking[next(breaking.length)] ?? '');
    return { text: text.slice(0, at) + middle + text.slice(change === 2 ? at : at + length), victim };
  }
}

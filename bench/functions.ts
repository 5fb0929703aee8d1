/**
 * How well functions are found in real kernel C, and what an edit that breaks one does to the others.
 *
 * Ground truth without a compiler and without the scanner: kernel style puts the `{` and the `}` of a function into
 * column 0. Each such pair with a `)` before it should be an item with this body and this name. Second figure: the
 * share of functions whose tree has no ERROR and no missing node. Third: functions lost outside the one that an edit
 * breaks, over seeded edits: brackets and quotes put in and taken out, pieces cut out and doubled, inside one function.
 */
import { readFileSync } from 'node:fs';
import type { CParser } from '../src/syntax/parser';
import type { Item, SourceFile } from '../src/syntax/source';
import { brokenFunction, numbers } from '../test/unit/syntax/edits';

interface Truth {
  readonly name: string | undefined;
  readonly body: number;
  readonly end: number;
}

function truths(text: string): readonly Truth[] {
  const code = text
    .replace(/\/\*[^]*?\*\/|"(?:\\.|[^"\\\n])*"/g, m => m.replace(/[^\n]/g, ' '))
    .replace(/^[ \t]*#(?:\\\n|[^\n])*/gm, m => m.replace(/[^\n]/g, ' '));
  const found: Truth[] = [];
  for (let at = code.indexOf('\n{'); at >= 0; at = code.indexOf('\n{', at + 2)) {
    const close = code.indexOf('\n}', at);
    const head = /(?:^|[;}]|\n\n)([^;{}]*\))\s*(?:__\w+(?:\([^()]*\))?\s*)*$/.exec(
      code.slice(Math.max(0, at - 2000), at),
    );
    if (close < 0 || !head || /=\s*$/.test(head[1] ?? '')) continue;
    const plain = (head[1] ?? '').replace(/\b__\w+\([^()]*\)|\b__attribute__\(\([^)]*\)\)/g, ' ');
    const name = /([A-Za-z_]\w*)\s*\(/.exec(plain.slice(plain.lastIndexOf('\n\n') + 1))?.[1];
    found.push({ name: name && /[a-z]/.test(name) ? name : undefined, body: at + 1, end: close + 2 });
  }
  return found;
}

export interface Found {
  readonly lines: number;
  readonly functions: number;
  readonly expected: number;
  readonly matched: number;
  readonly clean: number;
}

export function functionsFound(
  parser: CParser,
  paths: readonly string[],
  tell: (line: string) => void,
): Found {
  const sum = { lines: 0, functions: 0, expected: 0, matched: 0, clean: 0 };
  for (const path of paths) {
    const text = readFileSync(path, 'utf8');
    sum.lines += text.split('\n').length;
    const file = parser.parseFile(path, text);
    const byBody = new Map<number, Item>();
    for (const item of file.items) {
      if (item.kind !== 'function') {
        if (item.kind === 'invocation') byBody.set(item.end, item);
        continue;
      }
      byBody.set(item.end, item);
      sum.functions++;
      const node = file.node(item);
      if (node && !node.hasError) sum.clean++;
      else tell(`error  ${path}:${String(file.lines.positionAt(item.start).line + 1)} ${item.name}`);
    }
    for (const t of truths(text)) {
      sum.expected++;
      const item = byBody.get(t.end);
      if (
        item &&
        item.start < t.body &&
        (t.name === undefined || t.name === item.name || item.kind === 'invocation')
      )
        sum.matched++;
      else
        tell(
          `missed ${path}:${String(file.lines.positionAt(t.body).line + 1)} ${t.name ?? ''} (${item?.name ?? 'nothing'})`,
        );
    }
  }
  return sum;
}

/** Functions that are not what they were after an edit of another one, over so many edits of each file. */
export function functionsLost(
  parser: CParser,
  paths: readonly string[],
  edits: number,
  tell: (line: string) => void,
): { readonly lost: number; readonly edits: number } {
  let lost = 0;
  let made = 0;
  for (const [index, path] of paths.entries()) {
    const file = parser.parseFile(path, readFileSync(path, 'utf8'));
    const next = numbers(index + 1);
    for (let i = 0; i < edits; i++) {
      const { text, victim } = brokenFunction(file, next);
      const after = parser.parseFile(path, text, file);
      made++;
      const kept = new Map<string, number>();
      const key = (f: SourceFile, item: Item): string =>
        `${item.name}\0${f.text.slice(item.start, item.end)}`;
      for (const item of after.items)
        if (item.kind === 'function') kept.set(key(after, item), (kept.get(key(after, item)) ?? 0) + 1);
      for (const item of file.items) {
        if (item.kind !== 'function' || item === victim) continue;
        const left = kept.get(key(file, item)) ?? 0;
        if (left > 0) kept.set(key(file, item), left - 1);
        else {
          lost++;
          tell(`lost   ${path} ${item.name}, by edit ${String(i)} of ${victim.name}`);
        }
      }
    }
  }
  return { lost, edits: made };
}

/**
 * C fixtures with marks. `//- /file.c` starts a file, `$0` is the cursor, and under a line
 *   //  ^^^^ label
 * asserts that a fact with that label covers exactly the marked columns (a mark that begins with `^` under the `//` of
 * the comment itself cannot be written: indent the code). `//  ^^^^... label` covers from there to the line of the mark
 * `//  ...^ label`. Mark lines and `$0` are taken out before parsing.
 */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { createParser, type CParser } from '../../../src/syntax/parser';
import type { SourceFile } from '../../../src/syntax/source';

let loading: Promise<CParser> | undefined;

/** One parser for all tests. */
export function testParser(): Promise<CParser> {
  loading ??= createParser({
    runtime: readFileSync('node_modules/web-tree-sitter/web-tree-sitter.wasm'),
    grammar: readFileSync('node_modules/tree-sitter-c/tree-sitter-c.wasm'),
  });
  return loading;
}

/** A marked range: lines and columns count from 0 in the text without marks. */
export interface Mark {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
  readonly label: string;
}

export interface Fixture {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly marks: readonly Mark[];
  readonly cursor?: { readonly path: string; readonly offset: number };
}

export function fixture(source: string, newline = '\n'): Fixture {
  const files: { path: string; text: string }[] = [];
  const marks: Mark[] = [];
  let cursor: Fixture['cursor'];
  let path = '/test.c';
  let lines: string[] = [];
  const flush = (): void => {
    let text = lines.join(newline);
    const at = text.indexOf('$0');
    if (at >= 0) {
      cursor = { path, offset: at };
      text = text.slice(0, at) + text.slice(at + 2);
    }
    if (text.trim()) files.push({ path, text: text + newline });
    lines = [];
  };
  for (const line of source.replace(/^\n/, '').split('\n')) {
    const start = /^\s*\/\/- (\S+)\s*$/.exec(line);
    if (start) {
      flush();
      path = start[1] ?? path;
      continue;
    }
    const mark = /^(\s*\/\/\s*)(\^+)\s+(.*\S)\s*$/.exec(line);
    if (mark) {
      const column = (mark[1] ?? '').length;
      marks.push({
        file: path,
        line: lines.length - 1,
        column,
        endColumn: column + (mark[2] ?? '').length,
        label: mark[3] ?? '',
      });
      continue;
    }
    lines.push(line);
  }
  flush();
  return { files, marks, ...(cursor && { cursor }) };
}

/** Parses all files of a fixture. */
export function parsed(parser: CParser, of: Fixture): readonly SourceFile[] {
  return of.files.map(f => parser.parseFile(f.path, f.text));
}

/** A fact to hold against the marks. */
export interface Labelled {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

/** Facts and marks must agree one to one; a fact over several lines is compared by its first line. */
export function checkMarks(
  files: readonly SourceFile[],
  marks: readonly Mark[],
  facts: readonly Labelled[],
): void {
  const show = (file: string, line: number, column: number, end: number, label: string): string =>
    `${file}:${line + 1}:${column + 1}-${end + 1} ${label}`;
  const found = facts.map(f => {
    const source = files.find(s => s.path === f.file);
    assert.ok(source, f.file);
    const from = source.lines.positionAt(f.start);
    const to = source.lines.positionAt(f.end);
    const end = to.line === from.line ? to.column : source.lines.positionAt(lineEnd(source, f.start)).column;
    return show(f.file, from.line, from.column, end, f.label);
  });
  const wanted = marks.map(m => show(m.file, m.line, m.column, m.endColumn, m.label));
  assert.deepEqual([...found].sort(), [...wanted].sort());
}

function lineEnd(source: SourceFile, offset: number): number {
  const next = /\r?\n/.exec(source.text.slice(offset));
  return next ? offset + next.index : source.text.length;
}

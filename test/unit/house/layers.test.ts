/**
 * The house rules that a machine can hold: who may import whom (ARCHITECTURE.md has the same table in words), no
 * cycles, no file that grew out of hand, no test switched off. Reads every file under src/ and test/ as text.
 */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';
import { filesUnder } from './files';
import { core, layers, parts } from './table';

interface Import {
  readonly from: string;
  /** As written. */
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly line: number;
}

/** A folder or file and what it imports, by path. */
type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Every import, export-from, `import()` and `import('…')` type of a file. */
function importsOf(file: string, text: string): readonly Import[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const found: Import[] = [];
  const add = (at: ts.Node, specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (!specifier || !ts.isStringLiteral(specifier)) return;
    const line = source.getLineAndCharacterOfPosition(at.getStart()).line + 1;
    found.push({ from: file, specifier: specifier.text, typeOnly, line });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const clause = node.importClause;
      const names = clause?.namedBindings;
      const onlyTypeNames =
        !clause?.name && names !== undefined && ts.isNamedImports(names) && names.elements.length > 0
          ? names.elements.every(e => e.isTypeOnly)
          : false;
      add(node, node.moduleSpecifier, clause?.isTypeOnly === true || onlyTypeNames);
    } else if (ts.isExportDeclaration(node)) add(node, node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node, node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node, node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const layerOf = (file: string): string => file.split('/')[1] ?? '';

/** What is wrong with an import, as a sentence; undefined if it is allowed. */
function objection({ from, specifier, typeOnly, line }: Import): string | undefined {
  const layer = layerOf(from);
  const rule = layers[layer];
  if (!rule) return `${from} is in src/${layer}, a folder that the table of layers does not have`;
  const at = `${from}:${String(line)}`;
  if (!specifier.startsWith('.')) {
    const packages = [
      ...(rule.packages ?? []),
      ...parts.filter(p => from.startsWith(p.under)).flatMap(p => p.packages),
    ];
    const allowed = packages.some(p => (/[/:]$/.test(p) ? specifier.startsWith(p) : specifier === p));
    return allowed ? undefined : `${at}: src/${layer} may not import the package ${specifier}`;
  }
  const target = posix.join(posix.dirname(from), specifier);
  // The command line says its version.
  if (target === 'package.json' && from.startsWith('src/host/node/')) return undefined;
  if (!target.startsWith('src/')) return `${at}: ${specifier} lies outside src/`;
  const other = layerOf(target);
  if (other === layer || rule.folders.includes(other)) return undefined;
  if (!rule.types?.includes(other)) return `${at}: src/${layer} may not import src/${other} (${specifier})`;
  return typeOnly ? undefined : `${at}: src/${layer} may import only types of src/${other} (${specifier})`;
}

/** The shortest cycle through the first node that has one, as a list that ends where it began. */
function cycle(graph: Graph): readonly string[] | undefined {
  for (const start of graph.keys()) {
    const cameFrom = new Map<string, string>();
    const queue = [start];
    for (let at = queue.shift(); at !== undefined; at = queue.shift())
      for (const next of graph.get(at) ?? []) {
        if (next === start) {
          const path = [at, start];
          for (let back = at; back !== start;) path.unshift((back = cameFrom.get(back) ?? start));
          return path;
        }
        if (cameFrom.has(next)) continue;
        cameFrom.set(next, at);
        queue.push(next);
      }
  }
  return undefined;
}

/** The file that a relative import names, if it is one of ours. */
function resolveFile({ from, specifier }: Import, files: ReadonlySet<string>): string | undefined {
  const base = posix.join(posix.dirname(from), specifier);
  return [base, `${base}.ts`, `${base}/index.ts`].find(path => files.has(path));
}

describe('the house', () => {
  const files = filesUnder('src', /\.ts$/);
  const texts = new Map(files.map(file => [file, readFileSync(file, 'utf8')]));
  const imports = files.flatMap(file => importsOf(file, texts.get(file) ?? ''));

  it('has only the arrows of the table', () => {
    assert.deepEqual(
      imports.map(objection).filter(o => o !== undefined),
      [],
    );
  });

  it('has no cycle between files', () => {
    const names = new Set(files);
    const graph = new Map<string, Set<string>>(files.map(file => [file, new Set()]));
    for (const one of imports) {
      const target = one.specifier.startsWith('.') ? resolveFile(one, names) : undefined;
      if (target) graph.get(one.from)?.add(target);
    }
    assert.equal(cycle(graph)?.join(' -> '), undefined);
  });

  it('has no cycle between folders', () => {
    const graph = new Map<string, Set<string>>();
    for (const { from, specifier } of imports) {
      if (!specifier.startsWith('.')) continue;
      const [a, b] = [layerOf(from), layerOf(posix.join(posix.dirname(from), specifier))];
      if (a !== b) graph.set(a, (graph.get(a) ?? new Set<string>()).add(b));
    }
    assert.equal(cycle(graph)?.join(' -> '), undefined);
  });

  it('has no file of more than 800 lines without a reason in its header', () => {
    const long = [...files, ...filesUnder('test', /\.ts$/), ...filesUnder('tools', /\.[mc]js$/)].filter(
      file => {
        const text = readFileSync(file, 'utf8');
        const header = text.slice(0, text.indexOf('*/') + 1);
        return text.split('\n').length > 800 && !/\blong because\b/i.test(header);
      },
    );
    assert.deepEqual(
      long.map(file => `${file} has more than 800 lines: split it, or say “Long because …” in its header`),
      [],
    );
  });

  it('has a header on every file of the core', () => {
    const bare = files.filter(
      file => core.includes(layerOf(file)) && !/^\s*\/(\*\*|\/)/.test(texts.get(file) ?? ''),
    );
    assert.deepEqual(
      bare.map(file => `${file} does not begin with a comment that says what it is`),
      [],
    );
  });

  it('has no test that is switched off or alone', () => {
    const pattern = new RegExp(
      String.raw`\b(?:describe|it|context|suite|test)\.(?:only|skip)\b|\bthis\.skip\(`,
    );
    const found = filesUnder('test', /\.ts$/).flatMap(file =>
      readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line, i) => (pattern.test(line) ? [`${file}:${String(i + 1)}: ${line.trim()}`] : [])),
    );
    assert.deepEqual(found, []);
  });

  it('keeps download addresses out of the lock file', () => {
    const lock = readFileSync('package-lock.json', 'utf8');
    assert.equal(/"resolved"/.test(lock), false, 'package-lock.json names download addresses');
  });
});

describe('the rules of the house, on made-up files', () => {
  const judge = (file: string, text: string): readonly (string | undefined)[] =>
    importsOf(file, text).map(objection);

  it('forbid an arrow that is not in the table', () => {
    assert.deepEqual(judge('src/engine/a.ts', `import { x } from '../lower/b';`), [
      'src/engine/a.ts:1: src/engine may not import src/lower (../lower/b)',
    ]);
    assert.deepEqual(judge('src/kernel/a.ts', `export { x } from '../syntax/b';`), [undefined]);
    assert.deepEqual(judge('src/base/a.ts', `const x = await import('../ir/b');`), [
      'src/base/a.ts:1: src/base may not import src/ir (../ir/b)',
    ]);
    assert.deepEqual(judge('src/new/a.ts', `import '../base/b';`), [
      'src/new/a.ts is in src/new, a folder that the table of layers does not have',
    ]);
  });

  it('tell types from values', () => {
    const values = 'src/webview/a.ts:1: src/webview may import only types of src/protocol (../protocol/m)';
    assert.deepEqual(judge('src/webview/a.ts', `import type { M } from '../protocol/m';`), [undefined]);
    assert.deepEqual(judge('src/webview/a.ts', `import { type M } from '../protocol/m';`), [undefined]);
    assert.deepEqual(judge('src/webview/a.ts', `import { M } from '../protocol/m';`), [values]);
    assert.deepEqual(judge('src/webview/a.ts', `import { type M, n } from '../protocol/m';`), [values]);
    assert.deepEqual(judge('src/webview/a.ts', `type M = import('../protocol/m').M;`), [undefined]);
  });

  it('give each package to one layer', () => {
    assert.deepEqual(judge('src/host/node/a.ts', `import fs from 'node:fs';`), [undefined]);
    assert.deepEqual(judge('src/host/a.ts', `import fs from 'node:fs';`), [
      'src/host/a.ts:1: src/host may not import the package node:fs',
    ]);
    assert.deepEqual(judge('src/ide/a.ts', `import type { Hover } from 'vscode';`), [
      'src/ide/a.ts:1: src/ide may not import the package vscode',
    ]);
  });

  it('find a cycle and print it', () => {
    const graph = (...arrows: readonly string[]): Graph => {
      const made = new Map<string, Set<string>>();
      for (const arrow of arrows) {
        const [from = '', to = ''] = arrow.split('>');
        made.set(from, (made.get(from) ?? new Set<string>()).add(to));
      }
      return made;
    };
    assert.equal(cycle(graph('a>b', 'b>c', 'a>c')), undefined);
    assert.deepEqual(cycle(graph('a>b', 'b>c', 'c>b', 'c>d')), ['b', 'c', 'b']);
    assert.deepEqual(cycle(graph('a>b', 'b>c', 'c>a')), ['a', 'b', 'c', 'a']);
  });
});

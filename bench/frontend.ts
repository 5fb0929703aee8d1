/**
 * How well the front end reads real kernel C: `npm run bench:frontend -- --tree DIR [--json] [FOLDER…]`.
 *
 * Ground truth without a compiler and without the scanner: kernel style puts the `{` and the `}` of a function into
 * column 0. Each such pair with a `)` before it should be an item with this body and this name. Second figure: the
 * share of functions whose tree has no ERROR and no missing node. Third: times of dev.c and of an include closure.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createParser } from '../src/syntax/parser';
import type { Item } from '../src/syntax/source';
import { createConfig } from '../src/tree/config';
import { createTree } from '../src/tree/create';

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

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const json = args.includes('--json');
  const verbose = args.includes('--verbose');
  const treeAt = args.indexOf('--tree');
  const root = treeAt >= 0 ? args[treeAt + 1] : process.env.RACELENS_TREE;
  if (root === undefined || !existsSync(root)) {
    console.error('bench:frontend needs a kernel tree: --tree DIR or RACELENS_TREE');
    process.exitCode = 3;
    return;
  }
  const folders = args.filter((a, i) => !a.startsWith('--') && args[i - 1] !== '--tree');
  const parser = await createParser({
    runtime: readFileSync('node_modules/web-tree-sitter/web-tree-sitter.wasm'),
    grammar: readFileSync('node_modules/tree-sitter-c/tree-sitter-c.wasm'),
  });

  const dev = readFileSync(join(root, 'net/core/dev.c'), 'utf8');
  const timed = (work: () => void): number => {
    const start = performance.now();
    work();
    return Math.round((performance.now() - start) * 10) / 10;
  };
  const parseAll = (): void => {
    const file = parser.parseFile('dev.c', dev);
    for (const item of file.items) file.node(item);
  };
  const devCold = timed(parseAll);
  parseAll();
  const devWarm = timed(parseAll);
  const before = parser.parseFile('dev.c', dev);
  for (const item of before.items) before.node(item);
  const edited = dev.replace('static int __dev_open(', 'static int  __dev_open(');
  const edit = timed(() => {
    const file = parser.parseFile('dev.c', edited, before);
    for (const item of file.items) file.node(item);
  });

  const tree = createTree({ files: nodeFiles, parser, root });
  const config = createConfig();
  const scope = { value: tree.scope([], config) };
  const closure = timed(() => {
    scope.value = tree.scope([join(root, 'net/core/netpoll.c'), join(root, 'net/core/dev.c')], config);
  });
  const firstLookup = timed(() => tree.lookup('netpoll_poll_lock', ['function'], scope.value, config));

  let expected = 0;
  let matched = 0;
  let functions = 0;
  let clean = 0;
  let lines = 0;
  const total = timed(() => {
    for (const path of (folders.length > 0 ? folders : ['net', 'kernel']).flatMap(f =>
      sources(join(root, f)),
    )) {
      const text = readFileSync(path, 'utf8');
      lines += text.split('\n').length;
      const file = parser.parseFile(path, text);
      const byBody = new Map<number, Item>();
      for (const item of file.items) {
        if (item.kind !== 'function') {
          if (item.kind === 'invocation') byBody.set(item.end, item);
          continue;
        }
        byBody.set(item.end, item);
        functions++;
        const node = file.node(item);
        if (node && !node.hasError) clean++;
        else if (verbose)
          console.log(`error  ${path}:${file.lines.positionAt(item.start).line + 1} ${item.name}`);
      }
      for (const t of truths(text)) {
        expected++;
        const item = byBody.get(t.end);
        if (
          item &&
          item.start < t.body &&
          (t.name === undefined || t.name === item.name || item.kind === 'invocation')
        )
          matched++;
        else if (verbose)
          console.log(
            `missed ${path}:${file.lines.positionAt(t.body).line + 1} ${t.name ?? ''} (${item?.name ?? 'nothing'})`,
          );
      }
    }
  });
  const result = {
    lines,
    functions,
    foundShare: share(matched, expected),
    cleanShare: share(clean, functions),
    seconds: Math.round(total / 100) / 10,
    devColdMs: devCold,
    devWarmMs: devWarm,
    editMs: edit,
    closureFiles: scope.value.headers.length,
    closureMs: closure,
    firstLookupMs: firstLookup,
    memoryMb: Math.round(process.memoryUsage().rss / 1e6),
  };
  if (json) console.log(JSON.stringify(result));
  else
    console.log(
      Object.entries(result)
        .map(([k, v]) => `${k.padEnd(16)}${v}`)
        .join('\n'),
    );
}

function share(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.round((part / whole) * 100000) / 1000;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(e =>
      e.isDirectory() ? sources(join(folder, e.name)) : /\.c$/.test(e.name) ? [join(folder, e.name)] : [],
    );
}

const nodeFiles = {
  read(path: string): string | undefined {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  },
  list(path: string): readonly string[] | undefined {
    try {
      return readdirSync(path, { withFileTypes: true }).map(e => (e.isDirectory() ? `${e.name}/` : e.name));
    } catch {
      return undefined;
    }
  },
};

void main();

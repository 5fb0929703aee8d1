// Bundles the product into dist/ with esbuild, and the tests into dist/test/.
//   node tools/build.mjs [--minify] [--watch] [--out=DIR]   the product
//   node tools/build.mjs --tests=SUITE [--only=TEXT]        unit, kernel, editor or host tests whose path holds TEXT
import { build, context } from 'esbuild';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { writeGrammar } from './grammar.mjs';

const minify = process.argv.includes('--minify');
/** Where the product goes. */
const out = option('--out') ?? 'dist';

/** What stands behind `--name=`. @param {string} name */
function option(name) {
  return process.argv.find(a => a.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  target: 'es2022',
  sourcemap: !minify,
  minify,
  logLevel: 'warning',
  legalComments: 'none',
  metafile: minify,
  // C text that the product carries (the harness header and the like) is bundled as a string.
  loader: { '.h': 'text', '.tsv': 'text', '.c': 'text', '.css': 'text' },
};

/** @type {import('esbuild').BuildOptions} */
const node = {
  platform: 'node',
  format: 'cjs',
  external: ['vscode'],
  // Its module for `import` asks for import.meta.url, which a CommonJS bundle has not.
  alias: { 'web-tree-sitter': resolve('node_modules/web-tree-sitter/web-tree-sitter.cjs') },
};

/** @type {import('esbuild').BuildOptions} */
const browser = {
  platform: 'browser',
  // web-tree-sitter asks for Node's file modules only when it is not given bytes; we always give bytes.
  external: ['vscode', 'fs', 'path', 'module', 'fs/promises'],
  define: { global: 'globalThis' },
  // The debug adapter's library asks for it when it speaks over a pipe; ours runs in the same process.
  alias: { url: resolve('tools/noModule.mjs') },
};

const product = [
  { in: 'src/extension/main.node.ts', out: 'extension', options: node },
  { in: 'src/extension/main.web.ts', out: 'extension.web', options: { ...browser, format: 'cjs' } },
  { in: 'src/host/node/worker.ts', out: 'worker', options: node },
  { in: 'src/host/web/worker.ts', out: 'worker.web', options: { ...browser, format: 'iife' } },
  { in: 'src/host/node/cli.ts', out: 'cli', options: node },
  { in: 'src/host/node/commandWorker.ts', out: 'command', options: node },
  { in: 'src/webview/main.ts', out: 'webview', options: { ...browser, format: 'iife' } },
];

/** What is shipped as it is. @type {readonly (readonly [string, string, string])[]} */
const copies = [
  ['web-tree-sitter', 'web-tree-sitter.wasm', 'tree-sitter.wasm'],
  ['tree-sitter-c', 'tree-sitter-c.wasm', 'tree-sitter-c.wasm'],
  ['@vscode/codicons', 'dist/codicon.css', 'codicons/codicon.css'],
  ['@vscode/codicons', 'dist/codicon.ttf', 'codicons/codicon.ttf'],
];

function copyFiles() {
  for (const [from, file, to] of copies) {
    mkdirSync(dirname(join(out, to)), { recursive: true });
    cpSync(join('node_modules', from, file), join(out, to));
  }
}

async function buildProduct() {
  await writeGrammar();
  const missing = product.filter(entry => !existsSync(entry.in));
  if (missing.length) {
    console.error(`build: ${missing.map(entry => entry.in).join(' and ')} must be there, and is not`);
    process.exitCode = 1;
    return;
  }
  const jobs = product.map(entry => {
    /** @type {import('esbuild').BuildOptions} */
    const options = { ...common, entryPoints: [{ in: entry.in, out: entry.out }], outdir: out };
    return { ...options, .../** @type {import('esbuild').BuildOptions} */ (entry.options) };
  });
  if (process.argv.includes('--watch')) {
    for (const job of jobs) await (await context({ ...job, logLevel: 'info' })).watch();
    console.log('build: watching src/ (Ctrl-C ends it)');
    return;
  }
  const results = await Promise.all(jobs.map(job => build(job)));
  if (minify) writeLicences(results.flatMap(r => Object.keys(r.metafile?.inputs ?? {})));
}

/** What the package carries of other people's, with their licences. @param {readonly string[]} inputs */
function writeLicences(inputs) {
  const bundled = inputs.flatMap(path => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  const names = [...new Set([...bundled, ...copies.map(([from]) => from)])].sort();
  const texts = names.map(name => {
    const folder = join('node_modules', name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const files = readdirSync(folder).filter(file => /^licen[cs]e/i.test(file));
    const text = files.map(file => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n');
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  writeFileSync(join(out, 'third-party.txt'), texts.join(`\n${'-'.repeat(80)}\n\n`));
}

/** Files under a folder whose name ends like this. @param {string} dir @param {string} ending @returns {string[]} */
function filesIn(dir, ending) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith(ending))
    .map(name => join(dir, name))
    .sort();
}

/** Where a suite's bundles go; RACELENS_TEST_OUT lets two runs in one checkout keep apart. @param {string} suite */
function testFolder(suite) {
  const own = process.env.RACELENS_TEST_OUT;
  if (!own) return `dist/test/${suite}`;
  return suite === 'unit' ? own : `${own}-${suite}`;
}

/** @param {string} suite @param {string} only */
async function buildTests(suite, only) {
  const outdir = testFolder(suite);
  rmSync(outdir, { recursive: true, force: true });
  /** @type {import('esbuild').BuildOptions} */
  const tests = { ...common, minify: false, sourcemap: 'linked', outdir };
  if (suite === 'host') {
    // Runs inside the extension host, which loads CommonJS and gives it `vscode`.
    const entryPoints = ['test/editor/host/index.ts'].filter(entry => existsSync(entry));
    if (entryPoints.length) await build({ ...tests, ...node, entryPoints, external: ['vscode', 'mocha'] });
    return;
  }
  const entryPoints = filesIn(`test/${suite}`, '.test.ts').filter(
    path => path.includes(only) && !path.includes(join('editor', 'host', sep)),
  );
  if (!entryPoints.length) return;
  // One bundle with shared chunks, so that module state is shared as in the product.
  await build({
    ...tests,
    entryPoints,
    outbase: `test/${suite}`,
    platform: 'node',
    format: 'esm',
    splitting: true,
    outExtension: { '.js': '.mjs' },
    packages: 'external',
  });
}

const suite = option('--tests');
copyFiles();
if (suite === undefined) await buildProduct();
else await buildTests(suite, option('--only') ?? '');

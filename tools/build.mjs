// Bundles the product (and, with --tests, the tests) into dist/ with esbuild.
import { build } from 'esbuild';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const tests = process.argv.includes('--tests');

/** C text that the product carries (the harness header and the like) is bundled as a string. */
const common = {
  bundle: true,
  target: 'es2022',
  sourcemap: true,
  logLevel: 'warning',
  loader: { '.h': 'text', '.tsv': 'text', '.c': 'text' },
  // web-tree-sitter asks for Node's file modules only when it is not given bytes; we always give bytes.
  external: ['vscode'],
};

const product = [
  { in: 'src/extension/main.node.ts', out: 'extension', platform: 'node', format: 'cjs' },
  { in: 'src/extension/main.web.ts', out: 'extension.web', platform: 'browser', format: 'cjs' },
  { in: 'src/host/node/worker.ts', out: 'worker', platform: 'node', format: 'cjs' },
  { in: 'src/host/web/worker.ts', out: 'worker.web', platform: 'browser', format: 'iife' },
  { in: 'src/host/node/cli.ts', out: 'cli', platform: 'node', format: 'cjs' },
  { in: 'src/webview/main.ts', out: 'webview', platform: 'browser', format: 'iife' },
];

async function bundle(entry, outdir) {
  if (!existsSync(entry.in)) {
    console.warn(`build: ${entry.in} is not there, left out`);
    return;
  }
  await build({
    ...common,
    entryPoints: [{ in: entry.in, out: entry.out }],
    outdir,
    platform: entry.platform,
    format: entry.format,
    external:
      entry.platform === 'browser'
        ? [...common.external, 'fs', 'path', 'module', 'fs/promises']
        : common.external,
    define: entry.platform === 'browser' ? { global: 'globalThis' } : {},
    minify: process.argv.includes('--minify'),
  });
}

function testEntries(dir, found = []) {
  if (!existsSync(dir)) return found;
  for (const e of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, e.name);
    if (e.isDirectory()) testEntries(path, found);
    else if (e.name.endsWith('.test.ts')) found.push(path);
  }
  return found;
}

if (!tests) {
  mkdirSync('dist', { recursive: true });
  await Promise.all(product.map(e => bundle(e, 'dist')));
} else {
  // Plain mocha tests: one bundle with shared chunks, so that module state is shared as in the product.
  const out = process.env.RACELENS_TEST_OUT ?? 'dist/test/unit';
  rmSync(out, { recursive: true, force: true });
  const only = process.argv.find(a => a.startsWith('--only='))?.slice(7);
  const entries = testEntries('test/unit').filter(e => !only || e.includes(only));
  if (entries.length)
    await build({
      ...common,
      entryPoints: entries,
      outbase: 'test/unit',
      outdir: out,
      platform: 'node',
      format: 'esm',
      splitting: true,
      outExtension: { '.js': '.mjs' },
      packages: 'external',
      logLevel: 'warning',
    });
}
mkdirSync('dist', { recursive: true });
cpSync(require.resolve('web-tree-sitter/web-tree-sitter.wasm'), 'dist/tree-sitter.wasm');
cpSync(
  join(dirname(require.resolve('tree-sitter-c/package.json')), 'tree-sitter-c.wasm'),
  'dist/tree-sitter-c.wasm',
);

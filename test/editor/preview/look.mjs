// Bundles look.ts and runs it: pictures of the panel's page without VS Code.
import { build } from 'esbuild';
import { resolve } from 'node:path';

const outfile = 'test-results/panel/look.mjs';
await build({
  entryPoints: ['test/editor/preview/look.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  loader: { '.h': 'text', '.tsv': 'text', '.c': 'text', '.css': 'text' },
  logLevel: 'warning',
});
await import(resolve(outfile));

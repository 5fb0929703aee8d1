// Makes the schedules in docs/gallery anew: what stands between the two marks of a page. Needs dist/ (npm run build) and,
// for the real bugs, a kernel tree.
//   node tools/gallery.mjs [WORD...]      pages whose names hold a WORD; RACELENS_TREE names the tree
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';

const outfile = 'dist/test/gallery.mjs';
await build({
  entryPoints: ['test/kernel/galleryRun.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'error',
  loader: { '.h': 'text', '.tsv': 'text', '.c': 'text', '.css': 'text' },
  packages: 'external',
});
const run = spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exit(run.status ?? 1);

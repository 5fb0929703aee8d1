// Runs the tests. `--unit [PATTERN]`: build and run the plain mocha tests only (files whose path contains PATTERN).
import { spawnSync } from 'node:child_process';

function run(command, args, env = {}) {
  const r = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (r.status !== 0) process.exit(r.status ?? 1);
}

const args = process.argv.slice(2);
const pattern = args.find(a => !a.startsWith('--'));
run(process.execPath, ['tools/build.mjs', '--tests', ...(pattern ? [`--only=${pattern}`] : [])]);
run(
  process.execPath,
  [
    'node_modules/mocha/bin/mocha.js',
    '--recursive',
    `${process.env.RACELENS_TEST_OUT ?? 'dist/test/unit'}/**/*.test.mjs`,
    '--timeout',
    '20000',
  ],
  {
    ...(args.includes('--bless') ? { RACELENS_BLESS: '1' } : {}),
  },
);

// Breaks each rule of the semantics on purpose and sees that tests fail: `node tools/mutants.mjs`.
//   --only TEXT   rules or files that hold the text
//   --docs        writes the result to docs/mutation.md (of all rules)
// Nothing in the working tree is touched: esbuild is given the changed text of the one file. Each mutant is bundled once
// with the unit tests of the engine and the micro harnesses near it, and mocha stops at the first test that fails.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { mutants } from './mutantList.mjs';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));

const scratch = `dist/test/mutants-${String(process.pid)}`;
/** The rules one by one; tests on random programs come last, and only if those find nothing. */
const first = ['rules', 'context', 'locks', 'rcu', 'memory', 'sync', 'unknown', 'stuck'];
const last = ['random', 'spin'];

/** @param {string} flag */
function option(flag) {
  const at = process.argv.indexOf(flag);
  return at < 0 ? undefined : (process.argv[at + 1] ?? '');
}

/**
 * One bundle of these tests, with the mutant's text in place of the file's.
 * @param {import('./mutantList.mjs').Mutant | undefined} mutant @param {readonly string[]} tests @param {string} out
 */
async function bundle(mutant, tests, out) {
  const changed = mutant && resolve('src/engine', mutant.file);
  await build({
    stdin: {
      contents: tests.map(t => `import ${JSON.stringify(`./${t}`)};`).join('\n'),
      resolveDir: '.',
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    packages: 'external',
    logLevel: 'silent',
    outfile: out,
    loader: { '.h': 'text', '.tsv': 'text', '.c': 'text', '.css': 'text' },
    plugins: [
      {
        name: 'mutant',
        setup(b) {
          if (!mutant || !changed) return;
          b.onLoad({ filter: /\.ts$/ }, ({ path }) =>
            path === changed
              ? { contents: readFileSync(path, 'utf8').replace(mutant.old, () => mutant.new), loader: 'ts' }
              : undefined,
          );
        },
      },
    ],
  });
}

/**
 * The title of the first test that fails, undefined if none does.
 * @param {string} file @param {string} micro
 */
function firstFailure(file, micro) {
  const ended = spawnSync(
    process.execPath,
    ['node_modules/mocha/bin/mocha.js', file, '--bail', '--reporter=json', '--timeout=60000'],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      timeout: 300_000,
      env: { ...process.env, RACELENS_MICRO: micro, RACELENS_RUNS: process.env.RACELENS_RUNS ?? '150' },
    },
  );
  if (ended.error) return 'the tests do not end';
  try {
    /** @type {{ failures: { fullTitle: string }[] }} */
    const result = JSON.parse(ended.stdout.slice(ended.stdout.indexOf('{\n')));
    return result.failures[0]?.fullTitle;
  } catch {
    return ended.status === 0 ? undefined : 'the tests do not start';
  }
}

/** @param {string} name */
const unit = name => `test/unit/engine/${name}.test.ts`;

/** @param {import('./mutantList.mjs').Mutant} mutant */
async function killer(mutant) {
  const text = readFileSync(join('src/engine', mutant.file), 'utf8');
  if (text.split(mutant.old).length !== 2) return 'stale';
  const [own = '', micro = ''] = mutant.near.split(' ');
  const out = join(scratch, 'bundle.mjs');
  const near = [own, ...first.filter(t => t !== own)].map(unit);
  await bundle(mutant, [...near, 'test/unit/micro/micro.test.ts'], out);
  const found = firstFailure(out, micro);
  if (found !== undefined) return found;
  await bundle(mutant, last.map(unit), out);
  return firstFailure(out, micro);
}

async function main() {
  const only = option('--only');
  const chosen = mutants.filter(m => only === undefined || m.rule.includes(only) || m.file.includes(only));
  if (chosen.length === 0) throw new Error(`no rule or file has “${String(only)}”`);
  mkdirSync(scratch, { recursive: true });
  /** @type {{ mutant: import('./mutantList.mjs').Mutant, by: string | undefined }[]} */
  const results = [];
  for (const mutant of chosen) {
    const by = await killer(mutant);
    results.push({ mutant, by });
    console.log(
      `${by === undefined ? 'SURVIVED' : by === 'stale' ? 'STALE' : 'killed'}\t${mutant.file}\t${mutant.rule}\t${by ?? ''}`,
    );
  }
  rmSync(scratch, { recursive: true, force: true });
  const alive = results.filter(r => r.by === undefined);
  const stale = results.filter(r => r.by === 'stale');
  console.log(`${String(results.length - alive.length - stale.length)} of ${String(results.length)} killed`);
  if (process.argv.includes('--docs') && only === undefined) writeFileSync('docs/mutation.md', page(results));
  if (alive.length > 0 || stale.length > 0) process.exitCode = 1;
}

/** @param {readonly { mutant: import('./mutantList.mjs').Mutant, by: string | undefined }[]} results */
function page(results) {
  const killed = results.filter(r => r.by !== undefined && r.by !== 'stale').length;
  const rows = results.map(
    ({ mutant, by }) =>
      `| ${mutant.rule} | ${mutant.file} | ${by === undefined ? '**survived**' : by.replaceAll('|', '\\|')} |`,
  );
  return `# Mutation: what fails if a rule is broken

Each rule of the engine's semantics (\`tools/mutantList.mjs\`) is broken on purpose by an edit of one file under \`src/engine\`,
and the unit tests of the engine and the micro harnesses near it are run until the first one fails: \`node tools/mutants.mjs --docs\`
does that and writes this page. A rule that nobody misses would be a test that is missing.

${String(killed)} of ${String(results.length)} broken rules are noticed.

| what is broken | in | first test that fails |
|---|---|---|
${rows.join('\n')}
`;
}

await main();

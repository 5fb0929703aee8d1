// `npm test`: everything, on a fresh clone too. The last line it prints is `N passed, N failed`.
//   node tools/test.mjs                      install, build, types, lint, format, and all tests
//   node tools/test.mjs --unit [TEXT]        the plain mocha tests of files whose path holds TEXT
//   node tools/test.mjs --kernel [TEXT]      the tests on a real kernel tree
//   node tools/test.mjs --editor [TEXT]      the tests in the real VS Code
//   … --bless                                rewrite the goldens and docs/images instead of comparing
// With CI=true nothing may be left out: what is missing here (a browser, a kernel tree) fails the run.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findBrowser, howToGetBrowser } from './browser.mjs';
import { installPackagesOfProject } from './install.mjs';
import { findKernelTree, howToGetTree } from './kernelTree.mjs';
import { capture, isSentence, Sentence } from './run.mjs';
import { installServer } from './vscode-server.mjs';
import { installWeb } from './vscode-web.mjs';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));

const suites = /** @type {const} */ (['unit', 'kernel', 'editor']);
/** @typedef {typeof suites[number]} Suite */

const counts = { passed: 0, failed: 0 };
/** Sentences about what failed outside of mocha, repeated at the end. @type {string[]} */
const failures = [];

/** @param {string} sentence */
function fail(sentence) {
  counts.failed++;
  failures.push(sentence);
  console.error(`✖ ${sentence}`);
}

/** Something that must work and counts as one test. @param {string} name @param {() => unknown} work */
async function step(name, work) {
  const start = Date.now();
  try {
    await work();
    counts.passed++;
    console.log(`✔ ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
    return true;
  } catch (error) {
    fail(`${name}: ${isSentence(error) ? /** @type {Error} */ (error).message : String(error)}`);
    return false;
  }
}

/** @param {string} name @param {readonly string[]} args a script of node_modules and its arguments */
async function checker(name, args) {
  await step(name, async () => {
    const { code, output } = await capture(process.execPath, args);
    if (code !== 0) throw new Sentence(`not clean\n${output}`);
  });
}

/** The value after a flag, '' if there is none, undefined if the flag is not given. @param {string} flag */
function option(flag) {
  const at = process.argv.indexOf(flag);
  if (at < 0) return undefined;
  const next = process.argv[at + 1];
  return next === undefined || next.startsWith('--') ? '' : next;
}

/**
 * Builds a suite and runs it with mocha; its numbers are added to ours. With `after`, it says nothing before that is over:
 * two suites that run at a time are read one after the other.
 * @param {Suite} suite @param {string} only @param {NodeJS.ProcessEnv} env @param {Promise<unknown>} [after]
 */
async function runSuite(suite, only, env, after) {
  if (!after) console.log(`\n— ${suite} tests`);
  for (const part of suite === 'editor' ? ['host', 'editor'] : [suite]) {
    const built = spawnSync(
      process.execPath,
      ['tools/build.mjs', `--tests=${part}`, ...(only ? [`--only=${only}`] : [])],
      {
        stdio: 'inherit',
      },
    );
    if (built.status !== 0) return fail(`the ${part} tests do not build`);
  }
  const own = process.env.RACELENS_TEST_OUT;
  const folder = !own ? `dist/test/${suite}` : suite === 'unit' ? own : `${own}-${suite}`;
  if (!existsSync(folder)) return only ? fail(`no ${suite} test file has “${only}” in its path`) : undefined;

  const scratch = mkdtempSync(join(tmpdir(), 'racelens-test-'));
  const numbers = join(scratch, 'counts.json');
  const mocha = spawn(
    process.execPath,
    [
      'node_modules/mocha/bin/mocha.js',
      `${folder}/**/*.test.mjs`,
      '--reporter=tools/reporter.cjs',
      `--timeout=${suite === 'unit' ? '20000' : '60000'}`,
    ],
    {
      stdio: after ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      env: { ...process.env, ...env, RACELENS_COUNTS: numbers },
    },
  );
  /** @type {Buffer[]} */
  const said = [];
  for (const stream of [mocha.stdout, mocha.stderr])
    stream?.on('data', (/** @type {Buffer} */ data) => said.push(data));
  const status = await new Promise(resolve => {
    mocha.on('error', () => resolve(1));
    mocha.on('close', resolve);
  });
  if (after) {
    await after;
    console.log(`\n— ${suite} tests`);
    process.stdout.write(Buffer.concat(said));
  }
  const told = existsSync(numbers) ? JSON.parse(readFileSync(numbers, 'utf8')) : undefined;
  rmSync(scratch, { recursive: true, force: true });
  if (!told) return fail(`mocha stopped before the end of the ${suite} tests`);
  counts.passed += told.passes;
  counts.failed += told.failures;
  if (told.pending) {
    counts.failed += told.pending;
    failures.push(`${String(told.pending)} ${suite} tests were skipped, which counts as failed`);
  }
  if (status !== 0 && !told.failures) fail(`mocha ended badly after the ${suite} tests`);
}

/** The kernel tree that RACELENS_TREE names for the tests. @param {boolean} install */
function kernelTree(install) {
  const tree = findKernelTree({ install });
  if (tree) return { RACELENS_TREE: tree };
  const sentence = `no kernel tree: ${howToGetTree}`;
  if (process.env.CI === 'true') fail(sentence);
  else console.warn(`! ${sentence}; its tests are left out`);
  return undefined;
}

/** @param {boolean} install */
function browser(install) {
  if (process.env.RACELENS_DESKTOP || findBrowser({ install })) return true;
  const sentence = `no browser: ${howToGetBrowser}`;
  if (process.env.CI === 'true') fail(sentence);
  else console.warn(`! ${sentence}; the tests in the real VS Code are left out`);
  return false;
}

async function main() {
  const chosen = suites.filter(s => option(`--${s}`) !== undefined);
  const all = chosen.length === 0;
  const wanted = all ? suites : chosen;
  const env = option('--bless') === undefined ? {} : { RACELENS_BLESS: '1' };

  if (all || !existsSync('node_modules')) {
    const installed = await step('packages', installPackagesOfProject);
    if (!installed) return;
  }
  if (all || wanted.includes('editor')) {
    const built = await step('build', async () => {
      const { code, output } = await capture(process.execPath, ['tools/build.mjs']);
      if (output) console.log(output.trimEnd());
      if (code !== 0) throw new Sentence('the product does not build');
    });
    if (!built) return;
  }
  if (all)
    await Promise.all([
      checker('types', ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json']),
      checker('lint', ['node_modules/eslint/bin/eslint.js', '--max-warnings=0', '.']),
      checker('format', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.']),
    ]);

  const tree = kernelTree(all || wanted.includes('kernel'));
  /** Unit and kernel tests each keep one core busy: side by side they are through in the time of one. */
  /** @type {Promise<void> | undefined} */
  let before;
  for (const suite of wanted) {
    if (suite === 'kernel' && !tree) continue;
    if (suite === 'unit' && wanted.includes('kernel')) {
      before = runSuite(suite, option(`--${suite}`) ?? '', { ...env, ...tree });
      continue;
    }
    if (suite === 'kernel') {
      const own = runSuite(suite, option(`--${suite}`) ?? '', { ...env, ...tree }, before);
      await Promise.all([before, own]);
      continue;
    }
    await before;
    if (suite === 'editor') {
      if (!browser(true)) continue;
      if (!process.env.RACELENS_DESKTOP) {
        if (!(await step('VS Code server', installServer))) continue;
        if (!(await step('VS Code for the Web', installWeb))) continue;
      }
    }
    await runSuite(suite, option(`--${suite}`) ?? '', { ...env, ...tree });
  }
  await before;
}

try {
  await main();
} catch (error) {
  fail(isSentence(error) ? /** @type {Error} */ (error).message : String(error));
}
if (failures.length) console.log(`\n${failures.map(f => `✖ ${f.split('\n')[0] ?? ''}`).join('\n')}`);
console.log(`\n${String(counts.passed)} passed, ${String(counts.failed)} failed`);
process.exitCode = counts.failed ? 1 : 0;

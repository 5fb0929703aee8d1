// `npm run bench`: the two verdicts that people wait for, from the command line, without npm: wall time, CPU time
// (which tells a slow product from a busy machine) and peak memory; then the engine side by side with SPIN on the models
// of bench/models.ts, in CPU time (engine.mjs). docs/engine.md explains the figures.
//   --json         one object in place of the tables
//   --runs N       how often each verdict is run (5); the median and the first, cold, run are shown
//   --models ABC   the models to search (ABCDEFL)
// What is missing (spin, gcc, a kernel tree) is said, and the rest is measured.
// The exit code is 1 if a verdict or a number of states is wrong, or a median is over its limit.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  demoCopy,
  kernelHarness,
  needCli,
  treeWith,
  withGracePeriod,
  withoutGracePeriod,
} from '../tools/demo.mjs';
import { findKernelTree, howToGetTree } from '../tools/kernelTree.mjs';
import { isSentence, Sentence } from '../tools/run.mjs';
import { engineTables, measureEngine } from './engine.mjs';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {readonly string[]} args
 * @property {'hang' | 'holds'} expected
 * @property {number} limit seconds
 */

/** @typedef {{ seconds: number, cpu: number, megabytes: number, states: number }} Run */

const memoryLimit = 500;
const runs = Number(process.argv[process.argv.indexOf('--runs') + 1]) || 5;

/** @param {Case} one @param {string} scratch @returns {Run} */
function measure({ name, args, expected }, scratch) {
  const peak = join(scratch, 'peak');
  const start = process.hrtime.bigint();
  const ended = spawnSync(process.execPath, [needCli(), 'check', ...args, '--json'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: {
      ...process.env,
      NODE_OPTIONS: `--require ${resolve('bench/peak.cjs')}`,
      RACELENS_PEAK: peak,
    },
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const line = ended.stdout.split('\n').find(l => l.startsWith('{'));
  const report = line ? JSON.parse(line) : undefined;
  if (report?.verdict !== expected)
    throw new Sentence(
      `${name} gave ${report?.verdict ?? 'nothing'} instead of ${expected}:\n${ended.stderr}`,
    );
  return { seconds, ...JSON.parse(readFileSync(peak, 'utf8')), states: report.states };
}

/** @param {readonly number[]} numbers */
function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? NaN;
}

/** @param {Case} one @param {string} scratch */
function row(one, scratch) {
  const all = Array.from({ length: runs }, () => measure(one, scratch));
  return {
    name: one.name,
    verdict: one.expected,
    states: all[0]?.states ?? 0,
    first: all[0]?.seconds ?? NaN,
    median: median(all.map(r => r.seconds)),
    limit: one.limit,
    cpu: median(all.map(r => r.cpu)),
    megabytes: Math.max(...all.map(r => r.megabytes)),
  };
}

/** @typedef {ReturnType<typeof row>} Row */

/** @param {Row} r */
const over = r => r.median > r.limit || r.megabytes > memoryLimit;

/** @param {readonly Row[]} rows */
function table(rows) {
  const cells = [
    ['', 'verdict', 'states', 'first run', `median of ${String(runs)}`, 'limit', 'CPU', 'peak memory', ''],
    ...rows.map(r => [
      r.name,
      r.verdict,
      String(r.states),
      `${r.first.toFixed(2)} s`,
      `${r.median.toFixed(2)} s`,
      `${r.limit.toFixed(1)} s`,
      `${r.cpu.toFixed(2)} s`,
      `${r.megabytes.toFixed(0)} MB`,
      over(r) ? 'over the limit' : '',
    ]),
  ];
  const widths = cells[0]?.map((_, i) => Math.max(...cells.map(c => c[i]?.length ?? 0))) ?? [];
  return cells
    .map(line =>
      line.map((c, i) => (i === 0 ? c.padEnd(widths[i] ?? 0) : c.padStart(widths[i] ?? 0))).join('  '),
    )
    .join('\n');
}

/** @type {(() => void)[]} */
const removals = [];

function main() {
  const fixed = demoCopy(withGracePeriod);
  removals.push(fixed.remove);
  /** @type {Case[]} */
  const cases = [
    { name: 'demo', args: ['samples/netpoll/netpoll.race.c'], expected: 'hang', limit: 0.5 },
    { name: 'demo, fixed', args: [join(fixed.folder, 'netpoll.race.c')], expected: 'holds', limit: 0.5 },
  ];
  const tree = findKernelTree();
  if (!tree) console.error(`bench: no kernel tree, so only the demo is measured; ${howToGetTree}`);
  else if (existsSync(kernelHarness)) {
    const path = 'net/core/netpoll.c';
    const buggy = treeWith(tree, path, withoutGracePeriod);
    const good = treeWith(tree, path, text => withGracePeriod(withoutGracePeriod(text)));
    removals.push(buggy.remove, good.remove);
    cases.push(
      { name: 'real tree', args: [kernelHarness, '--tree', buggy.folder], expected: 'hang', limit: 5 },
      { name: 'real tree, fixed', args: [kernelHarness, '--tree', good.folder], expected: 'holds', limit: 5 },
    );
  }
  const scratch = mkdtempSync(join(tmpdir(), 'racelens-bench-'));
  removals.push(() => rmSync(scratch, { recursive: true, force: true }));
  const rows = cases.map(one => row(one, scratch));
  const json = process.argv.includes('--json');
  // The engine takes its time: what is known is shown.
  if (!json) console.log(table(rows));
  const engine = measureEngine(wanted('--models') ?? 'ABCDEFL', resolve('samples/netpoll/netpoll.race.c'));
  if (json) {
    const tree = rows.find(r => r.name === 'real tree');
    console.log(
      JSON.stringify({
        ...engine.figures,
        ...(tree ? { treeVerdictSeconds: tree.cpu } : {}),
        cases: rows,
      }),
    );
  } else console.log(`\n${engineTables(engine)}`);
  if (rows.some(over) || !engine.isRight) process.exitCode = 1;
}

/** The value of an option. @param {string} name */
function wanted(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

try {
  main();
} catch (error) {
  if (!isSentence(error)) throw error;
  console.error(`bench: ${/** @type {Error} */ (error).message}`);
  process.exitCode = 1;
} finally {
  for (const remove of removals) remove();
}

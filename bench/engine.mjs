// The engine side by side with SPIN, in CPU time: a full search of every step, and from text to verdict. Each
// measurement has a process of its own (engineRun.ts). SPIN's searches are pan's, with the options that give the same
// states: spin -a -o1 -o2 -o3, gcc -O2 -DSAFETY, -DNOREDUCE for the full search.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { Sentence } from '../tools/run.mjs';

/** The models of which throughput and memory are told: 100,000 states and more. */
const large = 'CDEF';
/** The models of which the time to the verdict is told. */
const told = 'ABCDE';

/** @typedef {{ seconds: number, states: number, transitions: number, stuck: number, bytes: number, edgeBytes: number, megabytes: number }} Full */
/** @typedef {{ seconds: number, cold: number, states: number, kind: string }} Verdict */
/** @typedef {{ seconds: number, states: number }} Pan */
/** @typedef {{ letter: string, ours: Full, pan?: Pan }} FullRow */
/** @typedef {{ letter: string, ours: Verdict, spin?: { seconds: number, states: number } }} VerdictRow */

/** CPU seconds and output of a program with what it starts. @param {string} folder @param {readonly string[]} command */
function timed(folder, command) {
  // Node does not tell the CPU time of children; a shell does: its own, then theirs, user and system each.
  const ended = spawnSync('sh', ['-c', '"$@" && times', 'sh', ...command], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (ended.status !== 0) throw new Sentence(`${command.join(' ')} failed:\n${ended.stdout}${ended.stderr}`);
  const times = [...ended.stdout.matchAll(/(\d+)m(\d+[.,]\d+)s/g)].slice(-2);
  const seconds = times.reduce((sum, t) => sum + 60 * Number(t[1]) + Number(t[2]?.replace(',', '.')), 0);
  return { seconds, output: ended.stdout };
}

/** @param {readonly string[]} args @returns {any} */
function ours(...args) {
  // Room for young objects, and for all, as cli.ts gives it to its thread.
  const room = ['--max-old-space-size=4096', '--max-semi-space-size=32'];
  const command = [process.execPath, ...room, 'dist/bench/engineRun.mjs', ...args];
  const ended = spawnSync(command[0] ?? '', command.slice(1), { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (ended.status !== 0) throw new Sentence(`${command.join(' ')} failed:\n${ended.stderr}`);
  return args[0] === 'promela' ? ended.stdout : JSON.parse(ended.stdout);
}

/** Makes `pan` of a model. @param {string} letter @param {readonly string[]} flags @returns {{ folder: string, seconds: number }} */
function build(letter, flags) {
  const folder = mkdtempSync(join(tmpdir(), 'racelens-spin-'));
  writeFileSync(join(folder, 'model.pml'), ours('promela', letter));
  const made = timed(folder, ['spin', '-a', '-o1', '-o2', '-o3', 'model.pml']).seconds;
  const compiled = timed(folder, ['gcc', '-O2', '-w', '-DSAFETY', ...flags, '-o', 'pan', 'pan.c']).seconds;
  return { folder, seconds: made + compiled };
}

/** @param {string} folder @returns {Pan} */
function pan(folder) {
  const { seconds, output } = timed(folder, ['./pan', '-m1000000']);
  const states = Number(/(\d+) states, stored/.exec(output)?.[1]);
  if (!/errors: 0/.test(output))
    throw new Sentence(`pan found an error in a model that has none:\n${output}`);
  return { seconds, states };
}

/** The faster of two runs each, in turns: other programs make both slower. @template {{ seconds: number }} T @param {(() => T)[]} measure @returns {T[]} */
function inTurns(measure) {
  const first = measure.map(m => m());
  return measure.map((m, k) => {
    const again = m();
    const before = first[k];
    return before && before.seconds < again.seconds ? before : again;
  });
}

/** @param {string} models letters @param {string} demo path of the demo's harness */
export function measureEngine(models, demo) {
  buildSync({
    entryPoints: ['bench/engineRun.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    loader: { '.tsv': 'text', '.h': 'text', '.c': 'text' },
    outfile: 'dist/bench/engineRun.mjs',
    logLevel: 'warning',
  });
  const missing = ['spin', 'gcc'].filter(tool => spawnSync(tool, ['--version']).error);
  if (missing.length)
    console.error(`bench: ${missing.join(' and ')} not found, so nothing is compared with SPIN`);
  /** @type {FullRow[]} */
  const full = [];
  /** @type {VerdictRow[]} */
  const verdicts = [];
  for (const letter of models) {
    if (missing.length) full.push({ letter, ours: ours('full', letter) });
    else {
      const { folder } = build(letter, ['-DNOREDUCE']);
      const [mine, theirs] = inTurns([
        () => /** @type {{ seconds: number }} */ (ours('full', letter)),
        () => pan(folder),
      ]);
      full.push({ letter, ours: /** @type {Full} */ (mine), pan: /** @type {Pan} */ (theirs) });
      rmSync(folder, { recursive: true, force: true });
    }
    if (!told.includes(letter)) continue;
    const whole = () => {
      const { folder, seconds } = build(letter, []);
      const run = pan(folder);
      rmSync(folder, { recursive: true, force: true });
      return { seconds: seconds + run.seconds, states: run.states };
    };
    const cold = ours('first', letter).seconds;
    const [mine, theirs] = inTurns([() => ours('verdict', letter), ...(missing.length ? [] : [whole])]);
    /** @type {VerdictRow} */
    const row = { letter, ours: { ...mine, cold }, ...(theirs && { spin: theirs }) };
    verdicts.push(row);
  }
  /** @type {{ milliseconds: number, states: number, kind: string }} */
  const shown = ours('demo', resolve(demo));
  const many = full.filter(r => large.includes(r.letter));
  const largest = /** @param {(r: Full) => number} of */ of =>
    many.length ? round(Math.max(...many.map(r => of(r.ours) / r.ours.states))) : undefined;
  const figures = {
    throughputRatio: ratios(
      many.map(r => [r.letter, r.pan && r.ours.states / r.ours.seconds / (r.pan.states / r.pan.seconds)]),
    ),
    verdictRatio: ratios(verdicts.map(r => [r.letter, r.spin && r.spin.seconds / r.ours.seconds])),
    bytesPerState: largest(r => r.bytes),
    bytesPerStateNoEdges: largest(r => r.bytes - r.edgeBytes),
    demoVerdictMs: round(shown.milliseconds),
    states: Object.fromEntries(
      full.map(r => [r.letter, { ours: r.ours.states, ...(r.pan && { spin: r.pan.states }) }]),
    ),
  };
  const isRight =
    full.every(r => (r.pan === undefined || r.pan.states === r.ours.states) && r.ours.stuck === 0) &&
    verdicts.every(r => r.ours.kind === 'holds') &&
    shown.kind === 'hang';
  return { figures, full, verdicts, isRight };
}

/** @param {readonly (readonly [string, number | undefined])[]} pairs */
function ratios(pairs) {
  return Object.fromEntries(pairs.flatMap(([k, v]) => (v === undefined ? [] : [[k, round(v)]])));
}

/** @param {number} n */
const round = n => Math.round(n * 100) / 100;

/** The figures as tables, in Markdown. @param {ReturnType<typeof measureEngine>} measured */
export function engineTables({ figures, full, verdicts }) {
  const { format } = new Intl.NumberFormat('en');
  const s = /** @param {number | undefined} n */ n => (n === undefined ? '-' : `${n.toFixed(2)} s`);
  const times = /** @param {number | undefined} n */ n => (n === undefined ? '-' : `${n.toFixed(1)}`);
  const rows = full.map(r => [
    r.letter,
    format(r.ours.states),
    r.pan ? (r.pan.states === r.ours.states ? 'the same' : format(r.pan.states)) : '-',
    s(r.ours.seconds),
    s(r.pan?.seconds),
    times(figures.throughputRatio[r.letter]),
    large.includes(r.letter) ? `${(r.ours.bytes / r.ours.states).toFixed(0)} B` : '',
    large.includes(r.letter) ? `${r.ours.megabytes.toFixed(0)} MB` : '',
  ]);
  const second = verdicts.map(r => [
    r.letter,
    format(r.ours.states),
    r.spin ? format(r.spin.states) : '-',
    s(r.ours.seconds),
    s(r.ours.cold),
    s(r.spin?.seconds),
    times(figures.verdictRatio[r.letter]),
  ]);
  return [
    'Full search, hang check included',
    markdown(['', 'states', 'SPIN', 'CPU', 'pan', 'times as fast', 'a state', 'peak'], rows),
    '',
    'From text to verdict',
    markdown(['', 'states', 'SPIN', 'CPU, warm', 'first time', 'spin + gcc + pan', 'times as fast'], second),
    '',
    `The demo's verdict, warm: ${String(figures.demoVerdictMs)} ms of CPU time`,
  ].join('\n');
}

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
function markdown(head, rows) {
  const line = /** @param {readonly string[]} cells */ cells => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

/**
 * From a finished search to a report: is every state able to finish, which kinds of endings are reachable, the best
 * schedule for each, and the evidence.
 */
import { neverCancelled, type CancelToken } from '../base/cancel';
import type { Program } from '../ir/program';
import { validateProgram } from '../ir/validate';
import { createExamination, type Examination } from './examine';
import { createExploration, type Exploration, type Search } from './explore';
import { canFinish } from './graph';
import { defaultOptions, type Options } from './options';
import { findPaths, type Hit } from './path';
import type { Report, Verdict, VerdictKind } from './report';
import { describe, type Described } from './describe';
import { findings } from './findings';
import { findOtherEnd } from './stuck';

/** A check that can be continued in quanta, so that a worker can report and be cancelled. */
export interface Check {
  /** Expands up to `states` states. The report, when all is done. */
  run(states: number): 'more' | Report;
  /** The finished search, as soon as there is a report: for what is worked out later. */
  readonly search: Search | undefined;
}

/** Starts a check. Throws only for a program that our own lowering must not make. */
export function createCheck(
  program: Program,
  options: Partial<Options> = {},
  cancel: CancelToken = neverCancelled,
): Check {
  const wrong = validateProgram(program);
  if (wrong.length > 0)
    throw new Error(`internal: the program is not valid: ${wrong.slice(0, 5).join('; ')}`);
  const all: Options = { ...defaultOptions, ...options };
  const exploration = createExploration(program, all, cancel);
  let examination: Examination | undefined;
  let found: Search | undefined;
  let second: { readonly exploration: Exploration; readonly report: Report } | undefined;
  /** Then, if that is asked for, the states without reduction are counted. */
  const counted = (report: Report): 'more' | Report => {
    if (!all.counts || report.verdict.kind === 'cannot-tell') return report;
    const every = { ...all, reduce: false, forgetDead: false };
    second = { exploration: createExploration(program, every, cancel), report };
    return 'more';
  };
  return {
    get search() {
      return found;
    },
    run(states) {
      if (second) {
        const search = second.exploration.run(states);
        return search === 'more' ? 'more' : { ...second.report, unreduced: countsOf(search) };
      }
      if (examination) {
        const report = examination.run(states);
        return report === 'more' ? 'more' : counted(report);
      }
      const search = found ?? exploration.run(states);
      if (search === 'more') return 'more';
      found = search;
      const isCut = search.stopped?.reason === 'cancelled' && search.store.size > SOON_SEEN;
      const reason = isCut
        ? 'cancelled'
        : search.graph.sweep?.(SWEEP_QUANTUM) === false && interrupted(search, all, cancel);
      if (reason === undefined) return 'more';
      const report = reason ? endedEarly(program, search, reason) : conclude(program, search);
      examination = createExamination(program, search, report, all, cancel);
      return examination ? 'more' : counted(report);
    },
  };
}

/** Who cancels waits for what is known of so many states at most. */
const SOON_SEEN = 200_000;
/** Pieces of the hang check at a time: a few ten milliseconds. */
const SWEEP_QUANTUM = 32;

/** Whether somebody ends the check while it looks for states that cannot finish. */
function interrupted(
  { store, graph, stopped }: Search,
  options: Options,
  cancel: CancelToken,
): 'cancelled' | 'time' | undefined {
  // What has stopped the search does not end this as well.
  if (stopped?.reason === 'cancelled' || stopped?.reason === 'time') return undefined;
  if (cancel.cancelled) return 'cancelled';
  const go = options.progress?.({ states: store.size, transitions: graph.edges, frontier: 0 });
  return go === 'cancelled' || go === 'time' ? go : undefined;
}

/** The search is over, but what it has found has not been looked at. */
function endedEarly(program: Program, search: Search, reason: 'cancelled' | 'time'): Report {
  const { machine: m, store, graph, engine } = search;
  const message = reason === 'time' ? 'the time limit was reached' : 'cancelled';
  return {
    verdict: { kind: 'cannot-tell', reason, message: `${message} (${store.size} states explored)` },
    exhaustive: false,
    confirmed: true,
    also: [],
    ...commonOf(program, m, store.size, graph.edges, engine),
  };
}

function countsOf({ store, graph, stopped }: Search): NonNullable<Report['unreduced']> {
  return { states: store.size, transitions: graph.edges, complete: stopped === undefined };
}

/** Explores the program and reports. */
export function check(
  program: Program,
  options: Partial<Options> = {},
  cancel: CancelToken = neverCancelled,
): Report {
  const running = createCheck(program, options, cancel);
  for (;;) {
    const report = running.run(4096);
    if (report !== 'more') return report;
  }
}

function conclude(program: Program, search: Search): Report {
  const { machine: m, store, graph } = search;
  const good = canFinish(graph, store.size);
  const kinds = new Set<VerdictKind>();
  for (const e of graph.endings) if ('fault' in e) kinds.add(e.fault.kind);
  if (good.subarray(0, graph.expanded).includes(0)) kinds.add('hang');
  const wanted = (target: number): string | undefined => {
    if (target >= 0) return good[target] ? undefined : 'hang';
    const e = graph.endings[-1 - target];
    return e && 'fault' in e ? e.fault.kind : undefined;
  };
  const certain = findPaths(graph, 0, wanted, true, kinds.size);
  const missing = kinds.size - certain.length;
  const possible = missing > 0 ? findPaths(graph, 0, wanted, false, kinds.size) : [];
  const hits: readonly Hit[] = [...certain, ...possible.filter(h => !certain.some(c => c.key === h.key))];
  const limits = graph.endings.flatMap(e => ('limit' in e ? [e.limit] : []));
  for (const l of limits) if (l.stated) m.statedBounds.add(l.message);
  const open = limits.filter(l => !l.stated);
  const common = commonOf(program, m, store.size, graph.edges, search.engine);
  const exhaustive = !search.stopped && open.length === 0;
  const described = hits.map(h => describe(search, good, h));
  const stuck = described.find(d => d.verdict.kind === 'hang' || d.verdict.kind === 'deadlock');
  const best = [...described, ...(stuck ? otherEnd(search, good, stuck) : [])].sort(byCost);
  const [first, ...others] = best;
  if (first) {
    return {
      verdict: first.verdict,
      exhaustive,
      confirmed: !first.decided,
      schedule: first.schedule,
      preemptions: first.preemptions,
      trace: first.trace,
      explanation: first.explanation,
      also: others.map(o => ({
        kind: o.verdict.kind,
        message: o.verdict.message,
        schedule: o.schedule,
        preemptions: o.preemptions,
      })),
      ...common,
    };
  }
  const verdict: Verdict = search.stopped
    ? {
        kind: 'cannot-tell',
        reason: search.stopped.reason,
        message: `${search.stopped.message} (${store.size} states explored)${advice(search)}`,
      }
    : open[0]
      ? {
          kind: 'cannot-tell',
          reason: open[0].reason,
          message: open[0].message,
          ...spanOf(program, open[0].site),
        }
      : { kind: 'holds' };
  return { verdict, exhaustive, confirmed: true, also: [], ...common };
}

/** What every report says. */
function commonOf(
  program: Program,
  m: Search['machine'],
  states: number,
  transitions: number,
  engine: Search['engine'],
): Pick<Report, 'states' | 'transitions' | 'engine' | 'assumptions' | 'findings' | 'bounds'> {
  return {
    states,
    transitions,
    engine,
    // Of calls without a body, those that were made.
    assumptions: program.assumptions.filter((a, k) => !a.kind.startsWith('unknown') || m.assumed.has(k)),
    findings: findings(m),
    bounds: [...statedBounds(program), ...[...m.statedBounds].sort()],
  };
}

/** Bounds that the harness set. */
function statedBounds(program: Program): string[] {
  const { recursion, allocations, repeats, listLength } = program.settings;
  const told = (what: string, n: number | undefined): string[] =>
    n === undefined ? [] : [`${what}: ${n}, set by the harness`];
  return [
    ...told('recursion', recursion),
    ...told('allocations at one place', allocations),
    ...told('starts of a work item or timer', repeats),
    ...told('list length', listLength),
  ];
}

/** If threads hang here and deadlock there, both are told. */
function otherEnd(search: Search, good: Uint8Array, stuck: Described): Described[] {
  const end = findOtherEnd(search, good, stuck.verdict.kind === 'hang');
  if (end < 0) return [];
  const wanted = (target: number): string | undefined => (target === end ? 'hang' : undefined);
  const hit =
    findPaths(search.graph, 0, wanted, true, 1)[0] ?? findPaths(search.graph, 0, wanted, false, 1)[0];
  if (!hit) return [];
  const other = describe(search, good, hit);
  return other.verdict.kind === stuck.verdict.kind ? [] : [other];
}

/** Confirmed before possible, then fewest preemptions, then fewest steps. */
function byCost(a: Described, b: Described): number {
  return Number(a.decided) - Number(b.decided) || a.preemptions - b.preemptions || a.length - b.length;
}

function spanOf(program: Program, site: number): { span?: Program['sites'][number]['span'] } {
  const s = program.sites[site];
  return s ? { span: s.span } : {};
}

/** What would make the model smaller. */
function advice(search: Search): string {
  const reason = search.stopped?.reason;
  if (reason !== 'states' && reason !== 'memory' && reason !== 'time') return '';
  const { machine: m } = search;
  const unknown = m.global.facts.size > 0 || m.program.assumptions.some(a => a.kind.startsWith('unknown'));
  const repeated = m.program.threads.filter(t => t.repeat > 1).map(t => t.name);
  const hints = [
    ...(unknown ? ['pin unknown calls and values in the harness'] : []),
    ...(repeated.length ? [`let ${repeated.join(', ')} run less often (RACE_REPEAT)`] : []),
    'use fewer threads, or stub what does not matter',
  ];
  return `; ${hints.join(', ')}`;
}

/** What the panel knows at a moment. The page is a function of this model; `reduce.ts` makes the next one. */
import type {
  Told,
  ViewComparison,
  ViewMatters,
  ViewOdds,
  ViewPlay,
  ViewSlow,
  ViewTwin,
  ViewWatch,
} from '../protocol/examined';
import type { PanelProgress, PanelRun } from '../protocol/panel';
import type { ViewTrace } from '../protocol/view';
import { causesOf, edgesOf } from '../report/facts';
import { once } from '../report/memo';
import { chainOf, foldsOf, isInside, neighbour, type Fold } from '../report/rows';
import type { Translate } from './words';

/** What stands beside the lanes. */
export const tabs = ['why', 'state', 'odds', 'play', 'compare', 'watch', 'text'] as const;
export type Tab = (typeof tabs)[number];

export type Causal = 'before' | 'after' | 'concurrent';

export interface Filter {
  /** Steps before, after or concurrent with the step `pivot` (an index). */
  readonly causal?: Causal;
  readonly pivot: number;
  /** Steps whose text, functions or cells hold this. */
  readonly word: string;
}

/** A free play: choices of the reader from behind the first `at` steps of the shown schedule. */
export interface Play {
  readonly at: number;
  /** Keys of the choices, as they were asked for last. */
  readonly path: readonly string[];
  readonly answer?: Told<ViewPlay>;
  /** Prospects are hidden: can the reader make it fail? */
  readonly quiz: boolean;
  /** At this length of the path the reader has asked for a hint. */
  readonly hintAt?: number;
  readonly hints: number;
  readonly undos: number;
  /** Where the replay was left. */
  readonly returnTo: number;
}

/** What the two sides of a comparison are. */
export type Versus = 'twin' | 'fix' | 'present';

export interface Model {
  readonly run?: PanelRun;
  /** How many steps have been executed: 0 is the start, `steps.length` the end. */
  readonly position: number;
  readonly playing: boolean;
  /** Where playing stops; absent: at the end. */
  readonly until?: number;
  /** Steps a second. */
  readonly speed: number;
  /** A row that `run to here` means; absent: none is marked. */
  readonly cursor?: number;
  /** First steps of the runs that the reader has unfolded. */
  readonly unfolded: ReadonlySet<number>;
  /** Open the current step's file in the editor beside. */
  readonly follow: boolean;
  /** Why the verdict no longer speaks of the text in the editor. */
  readonly stale?: string;
  readonly progress?: PanelProgress;
  readonly failure?: string;
  /** The last thing that was done, for the status line. */
  readonly done?: string;
  readonly tab: Tab;
  readonly filter: Filter;
  readonly hiddenThreads: ReadonlySet<number>;
  /** Names of cells that have no column. */
  readonly hiddenCells: ReadonlySet<string>;
  /** The bit or value that `run to its change` means. */
  readonly target?: Target;
  readonly matters?: Told<ViewMatters>;
  readonly twin?: Told<ViewTwin>;
  readonly odds?: Told<ViewOdds>;
  readonly slow?: { readonly call: string; readonly answer?: Told<ViewSlow> };
  /** Logarithm to base 2 of the factor that the slider shows. */
  readonly slowness: number;
  readonly play?: Play;
  readonly versus: Versus;
  readonly comparison?: { readonly what: Versus; readonly answer?: Told<ViewComparison> };
  readonly expressions: readonly string[];
  readonly watches: readonly ViewWatch[];
  readonly showsArrows: boolean;
  readonly showsKeys: boolean;
  /** All of the verdict is shown, or a line or two, as the reader chose; absent: `showsAll` decides. */
  readonly verdictOpen?: boolean;
  /** The reader has begun to step through this run. */
  readonly begun: boolean;
  /** The slider is being dragged: folds that it runs over stay as they are. */
  readonly scrubbing: boolean;
  /** The window has little height. */
  readonly low: boolean;
  readonly t: Translate;
}

/** A cell, or one bit of it. */
export interface Target {
  readonly cell: number;
  readonly bit?: string;
}

const foldsIn = once(foldsOf);
const edgesIn = once(edgesOf);

export const noFilter: Filter = { pivot: 0, word: '' };

export function initialModel(t: Translate): Model {
  return {
    position: 0,
    playing: false,
    speed: 1,
    unfolded: new Set(),
    follow: true,
    tab: 'why',
    filter: noFilter,
    hiddenThreads: new Set(),
    hiddenCells: new Set(),
    slowness: 0,
    versus: 'twin',
    expressions: [],
    watches: [],
    showsArrows: true,
    showsKeys: false,
    begun: false,
    scrubbing: false,
    low: false,
    t,
  };
}

/** An answer, if there is one and it is none of `cannot tell`. */
export function told<T extends object>(answer: Told<T> | undefined): T | undefined {
  return answer && !('cannotTell' in answer) ? answer : undefined;
}

/** What is asked for while there is none, or why there is none. */
export function whyNot<T extends object>(answer: Told<T> | undefined): string | undefined {
  return answer && 'cannotTell' in answer ? answer.cannotTell : undefined;
}

/** All of the verdict: while there are no steps to look at, and until the reader looks at them or the room is short. */
export function showsAll(model: Model): boolean {
  return traceOf(model) === undefined || (model.verdictOpen ?? !(model.begun || model.low));
}

/** The trace that is being looked at: that of a play under way, else that of the run. */
export function traceOf(model: Model): ViewTrace | undefined {
  return told(model.play?.answer)?.trace ?? model.run?.view.trace;
}

/** The other side of a comparison, if one is shown. */
export function otherTrace(model: Model): ViewTrace | undefined {
  if (model.tab !== 'compare' || model.play) return undefined;
  return model.versus === 'twin' ? told(model.twin)?.trace : told(comparisonOf(model))?.trace;
}

export function comparisonOf(model: Model): Told<ViewComparison> | undefined {
  return model.comparison?.what === model.versus ? model.comparison.answer : undefined;
}

/** The position on the other side that a position on this side is beside. */
export function otherPosition(model: Model, position: number): number {
  const other = otherTrace(model);
  if (!other) return 0;
  const comparison = model.versus === 'twin' ? undefined : told(comparisonOf(model));
  const last = other.steps.length;
  if (!comparison || position === 0) return Math.min(position, last);
  const row = comparison.rows[position - 1];
  if (row !== undefined) return Math.min(row + 1, last);
  return Math.min(last, (comparison.rows.at(-1) ?? -1) + 1 + (position - comparison.partsAt));
}

/** First step (an index) that the two sides have not in common. */
export function partsAt(model: Model): number | undefined {
  if (!otherTrace(model)) return undefined;
  return model.versus === 'twin' ? told(model.twin)?.shared : told(comparisonOf(model))?.partsAt;
}

export function lastPosition(model: Model): number {
  return traceOf(model)?.steps.length ?? 0;
}

/** A run is open when the reader wants it, or when the current step is one of it and stays so. */
export function isOpen(model: Model, fold: Fold): boolean {
  return model.unfolded.has(fold.from) || (!model.scrubbing && isInside(fold, model.position));
}

/** The next position with a row in a direction: over folds that are closed and steps that the filter leaves out. */
export function nextPosition(model: Model, direction: 1 | -1, from = model.position): number {
  const trace = traceOf(model);
  if (!trace) return model.position;
  const closed = foldsIn(trace).filter(fold => !isOpen(model, fold));
  const shows = shownSteps(model);
  let next = neighbour(trace, closed, from, direction);
  while (shows && next > 0 && next < trace.steps.length && !shows(next - 1))
    next = neighbour(trace, closed, next, direction);
  return next;
}

/** Whether a step is shown; undefined when all are. */
export function shownSteps(model: Model): ((step: number) => boolean) | undefined {
  const trace = traceOf(model);
  const { causal, pivot, word } = model.filter;
  if (!trace || (!causal && !word.trim() && !model.hiddenThreads.size)) return undefined;
  const causes = causal ? causesOf(edgesIn(trace), pivot) : undefined;
  const wanted = word.trim().toLowerCase();
  const says = (step: number): boolean => {
    const of = trace.steps[step];
    if (!of || !wanted) return true;
    const cells = [...of.changes, ...of.reads].map(c => trace.cells[c.cell]?.name ?? '');
    const bits = of.changes.flatMap(c => [...c.set, ...c.cleared]);
    return [of.text, of.note ?? '', ...chainOf(of, trace), ...cells, ...bits].some(text =>
      text.toLowerCase().includes(wanted),
    );
  };
  const related = (step: number): boolean => {
    if (!causes || !causal || step === pivot) return true;
    if (causal === 'concurrent') return !causes.before.has(step) && !causes.after.has(step);
    return causes[causal].has(step);
  };
  return step => related(step) && says(step) && !model.hiddenThreads.has(trace.steps[step]?.thread ?? -1);
}

/** The position after which a cell or bit changes next, or changed last; undefined if it does not. */
export function changeOf(model: Model, target: Target, direction: 1 | -1): number | undefined {
  const trace = traceOf(model);
  if (!trace) return undefined;
  const changes = (index: number): boolean =>
    trace.steps[index]?.changes.some(
      change =>
        change.cell === target.cell &&
        (target.bit === undefined || change.set.includes(target.bit) || change.cleared.includes(target.bit)),
    ) ?? false;
  const from = direction === 1 ? model.position : model.position - 2;
  for (let index = from; index >= 0 && index < trace.steps.length; index += direction)
    if (changes(index)) return index + 1;
  return undefined;
}

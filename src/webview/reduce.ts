/**
 * The panel's next state: from a message of the extension, or from something that the reader did. Pure, so that it is
 * tested without a browser. What has to be told to the extension in turn is in `tell.ts`.
 */
import { unreachable } from './unreachable';
import type { ToPanel } from '../protocol/panel';
import { chainOf, isInside, type Fold } from '../report/rows';
import {
  changeOf,
  isOpen,
  lastPosition,
  nextPosition,
  noFilter,
  otherTrace,
  tabs,
  told,
  traceOf,
  type Causal,
  type Model,
  type Tab,
  type Target,
  type Versus,
} from './model';

/** What a reader does. */
export type Act =
  | { readonly type: 'go'; readonly position: number }
  | { readonly type: 'scrub'; readonly position: number }
  | { readonly type: 'scrubbed' }
  | { readonly type: 'move'; readonly direction: 1 | -1 }
  | { readonly type: 'over'; readonly direction: 1 | -1 }
  | { readonly type: 'preemption'; readonly direction: 1 | -1 }
  | { readonly type: 'change'; readonly target?: Target; readonly direction: 1 | -1 }
  | { readonly type: 'cursor'; readonly position: number }
  | { readonly type: 'moveCursor'; readonly direction: 1 | -1 }
  | { readonly type: 'runTo'; readonly position?: number }
  | { readonly type: 'togglePlay' }
  | { readonly type: 'tick' }
  | { readonly type: 'speed'; readonly speed: number }
  | { readonly type: 'fold'; readonly fold: Fold }
  | { readonly type: 'foldAll'; readonly open: boolean }
  | { readonly type: 'setFollow'; readonly follow: boolean }
  | { readonly type: 'tab'; readonly tab: Tab }
  | { readonly type: 'causal'; readonly causal?: Causal }
  | { readonly type: 'word'; readonly word: string }
  | { readonly type: 'thread'; readonly thread: number }
  | { readonly type: 'cell'; readonly name: string }
  | { readonly type: 'showAll' }
  | { readonly type: 'slowCall'; readonly call: string }
  | { readonly type: 'slowness'; readonly slowness: number }
  | { readonly type: 'startPlay'; readonly quiz: boolean; readonly at: number }
  | { readonly type: 'choose'; readonly key: string }
  | { readonly type: 'undo' }
  | { readonly type: 'restart' }
  | { readonly type: 'hint' }
  | { readonly type: 'leavePlay' }
  | { readonly type: 'versus'; readonly versus: Versus }
  | { readonly type: 'addWatch'; readonly expression: string }
  | { readonly type: 'removeWatch'; readonly index: number }
  | { readonly type: 'toggleArrows' }
  | { readonly type: 'keys'; readonly show: boolean }
  | { readonly type: 'verdict'; readonly open: boolean }
  | { readonly type: 'room'; readonly low: boolean };

export const speeds = [0.5, 1, 2, 4, 8, 16] as const;

/** Watched expressions that there may be: each is a column. */
export const mostWatches = 8;

export function reduce(model: Model, act: Act | ToPanel): Model {
  const next = reduced(model, act);
  return next.begun || next.position === 0 ? next : { ...next, begun: true };
}

function reduced(model: Model, act: Act | ToPanel): Model {
  switch (act.type) {
    case 'go':
      return go(model, act.position);
    case 'scrub':
      return { ...go(model, act.position), scrubbing: true };
    case 'scrubbed':
      return model.scrubbing ? { ...model, scrubbing: false } : model;
    case 'move':
      return go(model, nextPosition(model, act.direction));
    case 'over':
      return go(model, over(model, act.direction));
    case 'preemption':
      return go(model, preemption(model, act.direction));
    case 'change': {
      const target = act.target ?? model.target;
      if (!target) return model;
      const to = changeOf(model, target, act.direction);
      const next = { ...model, target };
      return to === undefined ? { ...next, done: model.t('It does not change any more') } : go(next, to);
    }
    case 'cursor':
      return { ...model, cursor: clamp(act.position, model) };
    case 'moveCursor':
      return { ...model, cursor: nextPosition(model, act.direction, model.cursor ?? model.position) };
    case 'runTo': {
      const to = act.position ?? model.cursor;
      if (to === undefined || to === model.position) return model;
      if (to < model.position) return { ...go(model, to), cursor: undefined };
      return { ...model, playing: true, until: to, cursor: undefined };
    }
    case 'togglePlay': {
      const again = !model.playing && model.position >= lastPosition(model);
      return {
        ...model,
        playing: !model.playing && lastPosition(model) > 0,
        until: undefined,
        ...(again ? { position: 0 } : {}),
      };
    }
    case 'tick': {
      if (!model.playing) return model;
      const end = model.until ?? lastPosition(model);
      const to = Math.min(nextPosition(model, 1), end);
      return to >= end
        ? { ...model, position: end, playing: false, until: undefined }
        : { ...model, position: to };
    }
    case 'speed':
      return { ...model, speed: nearest(act.speed) };
    case 'fold':
      return toggled(model, act.fold);
    case 'foldAll': {
      const trace = traceOf(model);
      const open = trace && act.open ? trace.steps.flatMap((step, i) => (step.folds ? [i] : [])) : [];
      return { ...model, unfolded: new Set(open) };
    }
    case 'setFollow':
      return { ...model, follow: act.follow };
    case 'tab':
      return act.tab === 'play' || !model.play
        ? { ...model, tab: act.tab }
        : { ...left(model), tab: act.tab };
    case 'causal':
      return act.causal === undefined
        ? { ...model, filter: { pivot: 0, word: model.filter.word } }
        : {
            ...model,
            filter: { ...model.filter, causal: act.causal, pivot: Math.max(0, model.position - 1) },
          };
    case 'word':
      return { ...model, filter: { ...model.filter, word: act.word.slice(0, 200) } };
    case 'thread':
      return { ...model, hiddenThreads: flipped(model.hiddenThreads, act.thread) };
    case 'cell':
      return { ...model, hiddenCells: flipped(model.hiddenCells, act.name) };
    case 'showAll':
      return { ...model, filter: noFilter, hiddenThreads: new Set(), hiddenCells: new Set() };
    case 'slowCall':
      return model.slow?.call === act.call ? model : { ...model, slow: { call: act.call } };
    case 'slowness':
      return { ...model, slowness: Math.max(0, Math.min(10, act.slowness)) };
    case 'startPlay':
      return {
        ...model,
        tab: 'play',
        playing: false,
        filter: noFilter,
        play: {
          at: act.at,
          path: [],
          quiz: act.quiz,
          hints: 0,
          undos: 0,
          returnTo: model.play?.returnTo ?? model.position,
        },
      };
    case 'choose':
      return model.play
        ? { ...model, play: { ...model.play, path: [...model.play.path, act.key], hintAt: undefined } }
        : model;
    case 'undo':
      return model.play?.path.length
        ? {
            ...model,
            play: {
              ...model.play,
              path: model.play.path.slice(0, -1),
              undos: model.play.undos + 1,
              hintAt: undefined,
            },
          }
        : model;
    case 'restart':
      return model.play
        ? { ...model, play: { ...model.play, path: [], hintAt: undefined, hints: 0, undos: 0 } }
        : model;
    case 'hint':
      return model.play
        ? {
            ...model,
            play: { ...model.play, hintAt: model.play.path.length, hints: model.play.hints + 1 },
          }
        : model;
    case 'leavePlay':
      return left(model);
    case 'versus':
      return { ...model, versus: act.versus };
    case 'addWatch': {
      const expression = act.expression.trim().slice(0, 500);
      if (!expression || model.expressions.includes(expression)) return model;
      if (model.expressions.length >= mostWatches) return model;
      return { ...model, expressions: [...model.expressions, expression] };
    }
    case 'removeWatch': {
      const gone = model.expressions[act.index];
      return {
        ...model,
        expressions: model.expressions.filter((_, index) => index !== act.index),
        watches: model.watches.filter(watch => watch.expression !== gone),
      };
    }
    case 'toggleArrows':
      return { ...model, showsArrows: !model.showsArrows };
    case 'keys':
      return { ...model, showsKeys: act.show };
    case 'verdict':
      return { ...model, verdictOpen: act.open };
    case 'room':
      return model.low === act.low ? model : { ...model, low: act.low };
    case 'run':
      return withRun(model, act);
    case 'step':
      return model.play ? model : { ...model, position: clamp(act.step, model), playing: false };
    case 'stale':
      return { ...model, stale: act.reason };
    case 'progress':
      return { ...model, progress: act.progress, ...(act.progress ? { failure: undefined } : {}) };
    case 'failed':
      return { ...model, failure: act.message, progress: undefined };
    case 'fix':
      return model.run ? { ...model, run: { ...model.run, fix: act.fix } } : model;
    case 'examined':
      return { ...model, [act.what]: act.answer };
    case 'slow':
      return model.slow && model.slow.call !== act.call
        ? model
        : { ...model, slow: { call: act.call, answer: act.answer } };
    case 'play': {
      if (!act.answer) return left(model);
      if (!model.play) return model;
      const answer = told(act.answer);
      // An answer to an older question: the one to the last is on its way.
      if (answer && answer.path.join('\n') !== model.play.path.join('\n')) return model;
      return {
        ...model,
        play: { ...model.play, answer: act.answer },
        ...(answer ? { position: answer.trace.steps.length } : {}),
      };
    }
    case 'watch':
      return { ...model, watches: act.watches };
    case 'comparison':
      return model.comparison ? { ...model, comparison: { ...model.comparison, answer: act.answer } } : model;
    case 'done':
      return { ...model, done: act.message };
    default:
      return unreachable(act);
  }
}

function clamp(position: number, model: Model): number {
  return Math.max(0, Math.min(Math.round(position), lastPosition(model)));
}

function go(model: Model, position: number): Model {
  const to = clamp(position, model);
  return { ...model, position: to, playing: false, scrubbing: false, until: undefined, done: undefined };
}

/** To the next step of the current thread that is not deeper inside calls. */
function over(model: Model, direction: 1 | -1): number {
  const trace = traceOf(model);
  const here = trace?.steps[direction === 1 ? Math.max(0, model.position - 1) : model.position - 1];
  if (!trace || !here) return nextPosition(model, direction);
  const depth = chainOf(here, trace).length;
  const start = direction === 1 ? model.position : model.position - 2;
  for (let at = start; at >= 0 && at < trace.steps.length; at += direction) {
    const step = trace.steps[at];
    if (step?.thread === here.thread && chainOf(step, trace).length <= depth) return at + 1;
  }
  return direction === 1 ? trace.steps.length : 0;
}

function preemption(model: Model, direction: 1 | -1): number {
  const steps = traceOf(model)?.steps ?? [];
  const start = direction === 1 ? model.position : model.position - 2;
  for (let at = start; at >= 0 && at < steps.length; at += direction)
    if (steps[at]?.preemption) return at + 1;
  return direction === 1 ? steps.length : 0;
}

function nearest(speed: number): number {
  return speeds.reduce<number>((best, s) => (Math.abs(s - speed) < Math.abs(best - speed) ? s : best), 1);
}

function toggled(model: Model, fold: Fold): Model {
  const unfolded = new Set(model.unfolded);
  if (!isOpen(model, fold)) unfolded.add(fold.from);
  else unfolded.delete(fold.from);
  const next = { ...model, unfolded };
  // The current step must not vanish with its row.
  return isOpen(model, fold) && isInside(fold, model.position) ? go(next, fold.from) : next;
}

function flipped<T>(set: ReadonlySet<T>, value: T): ReadonlySet<T> {
  const next = new Set(set);
  if (!next.delete(value)) next.add(value);
  return next;
}

function left(model: Model): Model {
  if (!model.play) return model;
  const { returnTo } = model.play;
  return go({ ...model, play: undefined }, returnTo);
}

/** A new run: what belonged to the one before goes, what the reader has chosen stays. */
function withRun(model: Model, message: Extract<ToPanel, { type: 'run' }>): Model {
  const same = model.run?.view.harness === message.run.view.harness;
  const kept = same ? {} : asKept(message.keep.view);
  const next: Model = {
    ...model,
    run: message.run,
    position: 0,
    begun: false,
    scrubbing: false,
    unfolded: new Set(),
    follow: message.follow,
    playing: false,
    until: undefined,
    cursor: undefined,
    target: undefined,
    stale: undefined,
    progress: undefined,
    failure: undefined,
    done: undefined,
    matters: undefined,
    twin: undefined,
    odds: undefined,
    slow: undefined,
    comparison: undefined,
    watches: [],
    play: undefined,
    filter: noFilter,
    ...(same
      ? {}
      : { hiddenThreads: new Set(), hiddenCells: new Set(), expressions: [], verdictOpen: undefined }),
    ...kept,
  };
  return { ...next, position: clamp(message.step, next) };
}

/** What of the model survives a reload, as JSON. */
export function toKeep(model: Model): unknown {
  return {
    tab: model.tab,
    speed: model.speed,
    word: model.filter.word,
    threads: [...model.hiddenThreads],
    cells: [...model.hiddenCells],
    expressions: model.expressions,
    arrows: model.showsArrows,
    ...(model.verdictOpen === undefined ? {} : { verdict: model.verdictOpen }),
  };
}

/** The same back: anything may have come in between. */
export function asKept(view: unknown): Partial<Model> {
  if (typeof view !== 'object' || view === null) return {};
  const { tab, speed, word, threads, cells, expressions, arrows, verdict } = view as Record<string, unknown>;
  const texts = (list: unknown): readonly string[] =>
    Array.isArray(list) ? list.filter((x): x is string => typeof x === 'string') : [];
  const known = tabs.find(name => name === tab);
  return {
    ...(known ? { tab: known } : {}),
    ...(typeof speed === 'number' ? { speed: nearest(speed) } : {}),
    ...(typeof word === 'string' ? { filter: { ...noFilter, word: word.slice(0, 200) } } : {}),
    hiddenThreads: new Set(
      Array.isArray(threads) ? threads.filter((x): x is number => Number.isInteger(x)) : [],
    ),
    hiddenCells: new Set(texts(cells)),
    expressions: texts(expressions).slice(0, mostWatches),
    ...(typeof arrows === 'boolean' ? { showsArrows: arrows } : {}),
    ...(typeof verdict === 'boolean' ? { verdictOpen: verdict } : {}),
  };
}

/** Whether two timelines stand side by side. */
export function isTwo(model: Model): boolean {
  return otherTrace(model) !== undefined;
}

/**
 * The index of identifiers in the background of a worker: slices of a few milliseconds between requests, near folders at
 * full speed, the rest at a third of it. Tells its state, and when answers got better; keeps the index where the host has a
 * place for it.
 */
import type { IndexedPipeline } from '../ide/pipeline';
import type { IndexState } from '../protocol/worker';

/** Where indexes are kept between windows. */
export interface IndexStore {
  load(root: string): Promise<Uint8Array | undefined>;
  save(root: string, pieces: Iterable<Uint8Array>): Promise<void>;
}

export interface IndexingInput {
  /** All trees and folders that were asked about. */
  readonly pipelines: () => readonly IndexedPipeline[];
  readonly store?: IndexStore;
  /** Files are fetched one by one: only the near folders are read. */
  readonly slow: boolean;
  onState(state: IndexState): void;
  /** Questions have better answers now. */
  onBetter(): void;
  /** Files have to be fetched; `arrived` is to be called then. */
  onWaiting(): void;
}

export interface Indexing {
  /** A request is being answered: no slices until `idle`. */
  busy(): void;
  idle(): void;
  /** Files that it waited for are there. */
  arrived(): void;
  /** There may be something to do. */
  wake(): void;
  /** Of the first tree, if there are several, or of the one with this root. */
  state(root?: string): IndexState;
  /** Stops, or goes on; of all trees. */
  cancel(): void;
  start(): void;
}

/** One slice, in bytes read: a few milliseconds. */
const slice = 1 << 19;
/** State is told no more often, in milliseconds. */
const tellEvery = 200;
/** After a request, the user may go on typing: milliseconds until the next slice of what is not urgent. */
const pause = 300;
/** Where each file has to be fetched, only a loose folder is read whole, and only if it is no larger. */
const fewFiles = 2_000;
/** Files that must have changed until an index that is in the store is stored again. */
const worthSaving = 200;

interface Kept {
  phase: string;
  /** The store was asked. */
  loaded: boolean;
  saving: boolean;
  everSaved: boolean;
}

export function createIndexing(input: IndexingInput): Indexing {
  const kept = new Map<IndexedPipeline, Kept>();
  const state = { requests: 0, cancelled: false, waiting: false, told: 0, timer: false, lastRequest: -pause };

  const keptOf = (pipeline: IndexedPipeline): Kept => {
    let one = kept.get(pipeline);
    if (!one) kept.set(pipeline, (one = { phase: 'near', loaded: false, saving: false, everSaved: false }));
    return one;
  };

  function stateOf(pipeline: IndexedPipeline | undefined): IndexState {
    if (!pipeline)
      return {
        phase: 'none',
        part: 'near',
        done: 0,
        total: 0,
        complete: false,
        files: 0,
        identifiers: 0,
        bytes: 0,
      };
    const { phase, done, total, files, identifiers, bytes } = pipeline.index.progress();
    const isReady = phase !== 'near';
    return {
      ...(pipeline.root === undefined ? {} : { root: pipeline.root }),
      phase: isReady ? 'ready' : state.cancelled ? 'cancelled' : 'indexing',
      part: isReady ? 'rest' : 'near',
      done,
      total,
      complete: phase === 'done' && !pipeline.index.isStale(),
      files,
      identifiers,
      bytes,
    };
  }

  function tell(pipeline: IndexedPipeline, always: boolean): void {
    const now = performance.now();
    if (!always && now - state.told < tellEvery) return;
    state.told = now;
    input.onState(stateOf(pipeline));
  }

  const isUnfinished = (pipeline: IndexedPipeline): boolean => {
    const phase = pipeline.index.phase();
    const isWorthIt =
      !input.slow || (pipeline.root === undefined && pipeline.index.progress().done < fewFiles);
    return phase === 'near' || pipeline.index.isStale() || (phase !== 'done' && isWorthIt);
  };
  /** What is near comes first, in whichever tree. */
  const next = (): IndexedPipeline | undefined => {
    const all = input.pipelines().filter(isUnfinished);
    return all.find(p => p.index.phase() === 'near') ?? all[0];
  };

  function schedule(delay: number): void {
    if (state.timer || state.cancelled || state.requests > 0) return;
    state.timer = true;
    setTimeout(() => {
      state.timer = false;
      step();
    }, delay);
  }

  function step(): void {
    if (state.cancelled || state.requests > 0 || state.waiting) return;
    const pipeline = next();
    if (!pipeline) return;
    const own = keptOf(pipeline);
    if (!own.loaded) {
      load(pipeline, own);
      return;
    }
    const start = performance.now();
    const isUrgent = pipeline.index.phase() === 'near';
    if (!isUrgent && start - state.lastRequest < pause) {
      schedule(pause);
      return;
    }
    const { index } = pipeline;
    const before = index.revision();
    const answer = index.work(slice);
    const now = pipeline.index.phase();
    const isNew = now !== own.phase;
    own.phase = now;
    tell(pipeline, isNew || answer === 'done');
    if (isNew || index.revision() !== before) input.onBetter();
    if (isNew || answer === 'done') keep(pipeline, own);
    if (answer === 'waiting') {
      state.waiting = true;
      input.onWaiting();
    } else schedule(isUrgent ? 0 : 2 * (performance.now() - start));
  }

  function load(pipeline: IndexedPipeline, own: Kept): void {
    own.loaded = true;
    const { root } = pipeline;
    if (!input.store || root === undefined) {
      schedule(0);
      return;
    }
    state.waiting = true;
    void input.store
      .load(root)
      .then(
        bytes => {
          own.everSaved = bytes !== undefined && pipeline.index.restore(bytes);
        },
        () => undefined,
      )
      .then(() => {
        state.waiting = false;
        schedule(0);
      });
  }

  /** A store that fails (a full disk) costs nothing but time at the next start. */
  function keep(pipeline: IndexedPipeline, own: Kept): void {
    const { root, index } = pipeline;
    const isWorth = index.unsaved() >= (own.everSaved ? worthSaving : 1);
    if (!input.store || root === undefined || own.saving || !isWorth) return;
    own.saving = true;
    own.everSaved = true;
    void input.store
      .save(root, index.save())
      .catch(() => undefined)
      .then(() => {
        own.saving = false;
      });
  }

  return {
    busy() {
      state.requests++;
    },
    idle() {
      state.requests--;
      state.lastRequest = performance.now();
      schedule(0);
    },
    arrived() {
      state.waiting = false;
      schedule(0);
    },
    wake() {
      schedule(0);
    },
    state(root) {
      const all = input.pipelines();
      return stateOf(
        all.find(p => p.root !== undefined && (root === undefined || p.root === root)) ?? all[0],
      );
    },
    cancel() {
      state.cancelled = true;
      for (const pipeline of input.pipelines()) tell(pipeline, true);
    },
    start() {
      state.cancelled = false;
      schedule(0);
    },
  };
}

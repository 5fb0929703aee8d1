/**
 * What the worker does for each method: calls the features of `ide` on a scene and turns spans into lines and columns.
 * Every handler is total: a file that is not there gives an empty answer, never an error.
 */
import { notesOn } from '../base/notes';
import type { LineMap, Span } from '../base/span';
import { createLineMap } from '../base/span';
import { actions, type Action } from '../ide/actions';
import { bitFacts } from '../ide/bits/bitFacts';
import { comparisonView, wantedSteps } from '../ide/comparing';
import { concurrency } from '../ide/concurrency';
import { contextsFrom } from '../ide/contexts';
import { decodeWord, wordsMatching } from '../ide/bits/decode';
import { decorations } from '../ide/decorations';
import { deepen } from '../ide/deepen';
import { diagnosticsFrom } from '../ide/diagnostics';
import { functionAt, harness, harnessesFor } from '../ide/harnesses';
import { hover } from '../ide/hover/hover';
import { inlayHints } from '../ide/inlayHints';
import { lenses } from '../ide/lenses';
import {
  createPipelines,
  type CheckAnswer,
  type IndexedPipeline,
  type Indexing,
  type Pipeline,
} from '../ide/pipeline';
import { ready } from '../ide/ready';
import { recipe } from '../ide/recipe';
import { placeOf, replayView } from '../ide/replay';
import type { Scene, TextEdit } from '../ide/scene';
import { lastPlay } from '../ide/playing';
import { createSubjects, type Subjects } from '../ide/subject';
import { watch } from '../ide/watching';
import { orderingWords } from '../ide/words';
import type { ViewNote, ViewPlace, ViewPosition } from '../protocol/view';
import { createAfterwards, noRun } from './afterwards';
import type { Call } from './call';
import type { OverlaidFiles } from './files';
import { located } from './located';
import { decorationPage } from './methods';
import type { ActionData, CheckParams, EditData, MethodName, Methods, Params, Result } from './methods';

export interface HandlersInput {
  readonly files: OverlaidFiles;
  readonly runtime: Uint8Array;
  readonly grammar: Uint8Array;
  /** The kernel tree of files that lie in none. */
  readonly tree?: string;
  /** Who makes the index of identifiers. */
  readonly indexing: Indexing;
  /** Does what the method `index` asks for. */
  readonly index: (params: Params<'index'>) => Result<'index'>;
}

export interface Handlers {
  /** The result, or nothing that counts if files were missing (the caller asks the files, fetches, and calls again). */
  handle(method: MethodName, params: unknown, call: Call): Promise<unknown>;
  changed(paths?: readonly string[]): void;
  pipelines(): readonly IndexedPipeline[];
}

type Handler<M extends MethodName> = (
  params: Params<M>,
  call: Call,
) => Result<M> | 'pending' | 'again' | Promise<Result<M> | 'pending' | 'again'>;

/** Progress is told no more often than this, in milliseconds. */
const tellEvery = 100;
/** The worker listens to messages at least so often while it explores, in milliseconds. */
const listenEvery = 30;
/** States explored before the clock is looked at again. */
const piece = 256;

/** What a file's marks rest on is found out for so many milliseconds before others have their turn. */
const readyFor = 40;
/** Working out entry states makes way for other questions after so many milliseconds. */
const deepenFor = 40;
/** And so do checks. */
const diagnoseFor = 30;

export async function createHandlers(input: HandlersInput): Promise<Handlers> {
  const { files, runtime, grammar, tree, indexing } = input;
  const pipelines = await createPipelines({
    files,
    runtime,
    grammar,
    indexing,
    ...(tree === undefined ? {} : { root: tree }),
  });
  const lines = (path: string): LineMap | undefined => {
    const pipeline = pipelines.of(path);
    return pipeline === 'pending' ? undefined : pipeline.lines(path);
  };
  const place = (span: Span): ViewPlace => placeOf(span, { lines });

  /** The scene of a file and the open files of the same tree; undefined if files are missing or it is not there. */
  function at(
    path: string,
    others: readonly string[],
  ): { readonly scene: Scene; readonly file: Scene['files'][number] } | undefined {
    const pipeline = pipelines.of(path);
    if (pipeline === 'pending') return undefined;
    const mine = others.filter(other => other !== path && pipelines.of(other) === pipeline);
    const scene = pipeline.scene([path, ...mine]);
    // What is found out about half a scene would be kept.
    if (pipeline.wanted().length) return undefined;
    const file = scene.files.find(source => source.path === path);
    return file && { scene, file };
  }

  /** Whether all is known that the marks of a file rest on; the work is done in pieces if the caller asks again. */
  function isReady({ scene, file }: { scene: Scene; file: Scene['files'][number] }, call: Call): boolean {
    if (!call.asksAgain) return true;
    const began = performance.now();
    return ready(scene, file, () => performance.now() - began > readyFor);
  }

  const actionData = (action: Action): ActionData => ({
    title: action.title,
    key: action.key,
    preferred: action.preferred,
    edits: action.edits.map(edit => ({ place: place(edit.span), newText: edit.newText })),
  });

  const subjects = createSubjects();
  const pages = notesOn<Scene, ReadonlyMap<string, Result<'decorations'>>>('pages');

  const table: { readonly [M in keyof Methods]: Handler<M> } = {
    decorations({ path, open, from }, call) {
      const here = at(path, open);
      if (!here) return [];
      if (!isReady(here, call)) return 'again';
      // Later pages are asked for right after the first one.
      let all = pages.get(here.scene)?.get(path);
      if (!all) {
        all = decorations(here.scene, here.file).map(({ span, ...rest }) => ({
          ...rest,
          place: place(span),
        }));
        if (all.length > decorationPage) pages.set(here.scene, new Map([[path, all]]));
      }
      return all.slice(from ?? 0, (from ?? 0) + decorationPage);
    },
    hover({ path, open, position }) {
      const here = at(path, open);
      if (!here) return undefined;
      const { scene, file } = here;
      const found = hover(
        scene,
        file,
        file.lines.offsetAt(position),
        span => linkTo(place(span)),
        bit => commandTo({ bit, file: path }),
      );
      return found && { place: place(found.span), markdown: found.markdown };
    },
    concurrency({ path, open, scope, shown }, call) {
      const here = at(path, open);
      if (!here) return undefined;
      if (!isReady(here, call)) return 'again';
      const found = concurrency(here.scene, scope === 'file' ? here.file : undefined);
      const data = { ...located(found, place), complete: here.scene.corpus.complete() };
      const stamp = stampOf(JSON.stringify([scope, scope === 'file' ? path : '', data]));
      return stamp === shown ? 'same' : { ...data, stamp };
    },
    deepen({ path, open, start, end }) {
      const here = at(path, open);
      if (!here) return { changed: false, done: true };
      const { lines: map } = here.file;
      const from = map.offsetAt({ line: start, column: 0 });
      const to = map.offsetAt({ line: end + 1, column: 0 });
      const began = performance.now();
      return deepen(here.scene, here.file, from, to, () => performance.now() - began > deepenFor);
    },
    contexts({ path, open, scope, from }) {
      const here = at(path, open);
      if (!here) return undefined;
      const began = performance.now();
      const enough = (): boolean => performance.now() - began > deepenFor;
      return located(
        contextsFrom(here.scene, scope === 'file' ? here.file : undefined, from ?? 0, enough),
        place,
      );
    },
    diagnostics({ path, open, on, from }) {
      const here = at(path, open);
      if (!here) return { found: [] };
      const began = performance.now();
      const enough = (): boolean => performance.now() - began > diagnoseFor;
      const part = diagnosticsFrom(here.scene, path, { on }, from ?? 0, enough);
      return { ...part, found: part.found.map(one => located(one, place)) };
    },
    bitSites({ path, open, bit }) {
      const here = at(path, open);
      if (!here) return undefined;
      const found = bitFacts(here.scene, bit);
      return {
        bit: found.bit,
        ...(found.number === undefined ? {} : { number: found.number }),
        words: found.words,
        complete: found.complete,
        problems: found.problems,
        sites: found.sites.map(site => ({
          function: site.function,
          kind: site.kind,
          operation: site.operation,
          ...(site.through === undefined ? {} : { through: site.through }),
          atomic: site.atomic,
          word: site.word,
          ...(site.until === undefined ? {} : { until: site.until }),
          ...(site.maybe === undefined ? {} : { maybe: site.maybe }),
          place: place(site.span),
          ordering: orderingWords[site.ordering],
          line: lineAt(here.scene, site.span),
        })),
      };
    },
    stateWords({ path, open }) {
      const here = at(path, open);
      return (here ? [...wordsMatching(here.scene, '')] : [])
        .sort((a, b) => b.accesses - a.accesses || (a.word < b.word ? -1 : 1))
        .map(({ word, bits, accesses }) => ({ word, bits: bits.length, accesses }));
    },
    decode({ path, open, word, value }) {
      const here = at(path, open);
      return here && { ...decodeWord(here.scene, word, value), complete: here.scene.corpus.complete() };
    },
    inlayHints({ path, open, start, end, kinds }) {
      const here = at(path, open);
      if (!here) return [];
      const { lines: map } = here.file;
      return inlayHints(here.scene, here.file, map.offsetAt(start), map.offsetAt(end), new Set(kinds)).map(
        ({ offset, ...hint }) => ({ ...hint, position: map.positionAt(offset) }),
      );
    },
    lenses({ path, open, verdicts }, call) {
      const here = at(path, open);
      if (here && !isReady(here, call)) return 'again';
      return (here ? lenses(here.scene, here.file, key => verdicts[key]) : []).map(lens => ({
        key: lens.key,
        place: place(lens.span),
        title: lens.title,
        tooltip: lens.tooltip,
        action: lens.action,
        function: lens.publication.function,
      }));
    },
    actions({ path, open, start, end }) {
      const here = at(path, open);
      if (!here) return [];
      const { lines: map } = here.file;
      return actions(here.scene, here.file, map.offsetAt(start), map.offsetAt(end)).map(actionData);
    },
    fix({ path, open, key }) {
      const here = at(path, open);
      const all = here ? actions(here.scene, here.file, 0, here.file.text.length) : [];
      const found = all.find(action => action.key === key);
      return found && actionData(found);
    },
    harness({ path }) {
      const here = at(path, []);
      const found = here && harness(here.file);
      return (
        found && {
          path: found.file,
          threads: found.threads.map(thread => ({
            name: thread.name,
            context: thread.context,
            place: place(thread.span),
          })),
          ...(found.expects === undefined ? {} : { expects: found.expects }),
        }
      );
    },
    harnesses({ path, candidates, function: name }) {
      const here = at(path, []);
      if (!here) return [];
      const others = candidates.flatMap(candidate => at(candidate, [])?.file ?? []);
      return harnessesFor(here.file, others, name).map(match => ({
        path: match.harness.file,
        threads: match.harness.threads.filter(thread => thread.kind !== 'init').map(thread => thread.name),
        includesFile: match.includesFile,
        functions: match.functions,
      }));
    },
    functionAt({ path, position }) {
      const here = at(path, []);
      return here && functionAt(here.file, here.file.lines.offsetAt(position));
    },
    recipe({ open, beside }) {
      const here = at(open[0] ?? '', open);
      return here && recipe(here.scene, beside);
    },
    index: params => input.index(params),
    check,
    compare,
    watch: watchValues,
    ...createAfterwards(subjects),
    model({ harness: path }) {
      const pipeline = pipelines.of(path);
      if (pipeline === 'pending') return 'pending';
      const model = pipeline.model(path);
      if (model === 'pending') return 'pending';
      const problems = model.problems.map(problem => `# ${problem.severity}: ${problem.message}\n`).join('');
      return problems + model.text;
    },
    status: ({ path }) => {
      const here = at(path, []);
      if (!here) return undefined;
      const { facts, tree } = here.scene;
      return { facts: facts.size, ...(tree.root === undefined ? {} : { root: tree.root }) };
    },
  };

  /** Does the work on the texts with edits made, without touching them. */
  async function onTrial<T>(
    harnessPath: string,
    edits: readonly EditData[],
    work: (pipeline: Pipeline) => T | Promise<T>,
  ): Promise<T | 'pending'> {
    const pipeline = pipelines.of(harnessPath);
    if (pipeline === 'pending') return 'pending';
    const trial = editedTexts(edits, path => files.read(path));
    if (trial === 'pending') return 'pending';
    const paths = [...trial.keys()];
    files.setTrial(trial);
    pipeline.forget(paths);
    try {
      return await work(pipeline);
    } finally {
      files.setTrial(new Map());
      pipeline.forget(paths);
    }
  }

  async function check(params: CheckParams, call: Call): Promise<Result<'check'> | 'pending'> {
    return onTrial(params.harness, params.edits ?? [], pipeline => explore(pipeline, params, call, subjects));
  }

  async function compare({
    harness: path,
    title,
    edits,
    steps,
  }: Params<'compare'>): Promise<Result<'compare'> | 'pending'> {
    const trace = subjects.of(path)?.report.trace;
    const wanted = steps ?? (trace && wantedSteps(trace));
    if (!wanted) return { cannotTell: noRun };
    return onTrial(path, edits ?? [], (pipeline): Result<'compare'> | 'pending' => {
      const lowered = programOf(pipeline, path);
      if (lowered === 'pending') return 'pending';
      if ('cannotTell' in lowered) return lowered;
      return comparisonView(lowered, wanted, title, file => pipeline.lines(file));
    });
  }

  function watchValues({ harness: path, expressions, play }: Params<'watch'>): Result<'watch'> | 'pending' {
    const subject = subjects.of(path);
    const played = play && subject && lastPlay(subject);
    const schedule = played?.schedule ?? subject?.report.schedule;
    if (!subject || schedule === undefined)
      return expressions.map(expression => ({ expression, values: [], problem: noRun }));
    const pipeline = pipelines.of(path);
    const text = files.read(path);
    if (pipeline === 'pending' || text === 'pending') return 'pending';
    const { program } = subject;
    const question = { expressions, program, schedule, ...(played ? { counts: played.counts } : {}) };
    return watch(question, appended => {
      files.setTrial(new Map([[path, (text ?? '') + appended]]));
      pipeline.forget([path]);
      try {
        const answer = pipeline.begin({ harness: path, schedule: '' });
        const lowered = answer === 'pending' ? 'pending' : answer.run(1);
        return lowered === 'more' ? 'pending' : lowered;
      } finally {
        files.setTrial(new Map());
        pipeline.forget([path]);
      }
    });
  }

  return {
    handle: async (method, params, call) => (table[method] as Handler<MethodName>)(params as never, call),
    changed(paths) {
      pipelines.forget(paths);
    },
    pipelines: () => pipelines.all(),
  };
}

/** The program of a harness as its texts are now. */
function programOf(
  pipeline: Pipeline,
  harnessPath: string,
): NonNullable<CheckAnswer['program']> | { readonly cannotTell: string } | 'pending' {
  // Nothing is explored for a schedule.
  const running = pipeline.begin({ harness: harnessPath, schedule: '' });
  if (running === 'pending') return 'pending';
  const answer = running.run(1);
  const wrong = answer === 'more' ? undefined : answer.problems.find(p => p.severity === 'error');
  if (answer === 'more' || !answer.program || wrong)
    return { cannotTell: wrong?.message ?? 'there is nothing to run' };
  return answer.program;
}

/** Explores in pieces and lets the messages that have come in between be heard. */
async function explore(
  pipeline: Pipeline,
  params: CheckParams,
  call: Call,
  subjects: Subjects,
): Promise<Result<'check'> | 'pending'> {
  const start = performance.now();
  const times = { told: start, paused: start };
  const running = pipeline.begin({
    harness: params.harness,
    ...(params.schedule === undefined ? {} : { schedule: params.schedule }),
    options: { maxStates: params.maxStates },
    onProgress({ states, transitions, frontier, remaining }) {
      const now = performance.now();
      if (now - times.told >= tellEvery) {
        times.told = now;
        call.onProgress({
          phase: 'exploring',
          states,
          transitions,
          frontier,
          ...(remaining === undefined ? {} : { remaining }),
        });
      }
      if (call.cancelled) return 'cancelled';
      return now - start > params.maxSeconds * 1000 ? 'time' : 'go';
    },
  });
  if (running === 'pending') return 'pending';
  let answer = running.run(piece);
  while (answer === 'more') {
    if (performance.now() - times.paused > listenEvery) {
      await new Promise(resolve => setTimeout(resolve, 0));
      times.paused = performance.now();
    }
    answer = running.run(piece);
  }
  const context = { lines: (file: string): LineMap | undefined => pipeline.lines(file) };
  if (!params.edits)
    subjects.keep({
      harness: params.harness,
      answer,
      replayed: params.schedule !== undefined,
      options: { maxStates: params.maxStates },
      ...context,
    });
  return replayView(answer.report, {
    harness: params.harness,
    seconds: (performance.now() - start) / 1000,
    ...(answer.program ? { program: answer.program } : {}),
    files: answer.files,
    problems: answer.problems.map((problem): ViewNote => ({
      kind: problem.severity,
      message: problem.message,
      places: problem.span ? [placeOf(problem.span, context)] : [],
    })),
    ...context,
  });
}

/** The texts with edits made, by path. Edits of one file do not overlap. */
export function editedTexts(
  edits: readonly EditData[],
  read: (path: string) => string | undefined | 'pending',
): ReadonlyMap<string, string> | 'pending' {
  const texts = new Map<string, string>();
  for (const path of new Set(edits.map(edit => edit.place.path))) {
    const text = read(path);
    if (text === 'pending') return 'pending';
    if (text === undefined) continue;
    const lines = createLineMap(text);
    const own: TextEdit[] = edits
      .filter(edit => edit.place.path === path)
      .map(({ place, newText }) => ({
        span: { file: path, start: lines.offsetAt(place.start), end: lines.offsetAt(place.end) },
        newText,
      }))
      .sort((a, b) => b.span.start - a.span.start);
    let edited = text;
    for (const { span, newText } of own)
      edited = edited.slice(0, span.start) + newText + edited.slice(span.end);
    texts.set(path, edited);
  }
  return texts;
}

/** The line of code at a place, without its indentation. */
function lineAt(scene: Scene, { file, start }: Span): string {
  const text = scene.tree.file(file)?.text ?? '';
  const end = text.indexOf('\n', start);
  return text.slice(text.lastIndexOf('\n', start - 1) + 1, end < 0 ? text.length : end).trim();
}

/** Equal for equal texts, and different for different ones as far as anybody will ever see (FNV-1a, 2 × 32 bits). */
function stampOf(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 0x01000193);
    b = Math.imul(b ^ c, 0x85ebca6b);
  }
  return `${(a >>> 0).toString(36)}-${(b >>> 0).toString(36)}`;
}

/** A link that markdown carries to the command that finds all sites of a bit. */
function commandTo(argument: { readonly bit: string; readonly file: string }): string {
  return `command:racelens.findBitSites?${encodeURIComponent(JSON.stringify([argument]))}`;
}

/** A link that markdown carries; the extension makes a command of it. */
function linkTo(place: ViewPlace): string {
  // Brackets would end the link.
  const path = encodeURI(place.path).replace(/[()#]/g, c => `%${c.charCodeAt(0).toString(16)}`);
  return `racelens:${path}#${linePart(place.start)}`;
}

function linePart({ line, column }: ViewPosition): string {
  return `${String(line + 1)},${String(column + 1)}`;
}

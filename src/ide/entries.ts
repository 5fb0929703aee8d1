/**
 * Entry states over the tree of a scene. Kept per scene; what was found for the scene before is at hand for whoever may
 * not wait (`knownEntry`), as long as the function's own text is the same.
 */
import { notesOn } from '../base/notes';
import type { Situation } from '../kernel/entry/answers';
import type { Corpus } from '../kernel/corpus';
import { createEntries, type Entries, type EntriesInput, type Limits } from '../kernel/entry/entry';
import type { FactStore, FunctionFacts } from '../kernel/functions';
import type { SourceFile } from '../syntax/source';
import { survey, type Survey } from '../kernel/sections/survey';
import { typesAt } from './bits/structs';
import { fileCorpus } from './facts/oneFile';
import { typesOf } from './types';
import type { Scene } from './scene';

const made = notesOn<Scene, Entries>('entries');
/** The latest situation of each function text, by store: the window. */
const latest = new WeakMap<FactStore, Map<string, Remembered>>();

interface Remembered {
  readonly analysis: FunctionFacts['analysis'];
  readonly situation: Situation;
}

/** The entry states of a scene, worked out when asked for. */
export function entriesOf(scene: Scene): Entries {
  let e = made.get(scene);
  if (!e) made.set(scene, (e = create(scene)));
  return e;
}

/**
 * Entry states with limits of their own, for whoever asks about many functions at once. Nothing of it is kept. `most` is
 * the work for all questions together: beyond it nothing more is read.
 */
export function entriesWithin(scene: Scene, limits: Partial<Limits>, most = Infinity): Metered {
  const meter = { work: 0 };
  const seen = new WeakSet<object>();
  const count = (what: object, characters: number): void => {
    if (seen.has(what)) return;
    seen.add(what);
    meter.work += characters;
  };
  const { corpus } = scene;
  const metered: Corpus = {
    ...corpus,
    *mentions(name, from, within) {
      for (const m of corpus.mentions(name, from, within)) {
        count(m.source, Math.ceil(m.source.text.length / 8));
        yield m;
      }
    },
  };
  const whole = wideSurvey(scene);
  const entries = create(scene, {
    corpus: metered,
    limits,
    enough: () => meter.work > most,
    sections(f, entry) {
      count(f.analysis, f.analysis.text.length);
      return whole.sections(f, entry);
    },
  });
  return { ...entries, spent: () => meter.work > most };
}

/** Entry states whose work is counted, about in characters of functions: the same number for the same questions. */
export interface Metered extends Entries {
  /** Nothing more is read. */
  spent(): boolean;
}

/** What one file says of its own functions: nothing else is read. Where others may call, the answer is not `complete`. */
export function entriesInFile(scene: Scene, file: SourceFile, known: Survey): Entries {
  return create(scene, {
    corpus: fileCorpus(file, scene.facts),
    sections: known.sections,
    primitiveOf: (wrapper, from) => known.wrapper(wrapper, from)?.chain.at(-1)?.name,
    oneFile: true,
  });
}

/** What is so when a function is entered; may take a second. */
export function entryOf(scene: Scene, f: FunctionFacts): Situation {
  const situation = entriesOf(scene).of(f);
  memory(scene).set(idOf(f), { analysis: f.analysis, situation });
  return situation;
}

/** The same if it was worked out before, for this text of the function; costs nothing. */
export function knownEntry(scene: Scene, f: FunctionFacts): Situation | undefined {
  const now = made.get(scene)?.known(f);
  if (now) return now;
  const old = memory(scene).get(idOf(f));
  return old?.analysis === f.analysis ? old.situation : undefined;
}

/** Whether sleeping is a bug wherever a function is called. */
export function mustNotSleep(scene: Scene, f: FunctionFacts): boolean {
  return (knownEntry(scene, f) ?? entryOf(scene, f)).maySleep.value === 'no';
}

function memory(scene: Scene): Map<string, Remembered> {
  let m = latest.get(scene.facts);
  if (!m) latest.set(scene.facts, (m = new Map()));
  return m;
}

function idOf(f: FunctionFacts): string {
  return `${f.file}:${f.name}`;
}

const surveys = notesOn<Scene, Survey>('wide survey');

/** Sections and wrappers of any function of the tree; nothing is made for files that nobody asks about. */
export function wideSurvey(scene: Scene): Survey {
  let s = surveys.get(scene);
  if (!s) surveys.set(scene, (s = survey({ functions: [], types: typesOf(scene), corpus: scene.corpus })));
  return s;
}

function create(scene: Scene, other: Partial<EntriesInput> = {}): Entries {
  const whole = wideSurvey(scene);
  return createEntries({
    corpus: scene.corpus,
    typesIn(file) {
      const source = scene.tree.file(file);
      return source ? typesAt(scene, source) : whole.types;
    },
    store: scene.facts,
    lineOf(file, offset) {
      const source = scene.files.find(f => f.path === file) ?? scene.tree.file(file);
      return (source?.lines.positionAt(offset).line ?? 0) + 1;
    },
    textOf: file => (scene.files.find(f => f.path === file) ?? scene.tree.file(file))?.text ?? '',
    sections: (f, entry) => whole.sections(f, entry),
    primitiveOf: (wrapper, from) => whole.wrapper(wrapper, from)?.chain.at(-1)?.name,
    ...other,
  });
}

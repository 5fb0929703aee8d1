/**
 * What is kept of a run for what is asked about it afterwards: the program and its report, the line maps of the texts as
 * they were then, and the search with its graph of states, as long as there is memory for it.
 */
import type { LineMap, Span } from '../base/span';
import type { Search } from '../engine/explore';
import type { Options } from '../engine/options';
import type { Report } from '../engine/report';
import type { Program } from '../ir/program';
import type { ViewPlace } from '../protocol/view';
import type { CheckAnswer } from './pipeline';
import { placeOf } from './replay';

export interface Subject {
  readonly harness: string;
  readonly program: Program;
  readonly report: Report;
  /** A schedule was executed; nothing was explored. */
  readonly replayed: boolean;
  readonly options: Partial<Options>;
  /** Places in the texts of that time. */
  place(span: Span): ViewPlace;
  /** The finished search, if there was one and it is still there. */
  readonly search: Search | undefined;
  /** Keeps a search that was made again. */
  remember(search: Search): void;
}

export interface Subjects {
  /** Takes a run down; undefined if the harness could not be read. */
  keep(input: SubjectInput): Subject | undefined;
  /** The last run of a harness. */
  of(harness: string): Subject | undefined;
}

export interface SubjectInput {
  readonly harness: string;
  readonly answer: CheckAnswer;
  readonly replayed: boolean;
  readonly options: Partial<Options>;
  lines(file: string): LineMap | undefined;
}

/** Runs that are known; a program takes little. */
const mostSubjects = 16;
/** A larger one is not worth its memory while nobody asks: it is explored again then. */
const mostBytes = 500e6;
/** Graphs are kept of the last run, and of others as long as all together have no more states. */
const mostStates = 400_000;

export function createSubjects(): Subjects {
  const subjects = new Map<string, Subject>();
  const searches = new Map<Subject, Search>();

  function makeRoom(): void {
    for (const key of subjects.keys()) {
      if (subjects.size <= mostSubjects) break;
      const old = subjects.get(key);
      if (old) searches.delete(old);
      subjects.delete(key);
    }
    let states = [...searches.values()].reduce((sum, search) => sum + search.store.size, 0);
    for (const [subject, search] of searches) {
      if (states <= mostStates || searches.size === 1) break;
      states -= search.store.size;
      searches.delete(subject);
    }
  }

  return {
    keep({ harness, answer, replayed, options, lines }) {
      const before = subjects.get(harness);
      if (before) searches.delete(before);
      subjects.delete(harness);
      const { program, report, search } = answer;
      if (!program) return undefined;
      const files = new Set(program.sites.map(site => site.span.file));
      const maps = new Map([...files].map(file => [file, lines(file)]));
      const context = { lines: (file: string): LineMap | undefined => maps.get(file) ?? lines(file) };
      const subject: Subject = {
        harness,
        program,
        report,
        replayed,
        options,
        place: span => placeOf(span, context),
        get search() {
          return searches.get(subject);
        },
        remember(made) {
          if (subjects.get(harness) !== subject) return;
          searches.set(subject, made);
          makeRoom();
        },
      };
      subjects.set(harness, subject);
      if (search && search.store.bytes < mostBytes) searches.set(subject, search);
      makeRoom();
      return subject;
    },
    of: harness => subjects.get(harness),
  };
}

/**
 * What is remembered from one lowering to the next: macros and parsed items, so that after an edit only what it touches is
 * read again. What an item becomes depends on its text and on what reading it asked: what names mean as macros, which are
 * types, how options are set. The questions are kept with the result, in their order. Before it is used again they are
 * all asked again: the answers must be the same, and asking leaves the same traces in the run (options that decided
 * something, items that are read on the way) as reading would. So a run with memory gives what one without gives.
 */
import type { Problem } from '../base/problem';
import type { Config } from '../tree/tree';
import type { External } from './c/ast';
import type { Macro, Surroundings } from './c/preprocess';
import type { Token } from './c/token';
import type { Names, Unit } from './c/unit';

export interface Memory {
  /** The same macro for the same text, so that answers can be compared. */
  macro(key: string, make: () => Macro): Macro;
  /** What an item is read as. `key` is its place, `text` its text, `start` where it begins. */
  item(piece: Piece, around: Surroundings, names: Names, read: Read): Unit;
  /** The same for tokens that are expanded already, without the end token. */
  tokens(key: string, tokens: readonly Token[], names: Names, read: (names: Names) => Unit): Unit;
  /** The config for the same values: who looks names up keeps what it finds by config. */
  config(key: string, make: () => Config): Config;
  /** A run is over: forgets what has not been used for long, if it is too much. */
  settle(): void;
}

export interface Piece {
  readonly key: string;
  readonly text: string;
  readonly start: number;
}

type Read = (around: Surroundings, names: Names) => Unit;

type Question =
  | { readonly kind: 'macro'; readonly name: string; readonly answer: Macro | undefined }
  | { readonly kind: 'type'; readonly name: string; readonly answer: boolean }
  | { readonly kind: 'config'; readonly name: string; readonly answer: string }
  | { readonly kind: 'predefined'; readonly name: string; readonly answer: string | undefined };

interface Entry {
  readonly text: string;
  start: number;
  unit: Unit;
  readonly questions: readonly Question[];
  readonly defines: readonly (readonly [string, Macro | undefined])[];
}

/** So many characters of items are kept beyond those of the last run; what is made of one takes some sixty times as much. */
const mostText = 600_000;
const mostMacros = 60_000;
const mostConfigs = 8;

export function createMemory(most = mostText): Memory {
  const macros = new Map<string, Macro>();
  /** The last used ones last. */
  const entries = new Map<string, Entry>();
  const configs = new Map<string, Config>();
  const used = new Set<string>();

  const keep = (key: string, entry: Entry): Unit => {
    entries.delete(key);
    entries.set(key, entry);
    used.add(key);
    return entry.unit;
  };

  /** The unit that is known, if everything that it depends on is as it was. */
  const recall = (
    { key, text, start }: Piece,
    around: Surroundings | undefined,
    names: Names,
  ): Unit | undefined => {
    const known = entries.get(key);
    if (known?.text !== text) return undefined;
    for (const q of known.questions) if (answerTo(q, around, names) !== q.answer) return undefined;
    for (const [name, macro] of known.defines) around?.define(name, macro);
    if (known.start !== start) {
      known.unit = moved(known.unit, start - known.start);
      known.start = start;
    }
    return keep(key, known);
  };

  return {
    macro(key, make) {
      const known = macros.get(key);
      if (known) return known;
      const made = make();
      macros.set(key, made);
      return made;
    },
    item(piece, around, names, read) {
      const known = recall(piece, around, names);
      if (known) return known;
      const log = createLog();
      const unit = read(log.around(around), log.names(names));
      const { text, start } = piece;
      return keep(piece.key, { text, start, unit, questions: log.questions, defines: log.defines });
    },
    tokens(key, tokens, names, read) {
      const start = tokens[0]?.start ?? 0;
      let text = '';
      for (const t of tokens)
        text += `${t.text} ${String(t.start - start)} ${String(t.end - start)} ${t.via ?? ''}${t.space ? ' ' : ''}\n`;
      const piece = {
        key: `${key} ${tokens[0]?.text ?? ''} ${tokens[1]?.text ?? ''} ${String(text.length)}`,
        text,
        start,
      };
      const known = recall(piece, undefined, names);
      if (known) return known;
      const log = createLog();
      const unit = read(log.names(names));
      // What is wrong may be where the whole text ends.
      if (unit.problems.length > 0) return unit;
      return keep(piece.key, { text, start, unit, questions: log.questions, defines: [] });
    },
    config(key, make) {
      const known = configs.get(key) ?? make();
      configs.delete(key);
      configs.set(key, known);
      const oldest = configs.size > mostConfigs ? configs.keys().next().value : undefined;
      if (oldest !== undefined) configs.delete(oldest);
      return known;
    },
    settle() {
      let length = 0;
      for (const [key, entry] of entries) if (!used.has(key)) length += entry.text.length;
      for (const [key, entry] of entries) {
        if (length <= most) break;
        if (used.has(key)) continue;
        length -= entry.text.length;
        entries.delete(key);
      }
      used.clear();
      // Entries hold their macros: what is not recognised is read again.
      if (macros.size > mostMacros) macros.clear();
    },
  };
}

function answerTo(q: Question, around: Surroundings | undefined, names: Names): Question['answer'] {
  switch (q.kind) {
    case 'macro':
      return around?.macro(q.name);
    case 'type':
      return names.isType(q.name);
    case 'config':
      return around?.config(q.name);
    case 'predefined':
      return around?.predefined(q.name);
  }
}

/** Notes each question once: asked again in the same text, it has the same answer and leaves no further trace. */
function createLog(): {
  readonly questions: Question[];
  readonly defines: (readonly [string, Macro | undefined])[];
  readonly around: (around: Surroundings) => Surroundings;
  readonly names: (names: Names) => Names;
} {
  const questions: Question[] = [];
  const defines: (readonly [string, Macro | undefined])[] = [];
  const own = new Set<string>();
  const macros = new Map<string, Macro | undefined>();
  const types = new Map<string, boolean>();
  const options = new Set<string>();
  return {
    questions,
    defines,
    around: around => ({
      macro(name) {
        if (macros.has(name)) return macros.get(name);
        const answer = around.macro(name);
        if (own.has(name)) return answer;
        macros.set(name, answer);
        questions.push({ kind: 'macro', name, answer });
        return answer;
      },
      config(name) {
        const answer = around.config(name);
        if (!options.has(name)) {
          options.add(name);
          questions.push({ kind: 'config', name, answer });
        }
        return answer;
      },
      predefined(name) {
        const answer = around.predefined(name);
        if (!options.has(`predefined ${name}`)) {
          options.add(`predefined ${name}`);
          questions.push({ kind: 'predefined', name, answer });
        }
        return answer;
      },
      define(name, macro) {
        own.add(name);
        macros.delete(name);
        defines.push([name, macro]);
        around.define(name, macro);
      },
    }),
    names: names => ({
      isType(name) {
        const known = types.get(name);
        if (known !== undefined) return known;
        const answer = names.isType(name);
        types.set(name, answer);
        questions.push({ kind: 'type', name, answer });
        return answer;
      },
    }),
  };
}

/** What stands further behind, or before, because of an edit above it. What is shared stays shared. */
function moved(unit: Unit, by: number): Unit {
  const made = new Map<object, unknown>();
  const copy = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const known = made.get(value);
    if (known !== undefined) return known;
    if (Array.isArray(value)) {
      const list: unknown[] = [];
      made.set(value, list);
      for (const v of value) list.push(copy(v));
      return list;
    }
    const to: Record<string, unknown> = {};
    made.set(value, to);
    const from = value as Readonly<Record<string, unknown>>;
    for (const key in from) {
      const v = from[key];
      if (typeof v === 'number') to[key] = key === 'start' || key === 'end' ? v + by : v;
      else to[key] = key === 'hidden' ? v : copy(v);
    }
    return to;
  };
  return {
    externals: unit.externals.map(e => copy(e) as External),
    problems: unit.problems.map(p => copy(p) as Problem),
  };
}

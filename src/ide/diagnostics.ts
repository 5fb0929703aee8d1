/**
 * Diagnostics of one file as plain data: what is wrong, where, why (related places in the order of the story), and the page
 * that explains the kind. Which kinds are on by themselves is in the table of kinds.
 */
import { neverCancelled, type CancelToken } from '../base/cancel';
import type { Span } from '../base/span';
import { runCheck } from '../kernel/checks/index';
import type { CheckInput, Related } from '../kernel/checks/input';
import { kinds, type CheckKind, type CheckMeaning } from '../kernel/checks/kinds';
import { typeOfCall } from './bits/structs';
import { variantsOf } from './diagnosticsVariants';
import { entriesOf } from './entries';
import { knowledge } from './knowledge';
import type { Scene } from './scene';

export { kinds, type CheckKind, type CheckMeaning };

export interface Diagnostic {
  /** In the file asked about. */
  readonly span: Span;
  readonly severity: CheckMeaning['severity'];
  readonly code: CheckKind;
  /** The page about this kind, relative to the extension's root. */
  readonly page: string;
  readonly message: string;
  /** May be in other files. */
  readonly related: readonly Related[];
}

export interface DiagnosticOptions {
  /** Kinds to switch on or off; the table's default otherwise. */
  readonly on?: Partial<Record<CheckKind, boolean>>;
  /** Looked at between checks; what was found until then is returned. */
  readonly cancel?: CancelToken;
}

/** Findings of some functions of a file. */
export interface DiagnosticsPart {
  readonly found: readonly Diagnostic[];
  /** Where to go on; undefined at the end of the file. */
  readonly next?: number;
}

/** The diagnostics of one file of the scene, in text order. */
export function diagnostics(
  scene: Scene,
  file: string,
  options: DiagnosticOptions = {},
): readonly Diagnostic[] {
  const cancel = options.cancel ?? neverCancelled;
  const { found } = diagnosticsFrom(scene, file, options, 0, () => cancel.cancelled);
  return [...found].sort((a, b) => a.span.start - b.span.start);
}

/**
 * The same piece by piece, so that a worker can answer others in between: from a place in the file's work (0, then the
 * `next` of the part before, of the same scene and options) until `enough` says so. One check of one function is never
 * broken off, and each part does at least one.
 */
export function diagnosticsFrom(
  scene: Scene,
  file: string,
  { on }: DiagnosticOptions,
  from: number,
  enough: () => boolean,
): DiagnosticsPart {
  const source = scene.files.find(f => f.path === file);
  const asked = kinds.filter(k => on?.[k.kind] ?? k.on);
  if (!source || asked.length === 0) return { found: [] };
  const functions = knowledge(scene).functions(source);
  const input = inputOf(scene);
  const found: Diagnostic[] = [];
  for (let step = from; step < functions.length * asked.length; step++) {
    if (step > from && enough()) return { found, next: step };
    const f = functions[Math.floor(step / asked.length)];
    const meaning = asked[step % asked.length];
    if (!f || !meaning) break;
    const { kind, severity, page } = meaning;
    for (const { facts, isBuilt } of variantsOf(scene, source, f))
      for (const { span, message, related, level } of runCheck(kind, facts, input)) {
        const known = found.some(d => d.code === kind && d.span.start === span.start);
        if (!known && [{ span }, ...related].every(r => isBuilt(r.span)))
          found.push({ span, severity: level ?? severity, code: kind, page, message, related });
      }
  }
  return { found };
}

const inputs = new WeakMap<Scene, CheckInput>();

/** One input for a scene, so that what the checks remember is kept for the next file of it. */
function inputOf(scene: Scene): CheckInput {
  const old = inputs.get(scene);
  if (old) return old;
  const k = knowledge(scene);
  const input: CheckInput = {
    survey: k.survey,
    corpus: scene.corpus,
    types: {
      ...k.types,
      callType: name => typeOfCall(k.survey.find(name), scene.corpus.macros(name)[0]?.macro.body),
    },
    get publications() {
      return k.publications;
    },
    get entries() {
      return entriesOf(scene);
    },
  };
  inputs.set(scene, input);
  return input;
}

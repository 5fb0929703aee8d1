/**
 * Diagnostics of one file as plain data: what is wrong, where, why (related places in the order of the story), and the page
 * that explains the kind. Which kinds are on by themselves is in the table of kinds.
 */
import { neverCancelled, type CancelToken } from '../base/cancel';
import type { Span } from '../base/span';
import { runChecks } from '../kernel/checks/index';
import type { CheckInput, Related } from '../kernel/checks/input';
import { kinds, type CheckKind, type CheckMeaning } from '../kernel/checks/kinds';
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
  /** Looked at between functions; what was found until then is returned. */
  readonly cancel?: CancelToken;
}

/** The diagnostics of one file of the scene, in text order. */
export function diagnostics(
  scene: Scene,
  file: string,
  options: DiagnosticOptions = {},
): readonly Diagnostic[] {
  const source = scene.files.find(f => f.path === file);
  const asked = kinds.filter(k => options.on?.[k.kind] ?? k.on);
  if (!source || asked.length === 0) return [];
  const k = knowledge(scene);
  const meaning = new Map(asked.map(a => [a.kind, a]));
  return runChecks(
    k.functions(source),
    asked.map(a => a.kind),
    inputOf(scene),
    options.cancel ?? neverCancelled,
  ).flatMap(({ kind, span, message, related }) => {
    const m = meaning.get(kind);
    return m ? [{ span, severity: m.severity, code: kind, page: m.page, message, related }] : [];
  });
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
    types: k.types,
    get publications() {
      return k.publications;
    },
  };
  inputs.set(scene, input);
  return input;
}

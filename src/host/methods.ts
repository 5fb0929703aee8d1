/**
 * What the worker can be asked: every method's parameters and result, as plain data that crosses a thread boundary. Paths
 * are the worker's; places have lines and columns, because the texts are in the worker.
 */
import type { BitFacts, BitSite } from '../ide/bits/bitFacts';
import type { Concurrency } from '../ide/concurrency';
import type { ContextEntry } from '../ide/contexts';
import type { DecodedWord, DecodeProblem } from '../ide/bits/decode';
import type { DecorationKind } from '../ide/decorations';
import type { CheckKind, Diagnostic } from '../ide/diagnostics';
import type { InlayHintKind, InlayHintText } from '../ide/inlayHints';
import type { LensVerdict } from '../ide/lenses';
import type { KeptStep, Told, ViewComparison, ViewPlay, ViewSlow, ViewWatch } from '../protocol/examined';
import type { ExaminedMessage, ExaminedWhat } from '../protocol/panel';
import type { IndexState } from '../protocol/worker';
import type { ReplayView, ViewPlace, ViewPosition } from '../protocol/view';
import type { Located } from './located';

/** An open or visible file and the open files beside it, which "who sets this bit" is answered for. */
export interface FileParams {
  readonly path: string;
  readonly open: readonly string[];
}

export interface DecorationData {
  readonly kind: DecorationKind;
  readonly place: ViewPlace;
  readonly depth: number;
  readonly label: string;
  readonly hover: string;
  readonly ruler: boolean;
  readonly written?: true;
}

export interface HoverData {
  readonly place: ViewPlace;
  /** Links to places are `racelens:PATH#LINE,COLUMN`; the extension turns them into commands. */
  readonly markdown: string;
}

export interface LensData {
  readonly key: string;
  readonly place: ViewPlace;
  readonly title: string;
  readonly tooltip: string;
  readonly action: 'simulate' | 'apply' | 'none';
  readonly function: string;
}

export interface EditData {
  readonly place: ViewPlace;
  readonly newText: string;
}

export interface ActionData {
  readonly title: string;
  readonly key: string;
  readonly edits: readonly EditData[];
  readonly preferred: boolean;
}

export interface HarnessThreadData {
  readonly name: string;
  readonly context: string;
  readonly place: ViewPlace;
}

export interface HarnessData {
  readonly path: string;
  readonly threads: readonly HarnessThreadData[];
  readonly expects?: string;
}

export interface HarnessMatchData {
  readonly path: string;
  readonly threads: readonly string[];
  readonly includesFile: boolean;
  readonly functions: readonly string[];
}

export interface RecipeData {
  readonly text: string;
  readonly name: string;
  readonly roles: Readonly<Record<string, string>>;
}

export interface CheckParams {
  readonly harness: string;
  /** Execute this schedule in place of exploring. */
  readonly schedule?: string;
  /** Run on the text with these edits made, without touching it. */
  readonly edits?: readonly EditData[];
  readonly maxStates: number;
  /** Wall time after which the run ends in `cannot-tell`. */
  readonly maxSeconds: number;
}

/** A question about the last run of a harness. */
export interface AfterwardsParams {
  readonly harness: string;
  /** Work after which there is no answer, in seconds. */
  readonly maxSeconds: number;
}

export interface StatusData {
  readonly facts: number;
  readonly root?: string;
}

/** What the view “Concurrency” shows. */
export interface ConcurrencyData extends Located<Concurrency> {
  /** Equal for equal data: a view that has it need not be drawn again. */
  readonly stamp: string;
  /** False while the index of the tree is being made: something may be missing. */
  readonly complete: boolean;
}

export interface InlayHintData {
  readonly kind: InlayHintKind;
  readonly position: ViewPosition;
  readonly text: InlayHintText;
  readonly tooltip: string;
}

/** What is done to a bit in a tree. */
export interface BitSitesData extends Pick<BitFacts, 'bit' | 'number' | 'words' | 'complete' | 'problems'> {
  readonly sites: readonly (Pick<
    BitSite,
    'function' | 'kind' | 'operation' | 'through' | 'atomic' | 'word' | 'until' | 'maybe'
  > & {
    readonly place: ViewPlace;
    /** `fully ordered: a barrier before and after`. */
    readonly ordering: string;
    /** The line of code, without its indentation. */
    readonly line: string;
  })[];
}

/** So many decorations come in one answer: taking it in must not hold the thread that it comes to. */
export const decorationPage = 800;

/** Method name to [parameters, result]. */
export interface Methods {
  /** A page of at most `decorationPage`, from a number on; a page that is full may have another behind it. */
  readonly decorations: readonly [FileParams & { readonly from?: number }, readonly DecorationData[]];
  readonly hover: readonly [FileParams & { readonly position: ViewPosition }, HoverData | undefined];
  /** Of the file, or of all open files of its tree; `same` if that is what the view shows. Undefined for no file. */
  readonly concurrency: readonly [
    FileParams & { readonly scope: 'file' | 'workspace'; readonly shown?: string },
    ConcurrencyData | 'same' | undefined,
  ];
  /**
   * Works out for the functions between two lines what is so when they are entered, as far as one call may take; then
   * `decorations` and `concurrency` know it. `changed`: something new is known; `done`: nothing is left to work out.
   */
  readonly deepen: readonly [
    FileParams & { readonly start: number; readonly end: number },
    { readonly changed: boolean; readonly done: boolean },
  ];
  /**
   * The contexts that the functions of the file (or of all open files of its tree) run in, worked out as far as one call may
   * take: `next` is the `from` of the call that goes on, of the same text, and absent at the end. `mergedContexts` puts the
   * parts together. Undefined for no file.
   */
  readonly contexts: readonly [
    FileParams & { readonly scope: 'file' | 'workspace'; readonly from?: number },
    { readonly found: readonly Located<ContextEntry>[]; readonly next?: number } | undefined,
  ];
  /**
   * Kinds that `on` does not name are as the table of kinds says. As far as one call may take: `next` is the `from` of the
   * call that goes on, of the same text, and absent at the end.
   */
  readonly diagnostics: readonly [
    FileParams & { readonly on: Partial<Record<CheckKind, boolean>>; readonly from?: number },
    { readonly found: readonly Located<Diagnostic>[]; readonly next?: number },
  ];
  /** Everything that is done to a bit, or to the bits of a mask, in the tree of a file. Undefined for no file. */
  readonly bitSites: readonly [FileParams & { readonly bit: string }, BitSitesData | undefined];
  /** The state words that the file and the open files know, those of most accesses first. */
  readonly stateWords: readonly [
    FileParams,
    readonly { readonly word: string; readonly bits: number; readonly accesses: number }[],
  ];
  /** A value with the names of its bits; not `complete` while the index of the tree is being made. */
  readonly decode: readonly [
    FileParams & { readonly word: string; readonly value: string },
    ((DecodedWord | DecodeProblem) & { readonly complete: boolean }) | undefined,
  ];
  readonly inlayHints: readonly [
    FileParams & {
      readonly start: ViewPosition;
      readonly end: ViewPosition;
      readonly kinds: readonly InlayHintKind[];
    },
    readonly InlayHintData[],
  ];
  readonly lenses: readonly [
    FileParams & { readonly verdicts: Readonly<Record<string, LensVerdict>> },
    readonly LensData[],
  ];
  readonly actions: readonly [
    FileParams & { readonly start: ViewPosition; readonly end: ViewPosition },
    readonly ActionData[],
  ];
  /** The edits behind a lens, found anew in the present text; undefined if it has none any more. */
  readonly fix: readonly [FileParams & { readonly key: string }, ActionData | undefined];
  readonly harness: readonly [{ readonly path: string }, HarnessData | undefined];
  readonly harnesses: readonly [
    { readonly path: string; readonly candidates: readonly string[]; readonly function?: string },
    readonly HarnessMatchData[],
  ];
  readonly functionAt: readonly [
    { readonly path: string; readonly position: ViewPosition },
    string | undefined,
  ];
  readonly recipe: readonly [
    { readonly open: readonly string[]; readonly beside: string },
    RecipeData | undefined,
  ];
  readonly check: readonly [CheckParams, ReplayView];
  /** About the last run of a harness; other requests are answered meanwhile. */
  readonly examine: readonly [AfterwardsParams & { readonly what: ExaminedWhat }, ExaminedMessage];
  readonly slow: readonly [
    AfterwardsParams & { readonly call: string; readonly factor?: number },
    Told<ViewSlow>,
  ];
  /** A path of choices in the last run's program, and what can be chosen at its end. */
  readonly play: readonly [
    AfterwardsParams & { readonly choices: readonly string[]; readonly at?: number },
    Told<ViewPlay>,
  ];
  /** Values of C expressions at every moment of the last run's trace, or of a play's. */
  readonly watch: readonly [
    {
      readonly harness: string;
      readonly expressions: readonly string[];
      readonly play?: { readonly choices: readonly string[]; readonly at: number };
      readonly maxSeconds: number;
    },
    readonly ViewWatch[],
  ];
  /**
   * The last run's schedule, or these steps, on the text with edits made, or as it is now: how far it fits, and how it ends
   * there.
   */
  readonly compare: readonly [
    {
      readonly harness: string;
      readonly title: string;
      readonly edits?: readonly EditData[];
      readonly steps?: readonly KeptStep[];
    },
    Told<ViewComparison>,
  ];
  readonly model: readonly [{ readonly harness: string }, string];
  /** Of the index of identifiers; the first tree's without a root. */
  readonly index: readonly [
    { readonly root?: string; readonly action: 'start' | 'cancel' | 'state' },
    IndexState,
  ];
  readonly status: readonly [{ readonly path: string }, StatusData | undefined];
}

export type MethodName = keyof Methods;
export type Params<M extends MethodName> = Methods[M][0];
export type Result<M extends MethodName> = Methods[M][1];

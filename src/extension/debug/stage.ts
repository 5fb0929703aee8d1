/**
 * What the debug adapter debugs: a schedule that has been executed, and the place in it that the panel shows as well. The
 * adapter knows nothing of VS Code and of the engine; `register.ts` hands it this.
 */
import type { ViewTrace } from '../../protocol/view';

export interface Stage {
  /** `netpoll.race.c`. */
  readonly title: string;
  /** `hang`, `use-after-free` … */
  readonly kind: string;
  /** The verdict in one sentence. */
  readonly summary: string;
  readonly trace: ViewTrace;
  /** How many steps have been executed, 0 … `trace.steps.length`. The panel's current step is the last of them. */
  position(): number;
  goTo(position: number): void;
  /** Tells of moves that somebody else makes (the panel). */
  onDidMove(listener: () => void): { dispose(): void };
  /** A C expression after so many steps; a `problem` says why it has no value. */
  evaluate(
    expression: string,
    position: number,
  ): Promise<{ readonly value: string } | { readonly problem: string }>;
}

/** What a launch configuration asks for. */
export interface Launch {
  /** The file of the harness, as the configuration has it. */
  readonly harness: string;
  /** Replay this one in place of exploring. */
  readonly schedule?: string;
  /** So many steps are executed at the start; the default is none. */
  readonly step?: number;
}

/** Why there is nothing to debug; `good` if the reason is that nothing was found. */
export interface NoStage {
  readonly message: string;
  readonly good: boolean;
}

/** Texts in the reader's language: `vscode.l10n.t`. */
export type Translate = (text: string, ...values: readonly (string | number)[]) => string;

/** What the adapter needs from the editor. */
export interface Backstage {
  readonly t: Translate;
  open(launch: Launch): Promise<Stage | NoStage>;
  /** The worker's path as the debugger's, and back. */
  toDebugger(path: string): string;
  fromDebugger(path: string): string;
}

export function isStage(opened: Stage | NoStage): opened is Stage {
  return 'trace' in opened;
}

/**
 * A harness made up from the open files: a polled object of NAPI's shape (a word with a bit that its owner must clear,
 * a poll callback, a completion, a disabling waiter) with the publication that can hurt it. Found by structure, never
 * by name; shown to the user as an editable text.
 */
import type { Scene } from './scene';

export interface Recipe {
  /** C text of a `*.race.c`. */
  readonly text: string;
  /** `netpoll_setup.race.c`. */
  readonly name: string;
  /** Which function plays which part, for the message to the user. */
  readonly roles: Readonly<Record<string, string>>;
}

/** `beside`: the path of the folder that includes are to be relative to. */
export function recipe(_scene: Scene, _beside: string): Recipe | undefined {
  return undefined;
}

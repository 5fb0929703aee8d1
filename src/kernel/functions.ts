/** Facts of functions and files, cached by the function's text. */

/** Holds what was found out about function texts. Made by createFactStore(). */
export interface FactStore {
  /** Number of function texts held. */
  readonly size: number;
}

export function createFactStore(): FactStore {
  return { size: 0 };
}

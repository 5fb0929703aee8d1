/** Ends an exhaustive switch: a new case of the union breaks the build here. Throws if reached all the same. */
export function unreachable(value: never): never {
  throw new Error(`unreachable case ${JSON.stringify(value)}: a new variant is not handled here`);
}

/** Throws for a bug of ours: says which invariant was violated. Never for bad input. */
export function invariant(condition: unknown, violated: string): asserts condition {
  if (!condition) throw new Error(`internal: ${violated}`);
}

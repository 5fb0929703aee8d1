/** The end of an exhaustive switch: a new member of the union breaks the build here. */
export function unreachable(value: never): never {
  throw new Error(`no case for ${JSON.stringify(value)}; a union has grown and a switch has not`);
}

/** Strings as engines hold them. */

/** A name with memory of its own. */
export function detachedName(name: string): string {
  // Shorter slices are copies.
  return name.length < 13 ? name : detached(name);
}

/**
 * The same string with memory of its own. A slice of a text holds on to the whole text in today's engines: what is kept for
 * long, as the key of a table, would keep whole files.
 */
export function detached(slice: string): string {
  return JSON.parse(JSON.stringify(slice)) as string;
}

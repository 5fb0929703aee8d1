/** Which files of a tree have an identifier in their text. */
export interface Identifiers {
  /**
   * Paths of .c and .h files that have the identifier, in path order; a few may have it only in a comment, or (being found
   * by hash) not at all. `pending`: files have to be fetched first.
   */
  filesWith(name: string): readonly string[] | 'pending';
  /** All files of the scope are in. */
  complete(): boolean;
}

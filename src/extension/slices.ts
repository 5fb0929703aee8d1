/**
 * Long work in pieces: the extension host's thread is everybody's, and nothing of ours may hold it for more than 8 ms.
 * Half of that is what a piece may take by the clock; what comes between two looks at the clock stays far below the rest.
 */

/** A piece ends after so many milliseconds. */
const longest = 4;
/** Lets everything else that waits have its turn. */
export function breathe(): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, 0);
  });
}

/**
 * Does the work for every item, in order; ends early, with false, as soon as it is stale. The clock is looked at after every
 * `batch` items: one where an item is a lot of work.
 */
export async function inSlices<T>(
  items: Iterable<T>,
  isStale: () => boolean,
  work: (item: T) => void,
  batch = 16,
): Promise<boolean> {
  if (isStale()) return false;
  let began = performance.now();
  let done = 0;
  for (const item of items) {
    work(item);
    if (++done % batch !== 0 || performance.now() - began < longest) continue;
    await breathe();
    if (isStale()) return false;
    began = performance.now();
  }
  return true;
}

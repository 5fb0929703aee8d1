/**
 * What is kept with an object of which one version follows the other: a scene, a survey, a file between two keystrokes.
 *
 * A WeakMap would say the same, but engines collect young objects apart from old ones, and hold what an old WeakMap has for
 * young keys until they collect everything. So each version would be moved to the old objects, which costs more than making
 * it. Here the object itself holds the value; copies of the object do not.
 */
export interface Notes<K extends object, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): void;
}

/** `name` is for who looks at a heap. */
export function notesOn<K extends object, V>(name: string): Notes<K, V> {
  const slot = Symbol(name);
  return {
    get: key => (key as { readonly [slot]?: V })[slot],
    set(key, value) {
      // Spreading the object must not take it along.
      Object.defineProperty(key, slot, { value, enumerable: false, configurable: true, writable: true });
    },
  };
}

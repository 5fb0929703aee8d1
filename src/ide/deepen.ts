/**
 * Entry states in the background. What is so when a function is entered depends on the whole tree and may take a second to
 * find out, too long to wait for with every keystroke: marks show what was known before, and this brings it up to date,
 * piece by piece.
 */
import type { Situation } from '../kernel/entry/answers';
import { functionsOf } from '../kernel/functions';
import type { SourceFile } from '../syntax/source';
import { entriesOf, entryOf, knownEntry } from './entries';
import type { Scene } from './scene';

/** Works on the functions between two offsets until `enough` says so; at least one is worked out. */
export function deepen(
  scene: Scene,
  file: SourceFile,
  start: number,
  end: number,
  enough: () => boolean,
): { readonly changed: boolean; readonly done: boolean } {
  let changed = false;
  let worked = false;
  for (const f of functionsOf(file, scene.facts)) {
    if (f.item.end < start || f.item.start > end || entriesOf(scene).known(f)) continue;
    if (worked && enough()) return { changed, done: false };
    const before = knownEntry(scene, f);
    if (!same(before, entryOf(scene, f))) changed = true;
    worked = true;
  }
  return { changed, done: true };
}

function same(a: Situation | undefined, b: Situation): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}

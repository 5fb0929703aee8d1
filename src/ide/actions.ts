/** Code actions: the fix of a publication without a grace period, from anywhere in the functions concerned. */
import type { SourceFile } from '../syntax/source';
import { fix } from './fix';
import { knowledge } from './knowledge';
import { keyOf } from './lenses';
import type { Scene, TextEdit } from './scene';

export interface Action {
  readonly title: string;
  readonly kind: 'quickfix';
  readonly edits: readonly TextEdit[];
  /** The one to apply on "fix this". */
  readonly preferred: boolean;
  /** The key of the lens that offers the same. */
  readonly key: string;
}

/** For the range [start, end) of a file. */
export function actions(scene: Scene, file: SourceFile, start: number, end: number): readonly Action[] {
  const k = knowledge(scene);
  const here = new Set(
    k
      .functions(file)
      .filter(f => f.item.start <= end && start <= f.item.end)
      .map(f => f.name),
  );
  return k.publications.flatMap(p => {
    const concerns = p.chain.some(name => here.has(name)) || here.has(p.function);
    const edit = concerns ? fix(scene, p) : undefined;
    if (!edit) return [];
    return [
      {
        title: `Wait for a grace period after publishing ${p.pointer} in ${p.function}()`,
        kind: 'quickfix' as const,
        edits: [edit],
        preferred: true,
        key: keyOf(p),
      },
    ];
  });
}

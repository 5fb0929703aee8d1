/** Finds what an `#include` names, and everything that sources reach through their includes. */
import { evaluateConditions, type NameLookup } from '../syntax/condition';
import { folderOf, join } from './paths';
import type { Reader } from './reader';
import type { Config, Scope } from './tree';

/** Where the kernel's makefiles look, in their order. The last but one is for what `asm/` falls back to. */
const searchFolders: readonly string[] = [
  'include',
  'arch/x86/include',
  'arch/x86/include/generated',
  'include/uapi',
  'arch/x86/include/uapi',
  'arch/x86/include/generated/uapi',
  'include/generated/uapi',
];

export interface Places {
  readonly root: string | undefined;
  readonly folder: string | undefined;
  /** Headers that come with Racelens, by the name in the #include. */
  readonly bundled: ReadonlyMap<string, string>;
}

/** Folders that the Makefile of a source's folder adds, in the simple form: `ccflags-y += -I $(srctree)/a/b`. */
function foldersOfMakefile(reader: Reader, root: string, folder: string): readonly string[] {
  const path = join(folder, 'Makefile');
  const text = reader.exists(path) ? (reader.text(path) ?? '') : '';
  return [...text.matchAll(/-I\s*\$\((?:(srctree)|src)\)(?:\/([\w./-]*))?(?=\s|$)/g)].map(([, tree, rest]) =>
    join(tree === undefined ? folder : root, (rest ?? '').replace(/\/$/, '') || '.'),
  );
}

export function resolveInclude(
  reader: Reader,
  places: Places,
  from: string,
  target: string,
  angled: boolean,
): string | undefined {
  const { root, folder } = places;
  const beside = join(folderOf(from), target);
  const candidates: string[] = [];
  if (!angled) candidates.push(beside);
  if (!angled && root !== undefined) candidates.push(join(root, target));
  if (root !== undefined) {
    for (const f of searchFolders) candidates.push(join(root, `${f}/${target}`));
    // What the build would generate: arch headers that only include the generic ones.
    if (target.startsWith('asm/'))
      for (const f of ['include', 'include/uapi'])
        candidates.push(join(root, `${f}/asm-generic/${target.slice(4)}`));
    if (angled) candidates.push(join(root, target));
  }
  if (folder !== undefined) candidates.push(join(folder, target), join(folder, `include/${target}`));
  if (angled) candidates.push(beside);
  if (!angled && root !== undefined && !candidates.some(p => p !== from && reader.exists(p)))
    for (const f of foldersOfMakefile(reader, root, folderOf(from))) candidates.push(join(f, target));
  const bundled = places.bundled.has(target) ? target : undefined;
  for (const path of new Set(candidates)) if (path !== from && reader.exists(path)) return path;
  return bundled;
}

/** What files include under one config, and whether that is a source: texts need not be held for it. */
export type Reached = Map<string, readonly (readonly [path: string, isSource: boolean])[]>;

/** Breadth first, so that headers come nearest first. Included `.c` files count as sources. */
export function closureOf(
  reader: Reader,
  sources: readonly string[],
  config: Config,
  resolve: (from: string, target: string, angled: boolean) => string | undefined,
  known: Reached = new Map(),
): Scope {
  const lookup: NameLookup = name => config.value(name);
  const ordered: string[] = [];
  const seen = new Set<string>();
  const headers: string[] = [];
  let level: string[] = [];

  // Sources first, in the order in which the compiler would meet them.
  const addSource = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    ordered.push(path);
    for (const [to, isSource] of reached(path)) {
      if (isSource) addSource(to);
      else level.push(to);
    }
  };
  const reached = (path: string): readonly (readonly [string, boolean])[] => {
    const before = known.get(path);
    if (before) return before;
    const source = reader.file(path);
    if (!source) return [];
    const found: (readonly [string, boolean])[] = [];
    for (const include of source.includes) {
      if (include.conditions.length > 0 && evaluateConditions(include.conditions, lookup) === false) continue;
      const to = resolve(path, include.target, include.angled);
      if (to !== undefined) found.push([to, to.endsWith('.c')]);
    }
    // What is on its way may be found later.
    if (!reader.slow()) known.set(path, found);
    return found;
  };

  for (const s of sources) addSource(s);
  while (level.length > 0) {
    const next: string[] = [];
    for (const path of level) {
      if (seen.has(path)) continue;
      seen.add(path);
      headers.push(path);
      for (const [to] of reached(path)) next.push(to);
    }
    level = next;
  }
  return { sources: ordered, headers };
}

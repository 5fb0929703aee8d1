/**
 * How much of what looks like a primitive is known: every use of such a name in net/, kernel/ and drivers/net.
 *
 * A *use* is a call in a function's body or in a macro's, or a macro that stands at file level (`DEFINE_MUTEX(m);`); calls
 * through a member (`ops->lock()`) name no function and are none. A name *looks like a primitive* by its words: those of
 * locking, atomics, RCU, waiting, barriers, bit operations, timers, works, references, per-CPU data, contexts
 * (`looksLikePrimitive` of src/kernel/roles.ts; tracepoints and names that end in `_id`, `_name`, `_stats` … do not). Names
 * of the catalogue that do not sound like it (`kfree`, `dev_put`, `list_del`) are counted apart: `shareOfAll`.
 *
 * Each use is one of
 * - `catalogue`: the table says what it does;
 * - `section wrapper`: its body was read; it begins or ends a section for its caller (survey.ts);
 * - `role wrapper`: its body was read; it is short and wraps primitives (roles.ts);
 * - `function`: its body was read, and it is none of these: sections that it begins it ends, it is no thin cover of
 *   anything. These only sound like primitives, and are left out of the share;
 * - `unknown`: no body was found.
 * classified = (catalogue + section wrapper + role wrapper) / (those + unknown), of names that look like primitives.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Corpus } from '../src/kernel/corpus';
import { primitive } from '../src/kernel/primitives';
import { looksLikePrimitive, reading } from '../src/kernel/roles';
import { survey } from '../src/kernel/sections/survey';
import type { Tree } from '../src/tree/tree';

export const classes = [
  'catalogue',
  'catalogue, other names',
  'section wrapper',
  'role wrapper',
  'function',
  'unknown',
] as const;
export type Class = (typeof classes)[number];

export interface Name {
  readonly name: string;
  readonly from: string;
  readonly uses: number;
  readonly class: Class;
}

export interface Classified {
  /** Per cent, of names that look like primitives. */
  readonly share: number;
  /** With the rest of the catalogue. */
  readonly shareOfAll: number;
  readonly uses: Readonly<Record<Class, number>>;
  /** Most used first. */
  readonly names: readonly Name[];
}

const hidden = /\/\*[^]*?(?:\*\/|$(?![^]))|\/\/[^\n]*|"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*'/g;
const call = /(?<![\w>.]|->\s|\.\s)([A-Za-z_]\w*)\s*\(/g;

export function classified(tree: Tree, corpus: Corpus, folders: readonly string[]): Classified {
  const seen = new Map<string, { readonly name: string; readonly from: string; uses: number }>();
  for (const path of folders.flatMap(f => sources(f, /\.[ch]$/))) {
    const source = tree.file(path);
    if (!source) continue;
    const code = source.text.replace(hidden, m => m.replace(/[^\n]/g, ' '));
    const own = new Set(
      source.items.flatMap(i => (i.kind === 'function' || i.kind === 'macro' ? [i.name] : [])),
    );
    const use = (name: string): void => {
      if (!primitive(name) && !looksLikePrimitive(name)) return;
      const key = own.has(name) ? `${name} ${path}` : name;
      const known = seen.get(key);
      if (known) known.uses++;
      else seen.set(key, { name, from: path, uses: 1 });
    };
    for (const item of source.items) {
      if (item.kind === 'invocation') use(item.name);
      if (item.kind !== 'function' && item.kind !== 'macro' && item.kind !== 'invocation') continue;
      const start =
        item.kind === 'macro' ? item.nameStart + item.name.length : code.indexOf('{', item.nameStart);
      if (start < 0 || start >= item.end) continue;
      for (const m of code.slice(start, item.end).matchAll(call)) use(m[1] ?? '');
    }
  }
  const about = survey({ functions: [], corpus });
  const names: Name[] = [];
  const uses: Record<Class, number> = {
    catalogue: 0,
    'catalogue, other names': 0,
    'section wrapper': 0,
    'role wrapper': 0,
    function: 0,
    unknown: 0,
  };
  const classOf = (name: string, from: string): Class => {
    if (primitive(name)) return looksLikePrimitive(name) ? 'catalogue' : 'catalogue, other names';
    if (about.wrapper(name, from)) return 'section wrapper';
    const { read, roles } = reading(name, from, corpus);
    return roles.length > 0 ? 'role wrapper' : read ? 'function' : 'unknown';
  };
  for (const one of seen.values()) {
    const c = classOf(one.name, one.from);
    uses[c] += one.uses;
    names.push({ ...one, class: c });
  }
  names.sort((a, b) => b.uses - a.uses || (a.name < b.name ? -1 : 1));
  const known = uses.catalogue + uses['section wrapper'] + uses['role wrapper'];
  const others = uses['catalogue, other names'];
  return {
    share: per(known, uses.unknown),
    shareOfAll: per(known + others, uses.unknown),
    uses,
    names,
  };
}

function per(known: number, unknown: number): number {
  return known + unknown === 0 ? 100 : (100 * known) / (known + unknown);
}

/** Files below a folder, in a stable order. */
export function sources(folder: string, ending: RegExp): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(e =>
      e.isDirectory()
        ? sources(join(folder, e.name), ending)
        : ending.test(e.name)
          ? [join(folder, e.name)]
          : [],
    );
}

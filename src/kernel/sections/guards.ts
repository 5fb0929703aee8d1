/**
 * Guard classes that the tree itself defines: DEFINE_GUARD and its like say what `guard(class)(x)` and `CLASS(class, v)(x)`
 * begin, DEFINE_FREE what the end of the scope of a variable declared with `__free(name)` ends.
 *
 * The arguments of those definitions are text with `_T` in place of the object, and are read as bodies of macros are.
 * Left out: definitions made by macros of a subsystem's own.
 */
import type { Corpus, Definition } from '../corpus';
import { macroEffects, splitArguments } from './macros';
import { RETURNED, tidyLock, type CallEffects, type Effect } from './sections';

export interface Guards {
  /** What a guard of that class begins in a file; undefined if the tree does not define the class. */
  begins(
    guardClass: string,
    args: readonly string[],
    variable: string | undefined,
    from: string,
  ): readonly Effect[] | undefined;
  /** What `__free(name)` of a variable ends. */
  frees(name: string, variable: string, from: string): readonly Effect[];
  /** The texts of the definitions that a function's text asks for: another one may mean another answer. */
  textsFor(words: GuardWords, from: string): string;
}

/** Names of guard classes and of `__free()` in a function. */
export interface GuardWords {
  readonly classes: readonly string[];
  readonly frees: readonly string[];
}

/** A definition taken apart. */
interface Class {
  readonly kind: 'guard' | 'lock' | 'nothing' | 'class';
  /** What the beginning runs. */
  readonly begin: string;
  /** What the end runs; absent for conditional forms, which end as the plain ones do. */
  readonly end?: string;
  /** Of a CLASS: names of what it is made of. */
  readonly parameters: readonly string[];
}

/** How the arguments of each defining macro are laid out behind the name of the class. */
const plain: Readonly<Record<string, (args: readonly string[]) => Class>> = {
  DEFINE_GUARD: ([, begin = '', end = '']) => ({ kind: 'guard', begin, end, parameters: [] }),
  DEFINE_LOCK_GUARD_1: ([, begin = '', end = '']) => ({ kind: 'lock', begin, end, parameters: [] }),
  DEFINE_LOCK_GUARD_0: ([begin = '', end = '']) => ({ kind: 'nothing', begin, end, parameters: [] }),
  DEFINE_CLASS: ([, end = '', begin = '', ...parameters]) => ({
    kind: 'class',
    begin,
    end,
    parameters: parameters.map(p => /([A-Za-z_]\w*)\W*$/.exec(p)?.[1] ?? ''),
  }),
};

/** Those that add a form to a class: the suffix comes first. */
const forms: Readonly<Record<string, Class['kind']>> = {
  DEFINE_GUARD_COND: 'guard',
  DEFINE_LOCK_GUARD_1_COND: 'lock',
};

export function guardsOf(corpus: Corpus, effectsIn: (from: string) => CallEffects): Guards {
  const known = new Map<string, Class | undefined>();
  const freed = new Map<string, string>();

  const classOf = (name: string, from: string): Class | undefined => {
    const key = `${name} ${from}`;
    if (!known.has(key)) known.set(key, lookUp(name, from));
    return known.get(key);
  };
  const lookUp = (name: string, from: string): Class | undefined => {
    for (const { macro, args } of invocations(Object.keys(plain), name, from)) {
      const made = plain[macro]?.(args.slice(1));
      if (made) return made;
    }
    for (let i = name.indexOf('_', 1); i > 0; i = name.indexOf('_', i + 1))
      for (const { macro, args } of invocations(Object.keys(forms), name.slice(0, i), from)) {
        const kind = forms[macro];
        if (kind && args[1] === name.slice(i)) return { kind, begin: args[2] ?? '', parameters: [] };
      }
    return undefined;
  };
  const bodyOfFree = (name: string, from: string): string => {
    const key = `${name} ${from}`;
    let body = freed.get(key);
    if (body === undefined) {
      const [first] = invocations(['DEFINE_FREE'], name, from);
      freed.set(key, (body = first?.args.slice(2).join(', ') ?? ''));
    }
    return body;
  };
  const invocations = (
    macros: readonly string[],
    first: string,
    from: string,
  ): readonly { macro: string; args: readonly string[] }[] =>
    (corpus.invocations?.(macros, first, from) ?? []).map(d => ({
      macro: d.item.name,
      args: argumentsOf(d),
    }));

  return {
    begins(name, args, variable, from) {
      const found = classOf(name, from);
      if (!found) return undefined;
      const { kind } = found;
      if (kind === 'class' && !ends(found, from)) return [];
      const object = args[0] ?? '';
      const body =
        kind === 'lock' ? found.begin.replace(/\b_T\s*->\s*lock\b/g, () => `(${object})`) : found.begin;
      const [names, values] = kind === 'class' ? [found.parameters, args] : [['_T'], [object]];
      return macroEffects(body, names, values, effectsIn(from)).flatMap(e =>
        // A failed try leaves the scope by itself.
        e.role === 'end' ? [] : [{ ...named(e, variable ?? object), role: 'begin' as const }],
      );
    },
    frees(name, variable, from) {
      const body = bodyOfFree(name, from);
      return body === ''
        ? []
        : macroEffects(body, ['_T'], [variable], effectsIn(from)).flatMap(({ when, ...e }) =>
            // Whoever holds the lock has something in the variable.
            e.role === 'end' ? [when && when.text !== variable ? { ...e, when } : e] : [],
          );
    },
    textsFor: ({ classes, frees }, from) =>
      [...classes.map(c => JSON.stringify(classOf(c, from))), ...frees.map(f => bodyOfFree(f, from))].join(),
  };

  function ends({ end }: Class, from: string): boolean {
    return (
      end !== undefined && macroEffects(end, ['_T'], ['_T'], effectsIn(from)).some(e => e.role === 'end')
    );
  }
}

/** The lock of what is returned is that of the variable. */
function named(e: Effect, variable: string): Effect {
  return e.lock?.includes(RETURNED) ? { ...e, lock: tidyLock(e.lock.replace(RETURNED, variable)) } : e;
}

/** The arguments of an invocation as text, each in one line. */
function argumentsOf({ source, item }: Definition): readonly string[] {
  const text = source.text.slice(item.start, item.end);
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  return splitArguments(text.slice(open + 1, close)).map(a => a.replace(/\s+/g, ' '));
}

/** The guard classes and `__free()`s that a function names, which calls `calls`. */
export function guardWordsIn(text: string, calls: { has(word: string): boolean }): GuardWords {
  const all = (pattern: RegExp): readonly string[] => [
    ...new Set([...text.matchAll(pattern)].map(m => m[1] ?? '')),
  ];
  const isGuarded = ['guard', 'scoped_guard', 'scoped_cond_guard', 'CLASS', 'ACQUIRE'].some(w =>
    calls.has(w),
  );
  return {
    classes: isGuarded ? all(/\b(?:guard|scoped_guard|scoped_cond_guard|CLASS|ACQUIRE)\s*\(\s*(\w+)/g) : [],
    frees: text.includes('__free') ? all(/\b__free\s*\(\s*(\w+)\s*\)/g) : [],
  };
}

/** The variables of a declaration that something is done to at the end of their scope. */
export function freedIn(
  declaration: string,
): readonly { readonly variable: string; readonly name: string }[] {
  return [...declaration.matchAll(/\b([A-Za-z_]\w*)\s+__free\s*\(\s*(\w+)\s*\)/g)].map(m => ({
    variable: m[1] ?? '',
    name: m[2] ?? '',
  }));
}

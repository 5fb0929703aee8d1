/**
 * What the view “Concurrency” lists: state words with their bits, RCU pointers, locks and contexts, each with the places
 * where something is done to it. Of one file, or of all files of the scene. Plain data: the editor makes the words.
 */
import type { Span } from '../base/span';
import type { AccessKind } from '../kernel/words/accesses';
import { fateWords, stretchesOf } from '../kernel/sections/extents';
import { spanOf, type FunctionFacts } from '../kernel/functions';
import { keyOfPath } from '../kernel/places';
import { pointersOf, type PointerAccessKind } from '../kernel/pointers';
import type { Ordering } from '../kernel/primitives';
import { meanings, type SectionKind } from '../kernel/sections/sections';
import { conditionOf } from '../kernel/sections/survey';
import type { SourceFile } from '../syntax/source';
import { knownContexts, type ContextEntry } from './contexts';
import { knowledge, type Knowledge } from './knowledge';
import type { Scene } from './scene';

/** Something done to a bit, or to a whole word. */
export interface AccessSite {
  readonly function: string;
  readonly access: AccessKind;
  readonly via: string;
  readonly atomic: boolean;
  readonly ordering: Ordering;
  /** Only on some ways. */
  readonly maybe: boolean;
  /** For a wait: what it waits for. */
  readonly until?: 'set' | 'clear';
  readonly span: Span;
}

export interface BitEntry {
  /** `NAPI_STATE_SCHED`; absent for accesses to the whole word. */
  readonly name?: string;
  readonly number?: number;
  readonly comment?: string;
  readonly sites: readonly AccessSite[];
}

export interface WordEntry {
  /** `napi_struct.state`. */
  readonly name: string;
  readonly bits: readonly BitEntry[];
}

export interface PointerSite {
  readonly function: string;
  readonly access: Exclude<PointerAccessKind, 'grace-period'>;
  readonly via: string;
  readonly span: Span;
}

export interface PointerEntry {
  /** `net_device.npinfo`, or as it is written where its struct is not known. */
  readonly name: string;
  readonly sites: readonly PointerSite[];
}

export interface LockSite {
  readonly function: string;
  /** The wrapper that takes it. */
  readonly via?: string;
  /** Taken only while this is set. */
  readonly guard?: string;
  /** How it ends, unless it does so on every path: `handed to the caller`. */
  readonly ending?: string;
  readonly span: Span;
}

export interface LockEntry {
  /** `netpoll_info.dev_lock`; for RTNL and its like the name itself. */
  readonly name: string;
  readonly kind: SectionKind;
  /** `mutex`, `spinlock`. */
  readonly words: string;
  readonly sites: readonly LockSite[];
}

export interface Concurrency {
  readonly words: readonly WordEntry[];
  readonly pointers: readonly PointerEntry[];
  readonly locks: readonly LockEntry[];
  /** As far as they have been worked out; contexts.ts has the rest. */
  readonly contexts: readonly ContextEntry[];
}

/** Of one file of the scene, or of all of them. Everything by name, places in text order. */
export function concurrency(scene: Scene, file: SourceFile | undefined): Concurrency {
  const k = knowledge(scene);
  const functions = (file ? [file] : scene.files).flatMap(f => k.functions(f));
  return {
    words: wordsOf(k, functions),
    pointers: pointersIn(k, functions),
    locks: locksIn(k, functions),
    contexts: knownContexts(scene, functions),
  };
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  // What has no struct goes last.
  Number(a.name.startsWith('.')) - Number(b.name.startsWith('.')) || (a.name < b.name ? -1 : 1);

function wordsOf(k: Knowledge, functions: readonly FunctionFacts[]): readonly WordEntry[] {
  const mine = new Set(functions);
  return k.words
    .flatMap((word): readonly WordEntry[] => {
      const accesses = word.accesses.filter(a => mine.has(a.f));
      if (accesses.length === 0) return [];
      const sites = (bit: string | undefined): readonly AccessSite[] =>
        accesses
          .filter(a => (bit === undefined ? a.bits.length === 0 : a.bits.some(b => b.name === bit)))
          .map(({ f, access }) => ({
            function: f.name,
            access: access.kind,
            via: access.via,
            atomic: access.atomic,
            ordering: access.ordering,
            maybe: access.maybe,
            ...(access.until && { until: access.until }),
            span: spanOf(f, access.node),
          }));
      const bits = word.bits.flatMap((bit): readonly BitEntry[] => {
        const found = sites(bit.name);
        if (found.length === 0) return [];
        const comment = k.names.constant(bit.name)?.comment;
        return [
          {
            name: bit.name,
            ...(bit.number !== undefined && { number: bit.number }),
            ...(comment !== undefined && { comment }),
            sites: found,
          },
        ];
      });
      const whole = sites(undefined);
      return [{ name: word.key, bits: whole.length > 0 ? [...bits, { sites: whole }] : bits }];
    })
    .sort(byName);
}

function pointersIn(k: Knowledge, functions: readonly FunctionFacts[]): readonly PointerEntry[] {
  const found = new Map<string, PointerSite[]>();
  for (const f of functions)
    for (const p of pointersOf(f.analysis)) {
      // A grace period and a callback are no pointers.
      if (p.kind === 'grace-period' || !p.path) continue;
      const name = keyOfPath(p.path, k.types) ?? p.pointer;
      const site = { function: f.name, access: p.kind, via: p.via, span: spanOf(f, p.node) };
      found.set(name, [...(found.get(name) ?? []), site]);
    }
  return [...found].map(([name, sites]) => ({ name, sites })).sort(byName);
}

function locksIn(k: Knowledge, functions: readonly FunctionFacts[]): readonly LockEntry[] {
  const found = new Map<string, { kind: SectionKind; name: string; sites: LockSite[] }>();
  for (const f of functions) {
    const s = k.survey.sections(f);
    if (!s) continue;
    const own = k.survey.conditionalLocks(f);
    for (const { sites } of stretchesOf(f, s))
      for (const site of sites) {
        const { effect } = site;
        if (meanings[effect.kind].group !== 'lock') continue;
        const name = lockName(k, f, effect.lock) ?? meanings[effect.kind].words;
        const key = `${effect.kind} ${name}`;
        const entry = found.get(key) ?? { kind: effect.kind, name, sites: [] };
        found.set(key, entry);
        const wrapper = effect.via === undefined ? undefined : k.survey.wrapper(effect.via, f.file);
        const guard =
          (effect.when?.nonzero ? effect.when.text : undefined) ??
          (wrapper?.kind === 'function' ? conditionOf(wrapper) : undefined) ??
          own.find(l => l.site.id === site.id)?.guards.find(g => g.when === 'set')?.text;
        const fate = k.survey.fate(f, site);
        entry.sites.push({
          function: f.name,
          ...(effect.via !== undefined && { via: effect.via }),
          ...(guard !== undefined && { guard }),
          ...(fate.kind !== 'ended' && { ending: fateWords(fate) }),
          span: spanOf(f, site.node),
        });
      }
  }
  return [...found.values()].map(entry => ({ ...entry, words: meanings[entry.kind].words })).sort(byName);
}

/** `dev->lock` with `struct net_device *dev` is `net_device.lock`; what is no plain path stays as it is written. */
function lockName(k: Knowledge, f: FunctionFacts, lock: string | undefined): string | undefined {
  if (lock === undefined) return undefined;
  const plain = lock.replace(/\[[^[\]]*\]/g, '').replace(/^\((\w+)\)/, '$1');
  const steps = /^\w+(?:(?:->|\.)\w+)+$/.test(plain) ? plain.split(/->|\./) : [];
  const [root, ...fields] = steps;
  if (root === undefined || fields.length === 0) return lock;
  let type = f.analysis.locals.types.get(root) ?? k.types.globalType(root);
  for (const field of fields.slice(0, -1))
    type = type === undefined || type === '' ? undefined : k.types.fieldType(type, field);
  return type === undefined || type === '' ? lock : `${type}.${fields.at(-1) ?? ''}`;
}

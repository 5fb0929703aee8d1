/**
 * What a call does that its name does not say, in a word or two behind it: the lock that a wrapper takes, the pointer
 * without which it takes none, that it may sleep, that it orders memory. Four kinds, each wanted or not.
 */
import { callArguments } from '../kernel/expression';
import type { Event } from '../kernel/sections/events';
import { mainGuard } from '../kernel/sections/condlock';
import { spanOf, type FunctionFacts } from '../kernel/functions';
import { primitive, type Ordering, type Primitive } from '../kernel/primitives';
import { meanings, type Effect } from '../kernel/sections/sections';
import { conditionOf } from '../kernel/sections/survey';
import type { SourceFile } from '../syntax/source';
import { knowledge, type Knowledge } from './knowledge';
import type { Scene } from './scene';
import { orderingWords, sectionName, sleepWords } from './words';

export type InlayHintKind = 'wrappers' | 'conditionalLocks' | 'sleeping' | 'ordering';

/** What is said, without the words for it. */
export type InlayHintText =
  | { readonly says: 'takes' | 'drops' | 'tries' | 'begins' | 'ends'; readonly what: string }
  | { readonly says: 'no-lock-if-null' | 'no-lock-if-set'; readonly what: string }
  | { readonly says: 'may-sleep' }
  | { readonly says: 'orders'; readonly order: OrderingHint };

export type OrderingHint = 'full' | 'full-on-success' | 'acquire' | 'acquire-on-success' | 'release';

export interface InlayHint {
  readonly kind: InlayHintKind;
  /** Offset in the file: behind the call, and behind its semicolon. */
  readonly offset: number;
  readonly text: InlayHintText;
  /** Markdown. */
  readonly tooltip: string;
}

/** Orderings that are worth a word. */
const orderings: Partial<Record<Ordering, OrderingHint>> = {
  full: 'full',
  'full-if-queued': 'full-on-success',
  'full-if-woken': 'full-on-success',
  'full-if-true': 'full-on-success',
  'full-on-success': 'full-on-success',
  'full-before': 'full',
  'full-after': 'full',
  acquire: 'acquire',
  'acquire-on-success': 'acquire-on-success',
  release: 'release',
  'release-on-success': 'release',
};

/** Of locks and fences everybody knows that they order. */
const ordered = new Set(['atomic', 'cmpxchg', 'bitop', 'refcount', 'kref', 'workqueue', 'access']);

/** The hints of some kinds between two offsets, in text order. */
export function inlayHints(
  scene: Scene,
  file: SourceFile,
  start: number,
  end: number,
  kinds: ReadonlySet<InlayHintKind>,
): readonly InlayHint[] {
  if (kinds.size === 0) return [];
  const k = knowledge(scene);
  const found: InlayHint[] = [];
  for (const f of k.functions(file)) {
    if (f.item.end <= start || f.item.start >= end) continue;
    for (const p of f.analysis.flow.points)
      for (const e of f.analysis.events(p)) {
        if (e.kind !== 'call' || e.name === undefined) continue;
        const span = spanOf(f, e.node);
        if (span.end <= start || span.start >= end) continue;
        const offset = file.text[span.end] === ';' ? span.end + 1 : span.end;
        for (const hint of hintsOf(k, f, e, e.name))
          if (kinds.has(hint.kind)) found.push({ ...hint, offset });
      }
  }
  found.sort((a, b) => a.offset - b.offset);
  // A call in a loop's step or a shared ending is at more than one point.
  return found.filter((h, i) => !found.slice(Math.max(0, i - 4), i).some(o => same(o, h)));
}

function same(a: InlayHint, b: InlayHint): boolean {
  return a.offset === b.offset && a.kind === b.kind && a.tooltip === b.tooltip;
}

type Bare = Omit<InlayHint, 'offset'>;

function hintsOf(
  k: Knowledge,
  f: FunctionFacts,
  call: Event & { readonly kind: 'call' },
  name: string,
): readonly Bare[] {
  const p = primitive(name);
  if (p) return [...guardHint(k, f, call), ...primitiveHints(f, call, p)];
  const wrapper = k.survey.wrapper(name, f.file);
  if (!wrapper) return [];
  const args = callArguments(call.node).map(a => f.analysis.text.slice(a.start, a.end));
  const guard = wrapper.kind === 'function' ? conditionOf(wrapper) : undefined;
  const effects = k.survey.effects(name, args, f.file);
  const through = wrapper.chain.map(link => `\`${link.name}()\``).join(' → ');
  const chain = through === '' ? '' : ` (\`${name}()\` → ${through})`;
  if (guard !== undefined)
    return [
      {
        kind: 'conditionalLocks',
        text: { says: 'no-lock-if-null', what: lastName(guard) },
        tooltip: `\`${name}()\` takes ${effects.map(sectionName).join(', ') || 'a lock'} only while \`${guard}\` is set: no lock while it is NULL or 0.${chain}`,
      },
    ];
  return effects.map(effect => ({
    kind: 'wrappers',
    text: effectText(effect),
    tooltip: `${sentence[effect.role]} ${sectionName(effect)}${chain}.`,
  }));
}

const sentence: Readonly<Record<Effect['role'], string>> = {
  begin: 'Begins',
  end: 'Ends',
  try: 'Begins, if it returns something that is not zero:',
  'try-zero': 'Begins, if it returns zero:',
};

function effectText(effect: Effect): InlayHintText {
  const lock = meanings[effect.kind].group === 'lock';
  const what = effect.lock === undefined ? meanings[effect.kind].words : effect.lock.replace(/^&/, '');
  if (effect.role === 'end') return { says: lock ? 'drops' : 'ends', what };
  if (effect.role === 'begin') return { says: lock ? 'takes' : 'begins', what };
  return { says: 'tries', what };
}

/** At the lock itself, in the function that may go past it. */
function guardHint(k: Knowledge, f: FunctionFacts, call: Event & { readonly kind: 'call' }): readonly Bare[] {
  const lock = k.survey
    .conditionalLocks(f)
    .find(l => l.site.node.start === call.node.start && l.site.node.end === call.node.end);
  const guard = lock && mainGuard(lock);
  if (!guard) return [];
  const set = guard.when === 'set';
  return [
    {
      kind: 'conditionalLocks',
      text: { says: set ? 'no-lock-if-null' : 'no-lock-if-set', what: lastName(guard.text) },
      tooltip: `Taken only while \`${guard.text}\` is ${set ? 'set: no lock while it is NULL or 0' : 'NULL or 0: no lock while it is set'}.`,
    },
  ];
}

function primitiveHints(
  f: FunctionFacts,
  call: Event & { readonly kind: 'call' },
  p: Primitive,
): readonly Bare[] {
  const hints: Bare[] = [];
  const order = ordered.has(p.class) ? orderings[p.ordering] : undefined;
  if (order)
    hints.push({
      kind: 'ordering',
      text: { says: 'orders', order },
      tooltip: `\`${p.name}()\`: ${orderingWords[p.ordering]}.`,
    });
  const gfp = call.args.some(a =>
    /\bGFP_(KERNEL|USER|NOFS|NOIO)/.test(f.analysis.text.slice(a.start, a.end)),
  );
  if (
    p.maySleep === 'yes' ||
    (p.maySleep === 'gfp' && gfp) ||
    (p.maySleep === 'one-argument' && call.args.length === 1)
  )
    hints.push({
      kind: 'sleeping',
      text: { says: 'may-sleep' },
      tooltip: `\`${p.name}()\` ${sleepWords[p.maySleep] ?? 'may sleep'}: not in atomic context.`,
    });
  return hints;
}

/** `rcu_access_pointer(dev->npinfo)` and `dev->npinfo` as `npinfo`. */
function lastName(guard: string): string {
  return /(\w+)\W*$/.exec(guard)?.[1] ?? guard;
}

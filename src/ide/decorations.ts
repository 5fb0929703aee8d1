/**
 * What to draw into a C file: RCU read-side critical sections, locks, BH/IRQ/preemption-off sections, accesses to
 * state words and RCU pointers, calls of conditional locks. Colours and shapes are the editor's affair.
 */
import type { Span } from '../base/span';
import type { AccessKind } from '../kernel/words/accesses';
import { chainText, type Judged, type Situation } from '../kernel/entry/answers';
import { fateWords, stretchesOf, type Fate, type Stretch } from '../kernel/sections/extents';
import { functionSpan, spanOf, type FunctionFacts } from '../kernel/functions';
import { pointersOf } from '../kernel/pointers';
import type { Sections } from '../kernel/sections/regions';
import { isRetried, meanings, type SectionKind } from '../kernel/sections/sections';
import { conditionOf } from '../kernel/sections/survey';
import type { SourceFile } from '../syntax/source';
import { knownEntry } from './entries';
import { knowledge, type Knowledge } from './knowledge';
import type { Scene } from './scene';
import { accessWords, orderingWords, sectionName, sectionWords } from './words';

export type DecorationKind =
  /** Whole lines. */
  | 'rcu-reader'
  | 'rcu-reader-implicit'
  | 'lock'
  /** Held by all callers. */
  | 'lock-of-callers'
  | 'conditional-lock'
  | 'bh-off'
  | 'irq-off'
  | 'preempt-off'
  /** Reading or writing under a sequence count: no lock. */
  | 'sequence'
  /** A begin without its end, or an end without its begin, on some path. */
  | 'unbalanced'
  /** Expressions. */
  | 'bit-set'
  | 'bit-clear'
  | 'bit-test'
  | 'bit-wait'
  | 'bit-rmw'
  | 'pointer-publish'
  | 'pointer-unpublish'
  | 'pointer-read'
  | 'grace-period';

export interface Decoration {
  readonly kind: DecorationKind;
  /** For the line kinds from the first to the last character of the section, else the expression. */
  readonly span: Span;
  /** How deep it is nested in others that are drawn as lines, from 0. */
  readonly depth: number;
  /** A few words for behind the line: `RCU reader: softirq`, `holds rtnl_mutex`. */
  readonly label: string;
  /** Markdown. */
  readonly hover: string;
  /** Worth a mark in the overview ruler. */
  readonly ruler: boolean;
  /** The label is worth writing behind the line: it says what the code does not. */
  readonly written?: true;
}

const lineKinds: ReadonlySet<DecorationKind> = new Set<DecorationKind>([
  'rcu-reader',
  'rcu-reader-implicit',
  'lock',
  'lock-of-callers',
  'conditional-lock',
  'bh-off',
  'irq-off',
  'preempt-off',
  'sequence',
]);

/** True for the kinds that cover whole lines. */
export function isLineKind(kind: DecorationKind): boolean {
  return lineKinds.has(kind);
}

/** In text order, outer before inner. */
export function decorations(scene: Scene, file: SourceFile): readonly Decoration[] {
  const k = knowledge(scene);
  const functions = k.functions(file);
  const found = functions.flatMap(f => [
    ...regionsOf(k, f, onEntry(f, knownEntry(scene, f))),
    ...pointersIn(f),
  ]);
  found.push(...accessesIn(k, file));
  found.sort((a, b) => a.span.start - b.span.start || b.span.end - a.span.end);
  return nested(found);
}

type Flat = Omit<Decoration, 'depth'>;

function nested(list: readonly Flat[]): readonly Decoration[] {
  const around: Flat[] = [];
  return list.map(d => {
    while (around.length > 0 && (around[around.length - 1]?.span.end ?? 0) <= d.span.start) around.pop();
    const depth = around.filter(o => o.span.end >= d.span.end).length;
    if (isLineKind(d.kind)) around.push(d);
    return { ...d, depth };
  });
}

const drawn: Partial<Record<SectionKind, DecorationKind>> = {
  rcu: 'rcu-reader',
  'rcu-bh': 'rcu-reader',
  'rcu-sched': 'rcu-reader',
  'rcu-tasks': 'rcu-reader',
  srcu: 'rcu-reader',
  bh: 'bh-off',
  irq: 'irq-off',
  preempt: 'preempt-off',
  'seq-read': 'sequence',
  'seq-write': 'sequence',
};

/** The sections of a function, and the readers that they make it; after what is so when it is entered. */
function regionsOf(k: Knowledge, f: FunctionFacts, entry: readonly Flat[]): readonly Flat[] {
  const found: Flat[] = [...entry];
  const whole = found.some(d => d.kind === 'rcu-reader-implicit');
  const s = k.survey.sections(f);
  if (!s) return found;
  const readers: { start: number; end: number }[] = [];
  const implicit: Flat[] = [];
  for (const { sites, extents } of keptStretches(f, s)) {
    const [site] = sites;
    if (!site || site.effect.kind === 'migrate') continue;
    const { effect } = site;
    const meaning = meanings[effect.kind];
    const wrapper = effect.via === undefined ? undefined : k.survey.wrapper(effect.via, f.file);
    const condition = wrapper?.kind === 'function' ? conditionOf(wrapper) : undefined;
    const own = k.survey.conditionalLocks(f).find(l => l.site.id === site.id);
    const guard = effect.when ?? nonzero(condition ?? own?.guards.find(g => g.when === 'set')?.text);
    const kind: DecorationKind = guard ? 'conditional-lock' : (drawn[effect.kind] ?? 'lock');
    const words = sectionWords(effect);
    const unless = guard ? `, only while ${guard.text} is ${guard.nonzero ? 'set' : 'clear'}` : '';
    const fate = k.survey.fate(f, site);
    const ending = expected.has(fate.kind) ? '' : fateWords(fate);
    for (const e of extents) {
      const span = spanOf(f, e);
      const hover = [
        !guard
          ? `**${words}**`
          : guard.nonzero
            ? `**${words}** only while \`${guard.text}\` is set: takes no lock while it is NULL or 0.`
            : `**${words}** only while \`${guard.text}\` is NULL or 0: takes no lock while it is set.`,
        effect.via === undefined ? '' : `Taken in \`${effect.via}()\`.`,
        meaning.atomic ? 'Must not sleep.' : '',
        meaning.note ?? '',
        ending === '' ? '' : `${capital(ending)}.`,
      ];
      found.push({
        kind,
        span,
        label: words + unless + (ending === '' ? '' : `: ${ending}`),
        // One that ends on some paths has a mark of its own.
        ...(ending !== '' && fate.kind !== 'some-paths' && { written: true as const }),
        hover: hover.filter(Boolean).join(' '),
        ruler: kind === 'rcu-reader',
      });
      if (kind === 'rcu-reader' && effect.kind !== 'srcu') readers.push(span);
      const reason = meaning.implicitReader ?? (effect.switches && meanings[effect.switches].implicitReader);
      if (reason !== undefined)
        implicit.push({
          kind: 'rcu-reader-implicit',
          span,
          label: `RCU reader: ${reason}`,
          hover: `Implicit RCU reader (${reason}): ${waitsForIt}`,
          ruler: false,
        });
    }
    if (fate.kind === 'some-paths') found.push(unbalanced(spanOf(f, site.node), `${words}: ${ending}`));
  }
  if (!whole)
    for (const d of implicit)
      if (![...readers, ...implicit.filter(o => o !== d).map(o => o.span)].some(r => covers(r, d.span)))
        found.push(d);
  for (const end of s.strayEnds) {
    // The values of a read section may be checked again by whoever has the count, as often as one likes.
    if (isRetried(end.effect)) continue;
    const fate = k.survey.fate(f, end);
    if (fate.kind === 'from-caller' && fate.paths === 'some' && !fate.condition && !fate.result)
      found.push(unbalanced(spanOf(f, end.node), `ends ${sectionName(end.effect)}: ${fateWords(fate)}`));
  }
  return found;
}

/** Sections that are the same object lie where they lay: an edit elsewhere leaves them alone. */
const stretches = new WeakMap<Sections, readonly Stretch[]>();

function keptStretches(f: FunctionFacts, s: Sections): readonly Stretch[] {
  let kept = stretches.get(s);
  if (!kept) stretches.set(s, (kept = stretchesOf(f, s)));
  return kept;
}

/** Endings that every reader takes for granted, and the one that has a mark of its own. */
const expected: ReadonlySet<Fate['kind']> = new Set<Fate['kind']>(['ended', 'ended-in-callee', 'not-asked']);

function nonzero(text: string | undefined): { readonly text: string; readonly nonzero: true } | undefined {
  return text === undefined ? undefined : { text, nonzero: true };
}

function capital(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;
}

/** What holds for the whole function, because of who calls it, as far as that has been worked out. */
function onEntry(f: FunctionFacts, entry: Situation | undefined): readonly Flat[] {
  if (!entry) return [];
  const span = functionSpan(f);
  const locks = entry.locks.filter(l => l.held.value === 'yes');
  const held = locks.length > 0 ? `callers hold ${locks.map(l => l.lock).join(', ')}` : '';
  if (entry.reader.value === 'yes') {
    const also = [
      entry.irqOff.value === 'yes' ? 'interrupts off' : entry.bhOff.value === 'yes' ? 'BH disabled' : '',
      held,
    ].filter(Boolean);
    return [
      {
        kind: 'rcu-reader-implicit',
        span,
        label: ['RCU reader: ' + reason(entry.reader), ...also].join('; '),
        hover: [
          `**RCU reader**, as all its callers are: ${waitsForIt}`,
          line('RCU reader', entry.reader),
          entry.bhOff.value === 'yes' ? line('BH disabled', entry.bhOff) : '',
          entry.irqOff.value === 'yes' ? line('Interrupts off', entry.irqOff) : '',
          entry.maySleep.value === 'no' ? line('Must not sleep', entry.maySleep) : '',
          ...locks.map(l => line(`\`${l.lock}\` is held`, l.held)),
        ]
          .filter(Boolean)
          .join('\n\n'),
        ruler: false,
      },
    ];
  }
  if (locks.length === 0) return [];
  return [
    {
      kind: 'lock-of-callers',
      span,
      label: held,
      hover: locks.map(l => line(`\`${l.lock}\` is held by all callers`, l.held)).join('\n\n'),
      ruler: false,
    },
  ];
}

/** `runs in NET_RX softirq (net_rx_action -> napi_poll)`. */
function reason(judged: Judged): string {
  // The function itself is no news.
  const chain = judged.chain.length > 1 ? chainText(judged.chain) : '';
  return chain === '' ? judged.because : `${judged.because} (${chain})`;
}

function line(what: string, judged: Judged): string {
  return `${what}: ${reason(judged)}.`;
}

const waitsForIt = '`synchronize_rcu()` elsewhere waits for it.';

function covers(outer: { start: number; end: number }, inner: { start: number; end: number }): boolean {
  return (
    outer.start <= inner.start && outer.end >= inner.end && outer.end - outer.start > inner.end - inner.start
  );
}

function unbalanced(span: Span, label: string): Flat {
  return {
    kind: 'unbalanced',
    span,
    label,
    hover: `${capital(label)}.`,
    ruler: true,
  };
}

function pointersIn(f: FunctionFacts): readonly Flat[] {
  return pointersOf(f.analysis).flatMap(p => {
    const kind = pointerKinds[p.kind];
    if (!kind) return [];
    const what = pointerWords[p.kind];
    return [
      {
        kind,
        span: spanOf(f, p.node),
        label: p.kind === 'grace-period' ? 'grace period' : `${what} ${p.pointer}`,
        hover:
          p.kind === 'grace-period'
            ? 'Waits for a grace period.'
            : `${what} the RCU pointer \`${p.pointer}\` (\`${p.via}()\`)`,
        ruler: p.kind !== 'read',
      },
    ];
  });
}

const pointerKinds: Readonly<Record<string, DecorationKind | undefined>> = {
  publish: 'pointer-publish',
  unpublish: 'pointer-unpublish',
  read: 'pointer-read',
  'grace-period': 'grace-period',
};

const pointerWords: Readonly<Record<string, string>> = {
  publish: 'publishes',
  unpublish: 'sets to NULL',
  read: 'reads',
};

const accessKinds: Readonly<Record<AccessKind, DecorationKind>> = {
  set: 'bit-set',
  clear: 'bit-clear',
  change: 'bit-rmw',
  test: 'bit-test',
  wait: 'bit-wait',
  read: 'bit-test',
  store: 'bit-rmw',
  rmw: 'bit-rmw',
};

/** Accesses to state words in one file; several to one operation (a cmpxchg that sets and clears) become one. */
function accessesIn(k: Knowledge, file: SourceFile): readonly Flat[] {
  const bySpan = new Map<string, { kinds: Set<AccessKind>; flat: Flat; labels: string[] }>();
  for (const word of k.words)
    for (const a of word.accesses) {
      if (a.f.file !== file.path) continue;
      const span = spanOf(a.f, a.access.node);
      const names = a.bits.map(b => b.name).join(' | ');
      const done = `${a.access.maybe ? 'may be ' : ''}${accessWords[a.access.kind]}`;
      const label =
        a.access.kind === 'wait'
          ? `waits until ${names} is ${a.access.until ?? 'changed'}`
          : `${names} ${done}`;
      const key = `${span.start}-${span.end}`;
      const known = bySpan.get(key);
      if (known) {
        known.kinds.add(a.access.kind);
        known.labels.push(label);
        continue;
      }
      bySpan.set(key, {
        kinds: new Set([a.access.kind]),
        labels: [label],
        flat: {
          kind: accessKinds[a.access.kind],
          span,
          label,
          hover: `\`${word.key}\`; \`${a.access.via}\`: ${orderingWords[a.access.ordering]}`,
          ruler: a.access.kind === 'wait',
        },
      });
    }
  return [...bySpan.values()].map(({ kinds, flat, labels }) => ({
    ...flat,
    kind: kinds.has('wait') ? 'bit-wait' : kinds.has('set') && kinds.has('clear') ? 'bit-rmw' : flat.kind,
    label: labels.join(', '),
    hover: `${labels.join(', ')}. ${flat.hover}`,
  }));
}

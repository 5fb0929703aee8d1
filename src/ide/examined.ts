/**
 * What was worked out beside a verdict (evidence, odds, orders that matter, passing twin), as records for `--json` and as
 * sections of text for a terminal.
 */
import type { Span } from '../base/span';
import type { Matters, Odds, OddsPoint, Report, StepPlace, Twin } from '../engine/report';
import { count } from '../report/summary';

/** One-based. */
type PlaceOf = (span: Span) => { readonly file: string; readonly line: number; readonly column: number };

/** The parts of the record that are only there if there is something to tell. */
export interface ExaminedRecord {
  readonly explanation?: {
    readonly summary: string;
    readonly waiters: readonly object[];
    readonly cycle?: readonly object[];
    readonly history?: readonly object[];
  };
  readonly odds?: Odds;
  readonly matters?: object;
  readonly twin?: object;
  readonly engine?: Report['engine'];
  readonly unreduced?: Report['unreduced'];
}

export function examinedRecord(report: Report, place: PlaceOf): ExaminedRecord {
  const { explanation, odds, matters, twin, engine, unreduced } = report;
  return {
    ...(engine ? { engine } : {}),
    ...(unreduced ? { unreduced } : {}),
    ...(explanation
      ? {
          explanation: {
            summary: explanation.summary,
            waiters: explanation.waiters.map(({ span, sites, ...w }) => ({
              ...w,
              ...place(span),
              sites: sites.map(({ span: at, why, ...s }) => ({
                ...s,
                ...place(at),
                why: why.map(({ turnedAway, ...y }) => ({
                  ...y,
                  ...(turnedAway ? { turnedAway: { text: turnedAway.text, ...place(turnedAway.span) } } : {}),
                })),
              })),
            })),
            ...(explanation.cycle
              ? {
                  cycle: explanation.cycle.map(({ span, heldAt, ...c }) => ({
                    ...c,
                    ...(span ? place(span) : {}),
                    ...(heldAt ? { heldAt: place(heldAt) } : {}),
                  })),
                }
              : {}),
            ...(explanation.history
              ? { history: explanation.history.map(({ span, ...h }) => ({ ...h, ...place(span) })) }
              : {}),
          },
        }
      : {}),
    ...(odds ? { odds } : {}),
    ...(matters ? { matters: mattersRecord(matters, place) } : {}),
    ...(twin ? { twin: twinRecord(twin, place) } : {}),
  };
}

function stepRecord({ span, ...step }: StepPlace, place: PlaceOf): object {
  return { ...step, ...place(span) };
}

function mattersRecord(matters: Matters, place: PlaceOf): object {
  if ('cannotTell' in matters) return matters;
  const { arrows, choices, ...rest } = matters;
  return {
    ...rest,
    arrows: arrows.map(a => ({
      first: stepRecord(a.first, place),
      then: stepRecord(a.then, place),
      decisive: a.decisive,
    })),
    choices: choices.map(c => ({ ...stepRecord(c, place), choice: c.choice })),
  };
}

function twinRecord(twin: Twin, place: PlaceOf): object {
  if ('cannotTell' in twin) return twin;
  const { schedule, preemptions, shared, failing, passing } = twin;
  return {
    schedule,
    preemptions,
    shared,
    failing: stepRecord(failing, place),
    passing: stepRecord(passing, place),
  };
}

/** Titles with their lines; `place` as `file:line`. */
export function examinedText(
  report: Report,
  place: (span: Span) => string,
): readonly (readonly [string, readonly string[]])[] {
  const { odds, matters, twin, unreduced } = report;
  return [
    ...(unreduced ? [['Without reduction', unreducedText(unreduced)] as const] : []),
    ...(matters ? [['What matters', mattersText(matters, place)] as const] : []),
    ...(twin ? [['The nearest schedule that passes', twinText(twin, place)] as const] : []),
    ...(odds ? [['Odds, if chance alone schedules', oddsText(odds)] as const] : []),
  ];
}

function unreducedText(counts: NonNullable<Report['unreduced']>): string[] {
  const found = `${count(counts.states, 'state')} and ${count(counts.transitions, 'transition')}`;
  return [counts.complete ? `${found}.` : `More than ${found}: a limit stopped the count.`];
}

function open(cannotTell: string): string[] {
  return [`Cannot tell: ${cannotTell}.`];
}

function mattersText(matters: Matters, place: (span: Span) => string): string[] {
  if ('cannotTell' in matters) return open(matters.cannotTell);
  const step = (s: StepPlace): string => `${s.thread}: ${s.text} (${place(s.span)})`;
  const { arrows, sufficient, choices } = matters;
  const decisive = arrows.every(a => a.decisive);
  return [
    ...arrows.map(a => `${step(a.first)}  before  ${step(a.then)}${a.decisive ? '' : '  (with the others)'}`),
    ...choices.map(c => `outcome ${String(c.choice)} of ${step(c)}`),
    arrows.length === 0
      ? 'No order of two steps is decisive.'
      : `Turn any one of ${decisive ? 'them' : 'the others'} round and the finding is gone.`,
    ...(sufficient === true
      ? [`Whenever ${arrows.length ? 'they hold' : 'these steps happen'}, it happens.`]
      : sufficient === false
        ? ['They are necessary, but not all that it takes.']
        : []),
  ];
}

function twinText(twin: Twin, place: (span: Span) => string): string[] {
  if ('cannotTell' in twin) return open(twin.cannotTell);
  const { shared, failing, passing } = twin;
  return [
    `${shared === 0 ? 'They part at once. ' : shared === 1 ? 'The first step is the same. ' : `The first ${String(shared)} steps are the same. `}Then it fails with ${failing.thread}: ${failing.text} (${place(failing.span)}),`,
    `and passes with ${passing.thread}: ${passing.text} (${place(passing.span)}).`,
    `--schedule '${twin.schedule}'`,
  ];
}

function oddsText(odds: Odds): string[] {
  if ('cannotTell' in odds) return open(odds.cannotTell);
  const { slow } = odds;
  return [
    `${about(odds)}: probability ${number(odds.probability)} ± ${odds.error.toExponential(0)}, exact on the graph of every step (${grouped(odds.states)} states).`,
    ...(odds.runsForMostly === null
      ? []
      : [`After ${grouped(Math.ceil(odds.runsForMostly))} runs it has hit with 95 %.`]),
    ...(slow
      ? slow.states === 0
        ? [`No thread is ever inside ${slow.call}().`]
        : [
            `If ${slow.call}() takes longer: ${slow.points
              .filter(p => p.factor > 1)
              .map(p => `${String(p.factor)} times: ${about(p).replace('About ', '')}`)
              .join('; ')}.`,
          ]
      : []),
  ];
}

function about({ runs }: Pick<OddsPoint, 'runs'>): string {
  if (runs === null) return 'Never';
  return runs < 1.0000001
    ? 'Every run'
    : `About 1 in ${runs < 10 ? runs.toFixed(1) : grouped(Math.round(runs))} runs`;
}

function number(p: number): string {
  return p >= 0.001 ? p.toPrecision(6) : p.toExponential(5);
}

/** 12,345: the same in every locale. */
function grouped(n: number): string {
  return n < 1e15 ? n.toString().replace(/\B(?=(\d{3})+$)/g, ',') : n.toExponential(3);
}

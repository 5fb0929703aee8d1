/**
 * The answer to a check as a program reads it: one plain object (`racelens check --json` prints it on a line), and the
 * outcome that becomes an exit code.
 */
import type { LineMap, Span } from '../base/span';
import type { Problem } from '../base/problem';
import { summarize } from '../report/summary';
import { examinedRecord, type ExaminedRecord } from './examined';
import type { CheckAnswer } from './pipeline';
import { meets } from './replay';

export interface AnswerContext {
  /** The harness as the user named it. */
  readonly file: string;
  /** Wall time of the run. */
  readonly seconds: number;
  /** A path as the user should see it. */
  show(path: string): string;
  lines(path: string): LineMap | undefined;
}

/** A one-based place. */
export interface PlaceRecord {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

interface NoteRecord {
  readonly kind: string;
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

export interface AnswerRecord extends ExaminedRecord {
  readonly file: string;
  readonly verdict: string;
  /** The kind that RACE_EXPECT names, else `holds`. */
  readonly expected: string;
  /** The expectation is met. */
  readonly met: boolean;
  readonly confirmed: boolean;
  readonly exhaustive: boolean;
  readonly states: number;
  readonly transitions: number;
  readonly seconds: number;
  readonly schedule: string | null;
  readonly preemptions: number | null;
  /** Why there is no answer, for `cannot-tell`. */
  readonly reason?: string;
  /** One sentence. */
  readonly summary: string;
  readonly place?: PlaceRecord;
  readonly also: readonly {
    readonly kind: string;
    readonly message: string;
    readonly schedule: string;
    readonly preemptions: number;
  }[];
  readonly assumptions: readonly NoteRecord[];
  readonly findings: readonly (NoteRecord & {
    readonly threads: readonly string[];
    readonly places: readonly PlaceRecord[];
  })[];
  readonly bounds: readonly string[];
  readonly problems: readonly NoteRecord[];
}

/** `met`: as expected; `missed`: not; `unknown`: no answer; `input`: the harness could not be run as it is. */
export type AnswerOutcome = 'met' | 'missed' | 'unknown' | 'input';

export function outcomeOfAnswer(answer: CheckAnswer): AnswerOutcome {
  const { verdict } = answer.report;
  if (verdict.kind === 'cannot-tell' && verdict.reason === 'input') return 'input';
  if (isMet(answer)) return 'met';
  return verdict.kind === 'cannot-tell' ? 'unknown' : 'missed';
}

export function isMet(answer: CheckAnswer): boolean {
  const { verdict } = answer.report;
  const expectation = answer.program?.expectation;
  if (verdict.kind === 'cannot-tell') return expectation?.kind === 'cannot-tell';
  return meets(answer.report, expectation);
}

export function answerRecord(answer: CheckAnswer, context: AnswerContext): AnswerRecord {
  const { report, program } = answer;
  const { verdict } = report;
  const place = (span: Span): PlaceRecord => placeRecord(span, context);
  return {
    file: context.file,
    verdict: verdict.kind,
    expected: program?.expectation?.kind ?? 'holds',
    met: isMet(answer),
    confirmed: report.confirmed,
    exhaustive: report.exhaustive,
    states: report.states,
    transitions: report.transitions,
    seconds: Math.round(context.seconds * 1000) / 1000,
    schedule: report.schedule ?? null,
    preemptions: report.preemptions ?? null,
    ...(verdict.kind === 'cannot-tell' ? { reason: verdict.reason } : {}),
    summary: summarize(report),
    ...(verdict.kind !== 'holds' && verdict.span ? { place: place(verdict.span) } : {}),
    also: report.also.map(({ kind, message, schedule, preemptions }) => ({
      kind,
      message,
      schedule,
      preemptions,
    })),
    assumptions: report.assumptions.map(a => ({
      kind: a.kind,
      message: a.message,
      ...(a.span ? place(a.span) : {}),
    })),
    findings: report.findings.map(f => ({
      kind: f.kind,
      message: f.message,
      ...(f.spans[0] ? place(f.spans[0]) : {}),
      threads: f.threads,
      places: f.spans.map(place),
    })),
    bounds: report.bounds,
    ...examinedRecord(report, place),
    problems: answer.problems.map(p => problemRecord(p, context)),
  };
}

export function problemRecord(problem: Problem, context: Pick<AnswerContext, 'show' | 'lines'>): NoteRecord {
  return {
    kind: problem.severity,
    message: problem.message,
    ...(problem.span ? placeRecord(problem.span, context) : {}),
  };
}

function placeRecord(span: Span, context: Pick<AnswerContext, 'show' | 'lines'>): PlaceRecord {
  const start = context.lines(span.file)?.positionAt(span.start) ?? { line: 0, column: 0 };
  return { file: context.show(span.file), line: start.line + 1, column: start.column + 1 };
}

/** `net/core/dev.c:6190` */
export function placeText(span: Span, context: Pick<AnswerContext, 'show' | 'lines'>): string {
  const { file, line } = placeRecord(span, context);
  return `${file}:${String(line)}`;
}

/**
 * The answer to a check as a person reads it on a terminal: the verdict, one sentence, the schedule as lanes, the
 * evidence, what it rests on, what to do next.
 */
import { lanes, type LanePart } from '../report/lanes';
import { count, effort, meanings, nextSteps, summarize, verdictTitle } from '../report/summary';
import { wrap } from '../report/wrap';
import type { Problem } from '../base/problem';
import type { Report } from '../engine/report';
import { isMet, placeText, type AnswerContext } from './answer';
import { examinedText } from './examined';
import type { CheckAnswer } from './pipeline';
import { outcomeOf } from './replay';

/** CONFIG options that are named in the text. */
const mostOptions = 6;

/** What a piece of the text is, for colouring. */
export type TextPart = LanePart | 'good' | 'bad' | 'unknown' | 'title' | 'place';

export interface AnswerTextOptions {
  /** Characters in a line. */
  readonly width: number;
  /** Show every step of the schedule. */
  readonly all?: boolean;
  readonly paint: (part: TextPart, text: string) => string;
}

/** Lines separated by `\n`, one at the end. */
export function answerText(answer: CheckAnswer, context: AnswerContext, options: AnswerTextOptions): string {
  const { report } = answer;
  const { paint, width } = options;
  const out: string[] = [headline(answer, context, options), ''];
  const paragraph = (text: string): void => {
    out.push(...wrap(text, width));
  };
  paragraph(summarize(report));
  if (!report.explanation && report.verdict.kind !== 'holds' && report.verdict.kind !== 'cannot-tell')
    paragraph(`(${report.verdict.kind}: ${meanings[report.verdict.kind]}.)`);
  if (report.verdict.kind !== 'holds' && report.verdict.span)
    out.push(paint('place', `at ${placeText(report.verdict.span, context)}`));

  if (report.trace?.steps.length)
    out.push('', lanes(report.trace, { width, paint, ...(options.all ? { all: true } : {}) }));

  const section = (title: string, lines: readonly string[]): void => {
    if (!lines.length) return;
    out.push('', paint('title', title));
    for (const line of lines) out.push(...wrap(`  ${line}`, width, '      '));
  };
  for (const [title, lines] of evidence(report, context)) section(title, lines);
  for (const [title, lines] of examinedText(report, s => placeText(s, context))) section(title, lines);
  section(
    'Also reachable',
    report.also.map(a => `${a.kind}: ${a.message}  --schedule '${a.schedule}'`),
  );
  section(
    report.confirmed ? 'Assumptions' : 'Assumptions, one of which decides',
    assumptionLines(report, context),
  );
  section(
    'Findings beside the verdict',
    report.findings.map(f => {
      const told = f.message.startsWith(f.kind.replaceAll('-', ' ')) ? f.message : `${f.kind}: ${f.message}`;
      return f.spans.length ? `${told} (${f.spans.map(s => placeText(s, context)).join(', ')})` : told;
    }),
  );
  section('Bounds', report.bounds);
  section(
    'Problems of the input',
    answer.problems.map(p => problemText(p, context)),
  );
  section('Next', nextSteps(report));

  out.push('', paint('note', `${effort(report)}, ${seconds(context.seconds)}.`));
  if (report.schedule) {
    const preemptions =
      report.preemptions === undefined ? '' : ` (${count(report.preemptions, 'preemption')})`;
    out.push(`Schedule${preemptions}, to replay it: --schedule '${report.schedule}'`);
  }
  return `${out.join('\n')}\n`;
}

/** `error: dev.c:12: message` */
export function problemText(problem: Problem, context: Pick<AnswerContext, 'show' | 'lines'>): string {
  const place = problem.span ? `${placeText(problem.span, context)}: ` : '';
  return `${problem.severity}: ${place}${problem.message}`;
}

function headline(answer: CheckAnswer, context: AnswerContext, { paint }: AnswerTextOptions): string {
  const { report, program } = answer;
  const outcome = outcomeOf(report.verdict.kind);
  const part: TextPart = outcome === 'holds' ? 'good' : outcome === 'found' ? 'bad' : 'unknown';
  const words = [paint(part, verdictTitle(report))];
  if (report.verdict.kind === 'holds' && report.exhaustive) words.push('exhaustive');
  if (outcome === 'found' && report.confirmed) words.push('confirmed');
  if (program?.expectation) {
    const wanted = `${program.expectation.possible ? 'possible ' : ''}${program.expectation.kind}`;
    words.push(isMet(answer) ? 'as expected' : `expected: ${wanted}`);
  }
  return `${paint('place', context.file)}: ${words.join(', ')}`;
}

/** Those that were met, then the CONFIG options in one line: a kernel file looks at a hundred of them. */
function assumptionLines(report: Report, context: AnswerContext): readonly string[] {
  const others = report.assumptions.filter(a => a.kind !== 'config');
  const options = report.assumptions.filter(a => a.kind === 'config').map(a => a.message);
  const shown = options.slice(0, mostOptions);
  const rest = options.length - shown.length;
  return [
    ...others.map(a => `${a.message}${a.span ? ` (${placeText(a.span, context)})` : ''}`),
    ...(shown.length
      ? [`${shown.join(', ')}${rest > 0 ? `, and ${String(rest)} more (--json has them)` : ''}`]
      : []),
  ];
}

function evidence(report: Report, context: AnswerContext): readonly (readonly [string, readonly string[]])[] {
  const { explanation } = report;
  if (!explanation) return [];
  const out: [string, readonly string[]][] = [];
  for (const waiter of explanation.waiters)
    out.push([
      `Why ${waiter.thread} never goes on`,
      [
        `It waits for ${waiter.waitsFor} at ${placeText(waiter.span, context)}.`,
        ...waiter.sites.map(s => `${placeText(s.span, context)}  ${s.function}(): ${s.text}  -- ${s.reason}`),
      ],
    ]);
  if (explanation.cycle?.length)
    out.push(['The circle', explanation.cycle.map(c => `${c.thread} waits for ${c.waitsFor}: ${c.heldBy}`)]);
  if (explanation.history?.length)
    out.push([
      'What happened to it',
      explanation.history.map(h => `${h.what} by ${h.thread} at ${placeText(h.span, context)}`),
    ]);
  return out;
}

function seconds(time: number): string {
  return `${time.toFixed(time < 10 ? 2 : 0)} s`;
}

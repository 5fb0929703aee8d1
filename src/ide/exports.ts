/** Texts that a reader takes along of what the panel shows. */
import type { LineMap } from '../base/span';
import { mermaidOf, type DiagramInput } from '../report/mermaid';
import { pictureOf } from '../report/picture';
import { traceJson, type TraceJsonInput } from '../report/traceJson';
import type { CheckAnswer } from './pipeline';
import { replayView } from './replay';

/** What both need; `title` for people. */
export type ExportInput = DiagramInput & TraceJsonInput;

/** By format, the text. */
export const exported: Readonly<Record<'mermaid' | 'json', (input: ExportInput) => string>> = {
  mermaid: mermaidOf,
  json: traceJson,
};

/** Of an answer, for the command line; undefined if there is no schedule to show. `show`: a path for people. */
export function exportedAnswer(
  { report, program, files }: CheckAnswer,
  format: keyof typeof exported | 'svg',
  {
    file,
    show,
    lines,
  }: {
    readonly file: string;
    show(path: string): string;
    lines(path: string): LineMap | undefined;
  },
): string | undefined {
  const view = replayView(report, {
    harness: file,
    seconds: 0,
    ...(program ? { program } : {}),
    files,
    problems: [],
    lines,
  });
  if (!view.trace) return undefined;
  const place = <T extends { readonly path: string }>(one: T): T => ({ ...one, path: show(one.path) });
  const steps = view.trace.steps.map(step => ({
    ...step,
    place: place(step.place),
    frames: step.frames.map(frame => ({ ...frame, place: place(frame.place) })),
  }));
  if (format === 'svg')
    return pictureOf(
      { ...view, trace: { ...view.trace, steps } },
      { title: file.slice(file.lastIndexOf('/') + 1), theme: 'light' },
    );
  const { place: at, ...verdict } = view.verdict;
  return exported[format]({
    title: file.slice(file.lastIndexOf('/') + 1),
    harness: file,
    trace: { ...view.trace, steps },
    verdict: { ...verdict, ...(at ? { place: place(at) } : {}) },
    ...(view.schedule === undefined ? {} : { schedule: view.schedule }),
  });
}

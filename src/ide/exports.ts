/** Texts that a reader takes along of what the panel shows. */
import { mermaidOf, type DiagramInput } from '../report/mermaid';
import { traceJson, type TraceJsonInput } from '../report/traceJson';

/** What both need; `title` for people. */
export type ExportInput = DiagramInput & TraceJsonInput;

/** By format, the text. */
export const exported: Readonly<Record<'mermaid' | 'json', (input: ExportInput) => string>> = {
  mermaid: mermaidOf,
  json: traceJson,
};

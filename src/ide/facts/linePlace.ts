/** Which point of which function a line of a file means: the moment before it runs. */
import type { Point } from '../../kernel/sections/flow';
import { functionOf, type FunctionFacts } from '../../kernel/functions';
import type { Item, SourceFile } from '../../syntax/source';
import type { Scene } from '../scene';

export type LinePlace =
  | {
      readonly kind: 'point';
      readonly f: FunctionFacts;
      readonly point: number;
      /** One-based line at which the point stands: that of the next statement for a line without one. */
      readonly line: number;
    }
  /** A sentence without a dot. */
  | { readonly kind: 'nowhere'; readonly because: string };

/** `line` is one-based. */
export function placeOfLine(scene: Scene, file: SourceFile, line: number): LinePlace {
  const { lines } = file;
  if (!Number.isInteger(line) || line < 1 || line > lines.lines)
    return {
      kind: 'nowhere',
      because: `line ${String(line)} is beyond the end: the file has ${String(lines.lines)} lines`,
    };
  const start = lines.offsetAt({ line: line - 1, column: 0 });
  const end = lines.offsetAt({ line: line - 1, column: Number.MAX_SAFE_INTEGER });
  const indent = /^\s*/.exec(file.text.slice(start, end))?.[0].length ?? 0;
  const from = start + indent < end ? start + indent : start;
  const f = functionAt(scene, file, from, end);
  if (!f) return { kind: 'nowhere', because: outside(file, from, end, line) };
  const id = pointAt(f, from, end);
  const point = f.analysis.flow.points[id];
  const at = point?.node ? point.node.start + f.shift : undefined;
  return { kind: 'point', f, point: id, line: at === undefined ? line : lines.positionAt(at).line + 1 };
}

/** Only what is there is parsed: a generated file has thousands of functions. */
function functionAt(scene: Scene, file: SourceFile, from: number, end: number): FunctionFacts | undefined {
  for (const item of file.items) {
    if (item.start > end || from >= item.end) continue;
    const f = functionOf(file, item, scene.facts);
    if (f) return f;
  }
  return undefined;
}

/** The first point that starts in the line, else the one that covers it, else the next one. */
function pointAt(f: FunctionFacts, from: number, end: number): number {
  const { flow, body } = f.analysis;
  const first = from - f.shift;
  const last = end - f.shift;
  // On the signature: the entry.
  if (!body || last <= body.start) return flow.entry;
  const points = flow.points
    .filter((p): p is Point & { node: NonNullable<Point['node']> } => {
      if (!p.node) return false;
      // A `leave` stands for the jump that makes it, not for the block that it leaves.
      return p.kind !== 'leave' || /^(goto|break|continue)_statement$/.test(p.node.kind);
    })
    .sort((a, b) => a.node.start - b.node.start || a.id - b.id);
  const here = points.find(p => p.node.start >= first && p.node.start < last);
  if (here) return here.id;
  const around = points.filter(p => p.node.start < first && first < p.node.end);
  const inner = around[around.length - 1];
  if (inner) return inner.id;
  return points.find(p => p.node.start >= last)?.id ?? flow.exit;
}

function outside(file: SourceFile, from: number, end: number, line: number): string {
  const item = file.items.find(i => i.kind !== 'enumerator' && i.start <= end && from < i.end);
  const where = item ? describe(item) : 'outside any function';
  return `line ${String(line)} is ${where}: nothing runs there`;
}

const kinds: Readonly<Partial<Record<Item['kind'], string>>> = {
  macro: 'in the macro',
  struct: 'in struct',
  union: 'in union',
  enum: 'in enum',
  typedef: 'in the typedef',
  variable: 'in the definition of',
  prototype: 'in the declaration of',
  invocation: 'in',
};

function describe(item: Item): string {
  return `${kinds[item.kind] ?? 'in'} ${item.name}`.trim();
}

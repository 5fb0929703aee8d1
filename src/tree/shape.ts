/** What other files can see of a file: an edit that leaves it as it is (inside a function, say) changes nothing for them. */
import type { Condition, SourceFile } from '../syntax/source';

export interface Shape {
  /** What it includes, and when. */
  readonly includes: string;
  /** The macros that it defines, each with its text. */
  readonly macros: string;
  /** Names that it defines, in order. */
  readonly names: string;
}

const shapes = new WeakMap<SourceFile, Shape>();

export function shapeOf(source: SourceFile): Shape {
  let shape = shapes.get(source);
  if (!shape) shapes.set(source, (shape = make(source)));
  return shape;
}

function make(source: SourceFile): Shape {
  const macros: string[] = [];
  const names: string[] = [];
  for (const item of source.items) {
    names.push(item.name);
    if (item.kind !== 'macro') continue;
    macros.push(source.text.slice(item.start, item.end), when(item.conditions));
  }
  return {
    includes: source.includes.map(i => `${i.angled ? '<' : '"'}${i.target} ${when(i.conditions)}`).join('\n'),
    macros: macros.join('\n'),
    names: names.join(' '),
  };
}

function when(conditions: readonly Condition[]): string {
  return conditions.map(c => `${c.negated ? '!' : ''}${c.text}`).join(' && ');
}

import { readFileSync } from 'node:fs';
import { createParser, type CParser } from '../../../src/syntax/parser';
import { walk, type Node } from '../../../src/syntax/node';
import type { Item, ItemKind, SourceFile } from '../../../src/syntax/source';

const loaded: { parser?: Promise<CParser> } = {};

/** One parser for all tests of a bundle: loading the wasm modules takes longer than most tests. */
export function loadParser(): Promise<CParser> {
  return (loaded.parser ??= createParser({
    runtime: readFileSync('dist/tree-sitter.wasm'),
    grammar: readFileSync('dist/tree-sitter-c.wasm'),
  }));
}

/** `kind name` of all items, `!` for broken ones left to the problems. */
export function itemList(file: SourceFile, kinds?: readonly ItemKind[]): readonly string[] {
  return file.items.filter(i => !kinds || kinds.includes(i.kind)).map(i => `${i.kind} ${i.name}`);
}

export function itemNamed(file: SourceFile, name: string): Item {
  const item = file.items.find(i => i.name === name);
  if (!item) throw new Error(`no item ${name} among ${itemList(file).join(', ')}`);
  return item;
}

/** Kinds of all named nodes with their texts, for those kinds that are asked for. */
export function found(text: string, node: Node | undefined, ...kinds: readonly string[]): readonly string[] {
  const list: string[] = [];
  if (node)
    walk(node, n => {
      if (n.named && kinds.includes(n.kind)) list.push(`${n.kind}: ${text.slice(n.start, n.end)}`);
    });
  return list;
}

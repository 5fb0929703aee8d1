/** Types of fields as a file anywhere in the tree means them: its own structs first, then those of headers. */
import { notesOn } from '../../base/notes';
import { child, walk, type Node } from '../../syntax/node';
import type { Item, SourceFile } from '../../syntax/source';
import { declared } from '../../kernel/sections/events';
import type { FunctionFacts } from '../../kernel/functions';
import { typeName, type Types } from '../../kernel/places';
import type { Scene } from '../scene';
import { typesOf } from '../types';

const known = notesOn<Scene, Map<SourceFile, Types>>('types of files');

export function typesAt(scene: Scene, source: SourceFile): Types {
  let files = known.get(scene);
  if (!files) known.set(scene, (files = new Map()));
  let types = files.get(source);
  if (!types) files.set(source, (types = make(scene, source)));
  return types;
}

const wides = notesOn<Scene, Types>('types');

function wideTypes(scene: Scene): Types {
  let types = wides.get(scene);
  if (!types) wides.set(scene, (types = typesOf(scene)));
  return types;
}

function make(scene: Scene, source: SourceFile): Types {
  const own = new Map<string, ReadonlyMap<string, string> | undefined>();
  const fieldsOf = (struct: string): ReadonlyMap<string, string> | undefined => {
    if (!own.has(struct)) {
      const [d] = scene.corpus.definitions(struct, kinds, source.path);
      own.set(struct, d && fieldsIn(d.source, d.item));
    }
    return own.get(struct);
  };
  const wide = wideTypes(scene);
  return {
    fieldType: (struct, field) => {
      const mine = fieldsOf(struct);
      return mine ? mine.get(field) || undefined : wide.fieldType(struct, field);
    },
    globalType(name) {
      const item = source.items.find(i => i.kind === 'variable' && i.name === name);
      const node = item && source.node(item);
      return (node && typeName(source.text, child(node, 'type'))) || wide.globalType(name);
    },
    callType(name) {
      const [f] = scene.corpus.functions(name, source.path);
      return typeOfCall(f, f ? undefined : scene.corpus.macros(name, source.path)[0]?.macro.body);
    },
  };
}

/**
 * The struct that a function returns a pointer to, or a macro such as `#define NFS_I(i) container_of(i, struct nfs_inode, …)`.
 */
export function typeOfCall(f: FunctionFacts | undefined, macroBody: string | undefined): string | undefined {
  if (f) return typeName(f.analysis.text, child(f.analysis.node, 'type')) || undefined;
  if (macroBody === undefined) return undefined;
  const contained = /\bcontainer_of(?:_const)?\s*\(.*,\s*(?:struct|union)?\s*(\w+)\s*,\s*\w[\w.]*\s*\)/.exec(
    macroBody,
  );
  return (contained ?? /^\(*\s*\(\s*(?:struct|union)\s+(\w+)\s*\*\s*\)/.exec(macroBody))?.[1];
}

const kinds = ['struct', 'union', 'typedef'] as const;

const parsed = new WeakMap<Item, ReadonlyMap<string, string>>();

function fieldsIn(source: SourceFile, item: Item): ReadonlyMap<string, string> | undefined {
  const known = parsed.get(item);
  if (known) return known;
  const node = source.node(item);
  const fields = node && fieldTypes(source.text, node);
  // A typedef of a struct that is defined elsewhere has no fields of its own.
  if (!fields || fields.size === 0) return undefined;
  parsed.set(item, fields);
  return fields;
}

/** Struct tag or typedef name by field, members of inner structs too. */
export function fieldTypes(text: string, struct: Node): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  walk(struct, n => {
    if (n.kind !== 'field_declaration') return;
    const type = typeName(text, child(n, 'type'));
    for (const d of n.children) {
      const name = d.field === 'declarator' ? declared(d) : undefined;
      if (name && !found.has(text.slice(name.start, name.end)))
        found.set(text.slice(name.start, name.end), type);
    }
  });
  return found;
}

/**
 * What types fields and globals have in a tree, kept as long as the sources that said so are the same.
 */
import { child, walk } from '../syntax/node';
import type { SourceFile } from '../syntax/source';
import type { Constant } from '../kernel/words/constants';
import type { Enumerator } from '../kernel/words/enums';
import { declared } from '../kernel/sections/events';
import { typeName, type Types } from '../kernel/places';
import type { Tree } from '../tree/tree';
import type { Scene } from './scene';

/** What names meant in a tree, and the source that said so: good as long as the tree still has that very source. */
export interface Meaning<T> {
  readonly value: T;
  /** Absent: nobody knew the name. */
  readonly source?: SourceFile;
}

export interface Memory {
  readonly constants: Map<string, Meaning<Constant | undefined>>;
  readonly fields: Map<string, Meaning<ReadonlyMap<string, string>>>;
  readonly lists: Map<string, readonly Enumerator[]>;
}

/** Names whose meaning is kept, asked again when there are more. */
const mostMeanings = 3000;

const memories = new WeakMap<Tree, Memory>();

/** What was found out about a tree before. */
export function memoryOf(tree: Tree): Memory {
  let memory = memories.get(tree);
  if (!memory) memories.set(tree, (memory = { constants: new Map(), fields: new Map(), lists: new Map() }));
  // Each holds the source that said so, which the tree may have let go of.
  if (memory.constants.size > mostMeanings || memory.fields.size > mostMeanings) {
    memory.constants.clear();
    memory.fields.clear();
    memory.lists.clear();
  }
  return memory;
}

/** A name that nobody knew may have been typed into an open file since. */
export function holds<T>(scene: Scene, meaning: Meaning<T> | undefined, name: string): meaning is Meaning<T> {
  if (!meaning) return false;
  if (meaning.source) return scene.tree.file(meaning.source.path) === meaning.source;
  return !scene.files.some(f => f.text.includes(name) && f.items.some(i => i.name === name));
}

/** Types as the files of a scene know them. */
export function typesOf(scene: Scene): Types {
  const { fields } = memoryOf(scene.tree);
  const globals = new Map<string, string | undefined>();
  const sure = new Map<string, ReadonlyMap<string, string>>();
  const fieldsOf = (struct: string, depth = 0): ReadonlyMap<string, string> => {
    const known = sure.get(struct);
    if (known) return known;
    const old = fields.get(struct);
    if (holds(scene, old, struct)) {
      sure.set(struct, old.value);
      return old.value;
    }
    const found = new Map<string, string>();
    sure.set(struct, found);
    const definition =
      scene.tree.lookup(struct, ['struct', 'union'], scene.scope, scene.config)[0] ??
      scene.tree.lookup(struct, ['typedef'], scene.scope, scene.config)[0];
    fields.set(struct, { value: found, ...(definition && { source: definition.source }) });
    const node = definition?.node;
    if (!definition || !node) return found;
    const { text } = definition.source;
    walk(node, n => {
      if (n.kind !== 'field_declaration') return;
      const type = typeName(text, child(n, 'type'));
      for (const d of n.children) {
        const name = d.field === 'declarator' ? declared(d) : undefined;
        if (name && !found.has(text.slice(name.start, name.end)))
          found.set(text.slice(name.start, name.end), type);
      }
    });
    const other = found.size === 0 && depth < 4 ? typeName(text, child(node, 'type')) : '';
    if (other && other !== struct) for (const [k, v] of fieldsOf(other, depth + 1)) found.set(k, v);
    return found;
  };
  return {
    fieldType: (struct, field) => fieldsOf(struct).get(field) || undefined,
    globalType(name) {
      if (!globals.has(name)) {
        const d = scene.tree.lookup(name, ['variable'], scene.scope, scene.config)[0];
        const type = d?.node && typeName(d.source.text, child(d.node, 'type'));
        globals.set(name, type || undefined);
      }
      return globals.get(name);
    },
  };
}

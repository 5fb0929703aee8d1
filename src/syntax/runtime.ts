/**
 * tree-sitter's wasm module, loaded once, and a way through its trees that asks it no more than needed.
 *
 * The library's own cursor copies its four words into wasm memory before every question and back after every step, which
 * takes longer than the answers. Its exported functions find the words where the last step left them. A module that does
 * not export them is asked through the library's cursor.
 */
import { Parser, type Tree, type TreeCursor } from 'web-tree-sitter';
import { notesOn } from '../base/notes';

/** Goes through one tree. */
export interface Walk {
  /** Of the node that it is at. */
  kind(): number;
  start(): number;
  end(): number;
  /** 0 for none. */
  field(): number;
  isMissing(): boolean;
  /** To the first child; false if there is none. */
  first(): boolean;
  next(): boolean;
  up(): void;
  /** Does what goes through other trees, then is where it was. */
  aside<T>(work: () => T): T;
}

/** What is used of the module that the library fills in. */
interface Exports {
  readonly HEAP32: Int32Array;
  _ts_init(): number;
  _ts_tree_cursor_current_node_type_id_wasm(tree: number): number;
  _ts_tree_cursor_start_index_wasm(tree: number): number;
  _ts_tree_cursor_end_index_wasm(tree: number): number;
  _ts_tree_cursor_current_field_id_wasm(tree: number): number;
  _ts_tree_cursor_current_node_is_missing_wasm(tree: number): number;
  _ts_tree_cursor_goto_first_child_wasm(tree: number): number;
  _ts_tree_cursor_goto_next_sibling_wasm(tree: number): number;
  _ts_tree_cursor_goto_parent_wasm(tree: number): number;
}

const needed: readonly (keyof Exports)[] = [
  '_ts_init',
  '_ts_tree_cursor_current_node_type_id_wasm',
  '_ts_tree_cursor_start_index_wasm',
  '_ts_tree_cursor_end_index_wasm',
  '_ts_tree_cursor_current_field_id_wasm',
  '_ts_tree_cursor_current_node_is_missing_wasm',
  '_ts_tree_cursor_goto_first_child_wasm',
  '_ts_tree_cursor_goto_next_sibling_wasm',
  '_ts_tree_cursor_goto_parent_wasm',
];

/** The module, loaded. */
export interface Runtime {
  /** Goes through a tree from its root on, and frees the tree. */
  through<T>(tree: Tree, work: (walk: Walk) => T): T;
}

const loaded = notesOn<typeof Parser, Promise<Runtime>>('runtime');

/** There is one for all parsers: the library knows no second one. */
export async function loadRuntime(wasm: Uint8Array): Promise<Runtime> {
  const known = loaded.get(Parser);
  if (known) return known;
  const made = load(wasm);
  loaded.set(Parser, made);
  return made;
}

async function load(wasm: Uint8Array): Promise<Runtime> {
  const module: Partial<Exports> = {};
  await Parser.init(Object.assign(module, { wasmBinary: wasm, locateFile: (name: string) => name }));
  return runtimeOf(module);
}

/** Exported for tests: with nothing exported, the library's cursor is used. */
export function runtimeOf(module: Partial<Exports>): Runtime {
  const exported = isWhole(module) ? module : undefined;
  // Where the library puts what it hands over; asking again changes nothing.
  const buffer = exported?._ts_init() ?? 0;
  return {
    through(tree, work) {
      const cursor = tree.walk();
      try {
        return exported ? directly(exported, buffer, tree, cursor, work) : work(slowWalk(cursor));
      } finally {
        cursor.delete();
        tree.delete();
      }
    },
  };
}

function isWhole(module: Partial<Exports>): module is Exports {
  return module.HEAP32 instanceof Int32Array && needed.every(n => typeof module[n] === 'function');
}

/** The words by which the library knows a tree or a cursor in wasm memory. */
type Words = Record<0 | 1 | 2 | 3, number>;

function directly<T>(m: Exports, buffer: number, tree: Tree, cursor: TreeCursor, work: (walk: Walk) => T): T {
  const at = (tree as unknown as Words)[0];
  const words = cursor as unknown as Words;
  // The memory is another array after it has grown.
  const put = (): void => {
    const to = buffer >> 2;
    m.HEAP32[to] = words[0];
    m.HEAP32[to + 1] = words[1];
    m.HEAP32[to + 2] = words[2];
    m.HEAP32[to + 3] = words[3];
  };
  const take = (): void => {
    const from = buffer >> 2;
    words[0] = m.HEAP32[from] ?? 0;
    words[1] = m.HEAP32[from + 1] ?? 0;
    words[2] = m.HEAP32[from + 2] ?? 0;
    words[3] = m.HEAP32[from + 3] ?? 0;
  };
  put();
  try {
    return work({
      kind: () => m._ts_tree_cursor_current_node_type_id_wasm(at),
      start: () => m._ts_tree_cursor_start_index_wasm(at),
      end: () => m._ts_tree_cursor_end_index_wasm(at),
      field: () => m._ts_tree_cursor_current_field_id_wasm(at),
      isMissing: () => m._ts_tree_cursor_current_node_is_missing_wasm(at) === 1,
      first: () => m._ts_tree_cursor_goto_first_child_wasm(at) === 1,
      next: () => m._ts_tree_cursor_goto_next_sibling_wasm(at) === 1,
      up: () => void m._ts_tree_cursor_goto_parent_wasm(at),
      aside(other) {
        take();
        const result = other();
        put();
        return result;
      },
    });
  } finally {
    // What the cursor holds is freed by its words.
    take();
  }
}

function slowWalk(cursor: TreeCursor): Walk {
  return {
    kind: () => cursor.nodeTypeId,
    start: () => cursor.startIndex,
    end: () => cursor.endIndex,
    field: () => cursor.currentFieldId,
    isMissing: () => cursor.nodeIsMissing,
    first: () => cursor.gotoFirstChild(),
    next: () => cursor.gotoNextSibling(),
    up: () => void cursor.gotoParent(),
    aside: other => other(),
  };
}

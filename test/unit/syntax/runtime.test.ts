/** Going through trees by the module's exports gives what the library's own cursor gives, parts within parts included. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Language, Parser } from 'web-tree-sitter';
import type { Node } from '../../../src/syntax/node';
import { grammarOf, pieceParser } from '../../../src/syntax/pieces';
import { loadRuntime, runtimeOf, type Runtime } from '../../../src/syntax/runtime';

const text = `{
  struct item *it = container_of(list_entry(p, struct entry, link), struct item, entry);
  list_for_each_entry(it, &head->items, link) {
    typeof(it->next) last = (u32)(it->size) + (u32)-1;
    wait_event(queue, ({ bool done = READ_ONCE(it->done); done; }));
    if (it->kind == offsetof(struct item, kind[3]))
      break;
    switch (it->n) { case 0 ... 9: return f(it, struct item *); default: goto out; }
  }
  x = (1 + ;
out:
  return 0;
}`;

function load(name: string): Uint8Array {
  return new Uint8Array(readFileSync(`node_modules/${name}`));
}

describe('syntax: runtime', () => {
  const asked = async (runtime: Runtime): Promise<readonly (Node | undefined)[]> => {
    const language = await Language.load(load('tree-sitter-c/tree-sitter-c.wasm'));
    const parser = new Parser();
    parser.setLanguage(language);
    const pieces = pieceParser(parser, grammarOf(language), runtime);
    return [
      pieces.snippet(text, 'statements', 7),
      pieces.snippet('f(a, struct s, ({ g(struct t); 1; }), b[2])', 'expression', 0),
      // Deep enough for the cursor's stack to move.
      pieces.snippet(`${'('.repeat(400)}x${')'.repeat(400)}`, 'expression', 0),
    ];
  };

  it('gives the same trees as the cursor of the library', async () => {
    const direct = await loadRuntime(load('web-tree-sitter/web-tree-sitter.wasm'));
    const found = await asked(direct);
    ok(found.every(node => node !== undefined));
    deepEqual(found, await asked(runtimeOf({})));
  });

  it('is loaded once, whoever asks', async () => {
    const wasm = load('web-tree-sitter/web-tree-sitter.wasm');
    const [one, two] = await Promise.all([loadRuntime(wasm), loadRuntime(wasm)]);
    equal(one, two);
  });

  it('is asked directly as long as the module has what is needed', async () => {
    const { through } = await loadRuntime(load('web-tree-sitter/web-tree-sitter.wasm'));
    const parser = new Parser();
    parser.setLanguage(await Language.load(load('tree-sitter-c/tree-sitter-c.wasm')));
    const tree = parser.parse('int x;');
    ok(tree);
    // The library's cursor would be asked for `nodeTypeId`.
    const { walk } = tree.constructor.prototype as { walk(): object };
    let reads = 0;
    tree.walk = function () {
      const cursor = walk.call(this);
      Object.defineProperty(cursor, 'startIndex', { get: () => reads++ });
      return cursor as ReturnType<typeof walk> & ReturnType<typeof tree.walk>;
    };
    through(tree, w => w.start());
    equal(reads, 0);
  });
});

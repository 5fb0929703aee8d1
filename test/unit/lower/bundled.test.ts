/** The bundled C, cut into pieces that are read one by one. */
import { strict as assert } from 'node:assert';
import { readBundled } from '../../../src/lower/bundled';
import { textOf } from '../../../src/lower/c/token';
import devices from '../../../src/lower/prelude/devices.h';
import kernel from '../../../src/lower/prelude/kernel.h';
import library from '../../../src/lower/prelude/library.h';
import model from '../../../src/lower/prelude/model.h';
import standalone from '../../../src/lower/prelude/racelens.h';
import { loadParser } from '../syntax/load';

const bodies = [kernel, library, devices].join('\n');

/** Names of functions as they stand at the start of a line. */
function functionsIn(text: string): string[] {
  const heads = text.matchAll(
    /^(?!typedef|extern|#)[a-z][\w *]*?\b(\w+)\((?:[^;{}()]|\([^()]*\))*\)\s*\n?\{/gm,
  );
  return [...heads].flatMap(m => m[1] ?? []);
}

async function read(text: string): Promise<ReturnType<typeof readBundled>> {
  const parser = await loadParser();
  return readBundled(parser, {
    model: { path: 'm.h', text },
    standalone: { path: 's.h', text: 'typedef int own_t;\n' },
    bodies: { path: 'b.h', text: 'static inline int f(void)\n{\n\treturn TREE;\n}\n' },
  });
}

describe('bundled C', () => {
  it('has every function and macro, and all can be read', async () => {
    const parser = await loadParser();
    const all = readBundled(parser, {
      model: { path: 'model.h', text: model },
      standalone: { path: 'racelens.h', text: standalone },
      bodies: { path: 'kernel.h', text: bodies },
    });
    const counts = [all.model, all.standalone].map((header, i) => {
      const text = i ? standalone : model;
      const names = functionsIn(text.replace(/^#ifndef __RACELENS__\n[\s\S]*?^#endif/gm, ''));
      for (const name of names) assert.ok(header.function(name), name);
      for (const m of text.matchAll(/^#define (\w+)/gm))
        if (header.macros.has(m[1] ?? '')) assert.ok(header.macros.get(m[1] ?? ''), m[1]);
      return names.length;
    });
    const named = functionsIn(bodies);
    for (const name of named) assert.ok(all.bodies.tokens(name), name);
    assert.ok(
      (counts[0] ?? 0) >= 5 && (counts[1] ?? 0) > 50 && named.length > 50,
      String([counts, named.length]),
    );
  });

  it('is cut at items, whatever stands in comments, strings and brackets', async () => {
    const { model: header, bodies: other } = await read(
      [
        '/* int no(void) { } */ // #define NO 1',
        'struct s { int (*call)(int); };',
        '#define ONE(x) \\',
        '\t"}" x',
        'static const char *const text = "int no(void) { ;";',
        'static inline int yes(int (*f)(void))',
        '{',
        "\tif (f) { return '}'; }",
        '\treturn f();',
        '}',
        '#ifndef __RACELENS__',
        'static inline int no(void) { return 0; }',
        '#define NO 1',
        '#else',
        'enum e { A = 1, B };',
        '#endif',
        'static inline own_t typed(void) { own_t v = 1; return v; }',
      ].join('\n'),
    );
    assert.ok(header.function('yes') && header.function('typed'));
    assert.equal(header.function('no'), undefined);
    assert.equal(header.function('call'), undefined);
    assert.deepEqual([header.macros.has('NO'), header.macros.has('ONE')], [false, true]);
    assert.equal(textOf(header.macros.get('ONE')?.body ?? []), '"}" x');
    assert.ok(
      header.table.records.has('s') &&
        header.table.variables.has('text') &&
        header.table.enumerators.has('B'),
    );
    assert.match(textOf(other.tokens('f') ?? []), /return TREE;/);
  });

  it('says what it cannot read', async () => {
    await assert.rejects(read('int x = ;'), /internal: m\.h/);
    await assert.rejects(read('#if 1\nint x;\n#endif'), /internal: #if in m\.h/);
    const { model: header } = await read('static inline int f(void) { return = ; }');
    assert.throws(() => header.function('f'), /internal: m\.h/);
  });
});

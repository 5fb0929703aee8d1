/** What hours of typing leave behind: nothing that grows with the number of edits. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { concurrency } from '../../../src/ide/concurrency';
import { decorations } from '../../../src/ide/decorations';
import { knowledge } from '../../../src/ide/knowledge';
import { lenses } from '../../../src/ide/lenses';
import { createPipeline } from '../../../src/ide/pipeline';
import type { SourceFile } from '../../../src/syntax/source';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** After what is done for those that wait, weak references are let go of. */
async function heapBytes(): Promise<number> {
  await new Promise(resolve => setTimeout(resolve, 0));
  collect();
  await new Promise(resolve => setTimeout(resolve, 0));
  collect();
  return getHeapStatistics().used_heap_size;
}

const functions = 40;
const edits = 200;
/** Makes every version of the file weigh something. */
const ballast = `/*${' long'.repeat(200_000)} */\n`;

const body = (n: number): string =>
  `static void f${String(n)}(struct hub *h)\n{\n\tuse(0);\n\trcu_read_lock();\n\tset_bit(HUB_UP, &h->state);\n\trcu_read_unlock();\n}\n\n`;

describe('memory over many edits', () => {
  it('holds no old texts of a file, whichever functions are typed in', async function () {
    this.timeout(60_000);
    const head = 'enum { HUB_UP };\nstruct hub { unsigned long state; };\n\n';
    const path = '/w/hub.c';
    const state = {
      text: head + Array.from({ length: functions }, (_, n) => body(n)).join('') + ballast,
    };
    const pipeline = await createPipeline({
      files: {
        read: p => (p === path ? state.text : undefined),
        list: p => (p === '/w' ? ['hub.c'] : undefined),
      },
      runtime: readFileSync('dist/tree-sitter.wasm'),
      grammar: readFileSync('dist/tree-sitter-c.wasm'),
    });
    const old: WeakRef<SourceFile>[] = [];
    const show = (): void => {
      const scene = pipeline.scene([path]);
      const [file] = scene.files;
      assert.ok(file);
      decorations(scene, file);
      lenses(scene, file, () => undefined);
      old.push(new WeakRef(file));
    };
    show();
    const before = await heapBytes();
    for (let i = 0; i < edits; i++) {
      const at = state.text.indexOf('use(', state.text.indexOf(`f${String((i * 7) % functions)}(`)) + 4;
      // One flat string, as one that comes from an editor is.
      const now = `${state.text.slice(0, at)}${String(i)}${state.text.slice(state.text.indexOf(')', at))}`;
      state.text = Buffer.from(now).toString();
      pipeline.forget([path]);
      show();
    }
    const versions = ((await heapBytes()) - before) / state.text.length;
    assert.ok(versions < 10, `${versions.toFixed(1)} versions of the text are held`);
    const alive = old.filter(ref => ref.deref()).length;
    assert.ok(alive <= 3, `${String(alive)} versions of the file are held`);
    const scene = pipeline.scene([path]);
    const k = knowledge(scene);
    const held = scene.files.flatMap(f => k.functions(f)).reduce((sum, f) => sum + f.analysis.text.length, 0);
    assert.ok(
      held < state.text.length - ballast.length + 1,
      'functions hold their own texts and nothing else',
    );
  });
});

describe('memory over many files', () => {
  it('holds as many files as their lengths allow, not as their number does', async function () {
    this.timeout(120_000);
    const names = Array.from({ length: 24 }, (_, i) => `big${String(i)}.c`);
    const head = 'enum { HUB_UP };\nstruct hub { unsigned long state; };\n\n';
    const texts = new Map(
      names.map(name => [
        `/w/${name}`,
        // Parsed are the functions; the rest has the weight of a large file.
        `${head}${Array.from({ length: 20 }, (_, n) => body(n)).join('')}/*${` ${name}`.repeat(25_000)} */\n`,
      ]),
    );
    const pipeline = await createPipeline({
      files: { read: p => texts.get(p), list: p => (p === '/w' ? names : undefined) },
      runtime: readFileSync('dist/tree-sitter.wasm'),
      grammar: readFileSync('dist/tree-sitter-c.wasm'),
    });
    const opened: WeakRef<SourceFile>[] = [];
    for (const path of texts.keys()) {
      const scene = pipeline.scene([path]);
      const [file] = scene.files;
      assert.ok(file);
      decorations(scene, file);
      concurrency(scene, file);
      opened.push(new WeakRef(file));
    }
    await heapBytes();
    const alive = opened.filter(ref => ref.deref());
    assert.ok(alive.includes(opened.at(-1) as WeakRef<SourceFile>), 'the last one is there');
    assert.ok(alive.length <= 10, `${String(alive.length)} of ${String(names.length)} files are held`);
  });
});

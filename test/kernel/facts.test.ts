/**
 * What the editor says about the real files: the lens where the grace period is missing and none where it is there, the
 * bits of the state word with who waits for them, sections that close.
 */
import { strict as assert } from 'node:assert';
import { decorations } from '../../src/ide/decorations';
import { facts } from '../../src/ide/facts/facts';
import { fix } from '../../src/ide/fix';
import { hover } from '../../src/ide/hover/hover';
import { lenses } from '../../src/ide/lenses';
import type { Scene } from '../../src/ide/scene';
import type { SourceFile } from '../../src/syntax/source';
import { pipelineOn } from '../unit/pipeline';
import { kernelTree, treeWith, type Edit } from './tree';

const netpoll = 'net/core/netpoll.c';
const dev = 'net/core/dev.c';
const removed: Edit = { file: netpoll, function: 'netpoll_setup', old: 'synchronize_rcu();', new: '' };

async function sceneWith(edits: readonly Edit[], ...files: readonly string[]): Promise<Scene> {
  const tree = kernelTree();
  const pipeline = await pipelineOn(treeWith(edits), tree);
  return pipeline.scene(files.map(f => `${tree}/${f}`));
}

function fileOf(scene: Scene, name: string): SourceFile {
  const file = scene.files.find(f => f.path.endsWith(name));
  assert.ok(file, name);
  return file;
}

describe('the editor’s facts, on the real tree', () => {
  it('no lens with the grace period there', async () => {
    const scene = await sceneWith([], netpoll, dev);
    for (const file of scene.files)
      assert.deepEqual(
        lenses(scene, file, () => undefined),
        [],
      );
  });

  for (const files of [[netpoll, dev], [netpoll]])
    it(`the lens and its fix without it, with ${files.join(' and ')} open`, async () => {
      const scene = await sceneWith([removed], ...files);
      const file = fileOf(scene, netpoll);
      const [lens, ...others] = lenses(scene, file, () => undefined);
      assert.deepEqual(others, []);
      assert.equal(lens?.title, 'publishes dev->npinfo without a grace period · simulate');
      assert.equal(file.text.slice(lens.span.start, lens.span.end), 'netpoll_setup');
      const edit = fix(scene, lens.publication);
      assert.ok(edit);
      assert.match(file.text.slice(0, edit.span.start), /rtnl_unlock\(\);\s*(\/\*[^]*?\*\/\s*)?$/);
      assert.match(file.text.slice(edit.span.end), /^\treturn 0;\n\nput:/);
      assert.match(edit.newText, /\n\t \*\/\n\tsynchronize_rcu\(\);\n/);
    });

  it('who waits for a bit, and what a hover says about it', async () => {
    const scene = await sceneWith([], netpoll, dev);
    const file = fileOf(scene, dev);
    const at = file.text.search(/NAPI_STATE_SCHED\b/);
    const text = hover(scene, file, at, () => '#')?.markdown ?? '';
    assert.match(text, /^\*\*`NAPI_STATE_SCHED`\*\* — bit 0 of `napi_struct.state`\n\n> Poll is scheduled/);
    assert.match(text, /Cleared by [^\n]*napi_complete_done/);
    assert.match(text, /Waited for by [^\n]*napi_disable/);
  });

  it('sections of dev.c close but for a handful', async () => {
    const scene = await sceneWith([], dev);
    const file = fileOf(scene, dev);
    const open = decorations(scene, file).filter(d => d.kind === 'unbalanced');
    assert.ok(open.length <= 6, open.map(d => d.label).join('\n'));
    assert.ok(facts(scene, file).regions.length > 100);
  });
});

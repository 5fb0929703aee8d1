/** The 2025 case in the real file: its diagnostic without the wait, and none with it. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { diskFiles } from '../../src/host/node/files';
import { diagnostics, kinds } from '../../src/ide/diagnostics';
import { filesWith, pipelineOn } from '../unit/pipeline';
import { edited, kernelTree } from './tree';

const wait = 'synchronize_rcu(); return 0; put:';

describe('diagnostics of the real tree', () => {
  it('__netpoll_setup() publishes without a grace period unless netpoll_setup() waits', async function () {
    this.timeout(600_000);
    const tree = kernelTree();
    const path = `${tree}/net/core/netpoll.c`;
    const text = readFileSync(path, 'utf8');
    const edit = { file: 'net/core/netpoll.c', function: 'netpoll_setup' };
    const isFixed = text.slice(text.indexOf('int netpoll_setup(')).replace(/\s+/g, ' ').includes(wait);
    const other = isFixed
      ? edited(text, { ...edit, old: wait, new: 'return 0; put:' })
      : edited(text, { ...edit, old: 'return 0; put:', new: wait });
    const on = Object.fromEntries(kinds.map(k => [k.kind, k.kind === 'publish-without-grace-period']));
    for (const [state, expected] of [
      [isFixed ? other : text, ['__netpoll_setup']],
      [isFixed ? text : other, []],
    ] as const) {
      const pipeline = await pipelineOn(filesWith({ [path]: state }, diskFiles()), tree);
      const scene = pipeline.scene([path]);
      const [source] = scene.files;
      const functions = diagnostics(scene, path, { on }).map(
        d =>
          source?.items.find(i => i.kind === 'function' && i.start <= d.span.start && d.span.start < i.end)
            ?.name,
      );
      assert.deepEqual(functions, expected);
    }
  });
});

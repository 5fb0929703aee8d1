/** The same product in the browser's extension host: a web worker, files through the editor. */
import { strict as assert } from 'node:assert';
import { toEditor } from './focus';
import { until, useWorkbench } from './driver/workbench';

describe('the demo in the web extension host', () => {
  const bench = useWorkbench({
    workspace: 'samples/netpoll',
    host: 'web',
    size: { width: 1500, height: 900 },
  });

  it('marks, explains, simulates, fixes and turns the verdict', async function () {
    this.timeout(90_000);
    const b = bench();
    await b.openFile('netpoll.c', b.find('netpoll.c', 'int netpoll_setup'));
    await b.lens(/publishes dev->npinfo/).waitFor();
    const lock = b.find('netpoll.c', 'err = __netpoll_setup(np, ndev);');
    await until('no region is marked', async () =>
      (await b.marks()).some(mark => mark.line === lock.line) ? true : undefined,
    );
    await b.lens(/publishes dev->npinfo/).click();
    const panel = await b.panel('#verdict');
    await panel.locator('#verdict', { hasText: 'hang' }).waitFor();
    await toEditor(b);
    await b.lens(/hang (→|->) holds/).click();
    await panel.locator('#verdict', { hasText: 'holds' }).waitFor();
    assert.match(await b.visibleText(), /synchronize_rcu\(\);/);
    await b.screenshot('web-fixed');
  });
});

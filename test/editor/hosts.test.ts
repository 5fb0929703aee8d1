/** The same extension in both extension hosts, and what each of them loads. */
import { strict as assert } from 'node:assert';
import { openWorkbench, until } from './driver/workbench';

describe('the extension hosts', function () {
  this.timeout(120_000);
  // The desktop has no web worker host.
  const hosts = process.env.RACELENS_DESKTOP ? (['node'] as const) : (['node', 'web'] as const);

  for (const host of hosts)
    it(`${host}: reads the demo, and asks nobody but its own server for anything`, async () => {
      const workbench = await openWorkbench({ workspace: 'samples/netpoll', host });
      try {
        await workbench.openFile('netpoll.c', workbench.find('netpoll.c', 'local_irq_save'));
        const marks = await until('no marks', async () => {
          const found = await workbench.marks();
          return found.some(mark => mark.after !== '') ? found : undefined;
        });
        assert.ok(marks.some(mark => /RCU reader/.test(mark.after)));
        if (process.env.RACELENS_DESKTOP) return;

        const loaded = workbench.requests.some(url => /extension\.web\.js/.test(url));
        assert.equal(loaded, host === 'web', 'the bundle for the web');
        const elsewhere = workbench.requests.filter(
          url => !/^(https?:\/\/(127\.0\.0\.1|([\w-]+\.)*localhost):|data:|blob:)/.test(url),
        );
        assert.deepEqual(elsewhere, []);
      } finally {
        await workbench.close();
      }
    });
});

/** The features in all kinds of themes, wide and narrow: pictures to look at, and that everything is there in each. */
import { strict as assert } from 'node:assert';
import { toEditor } from './focus';
import { until, useWorkbench } from './driver/workbench';

const themes = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  'high-contrast': 'Default High Contrast',
  'high-contrast-light': 'Default High Contrast Light',
};

describe('the features in every theme', function () {
  this.timeout(180_000);
  const bench = useWorkbench({
    workspace: 'samples/netpoll',
    size: { width: 1200, height: 800 },
    settings: {
      'racelens.inlayHints.wrappers': true,
      'racelens.inlayHints.conditionalLocks': true,
      'racelens.inlayHints.sleeping': true,
      'racelens.inlayHints.ordering': true,
    },
  });

  it('are drawn at 1200 and at 600 pixels', async () => {
    const b = bench();
    await b.openFile('netpoll.c', { line: 1, column: 1 });
    await b.openFile('dev.c', b.find('dev.c', 'netpoll_poll_lock(n)'));
    await b.concurrency();
    await b.unfold('napi_struct.state', 'NAPI_STATE_SCHED');
    await b.concurrencyRow('napi_disable()').waitFor();
    await until('there are no hints', async () =>
      (await b.inlayHints()).some(hint => /no lock if npinfo is NULL/.test(hint)) ? true : undefined,
    );
    await b.screenshot('concurrency', { docs: true });
    for (const [name, theme] of Object.entries(themes)) {
      await toEditor(b);
      await b.configure({ 'workbench.colorTheme': theme });
      for (const width of [1200, 600]) {
        await b.page.setViewportSize({ width, height: 800 });
        await until('the marks are gone', async () => ((await b.marks()).length > 0 ? true : undefined));
        assert.ok((await b.concurrency()).some(row => row.startsWith('NAPI_STATE_SCHED')));
        await b.screenshot(`features-${name}-${String(width)}`);
        await b.command('Racelens: Peek All Sites of This Bit');
        await b.quickInput.field.fill('NAPI_STATE_SCHED');
        await b.page.keyboard.press('Enter');
        await b.page.locator('.peekview-widget .ref-tree .monaco-list-row').first().waitFor();
        await b.screenshot(`peek-${name}-${String(width)}`);
        await b.page.keyboard.press('Escape');
        await b.page.locator('.peekview-widget').waitFor({ state: 'detached' });
      }
      await b.page.setViewportSize({ width: 1200, height: 800 });
    }
  });
});

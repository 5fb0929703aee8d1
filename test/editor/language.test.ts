/** The extension in a window whose language is Simplified Chinese: what it contributes, what it draws, and the panel. */
import { strict as assert } from 'node:assert';
import { until, useWorkbench } from './driver/workbench';

// A desktop VS Code takes its language from a language pack, which is in no package registry.
if (!process.env.RACELENS_DESKTOP) describe('in Simplified Chinese', inChinese);

function inChinese(): void {
  const bench = useWorkbench({
    workspace: 'samples/netpoll',
    language: 'zh-cn',
    size: { width: 1500, height: 900 },
  });

  it('lenses, commands and the panel are Chinese', async function () {
    this.timeout(120_000);
    const b = bench();
    await b.openFile('netpoll.race.c');
    await b.lens('模拟 · 预期').waitFor();
    assert.ok((await b.commandsMatching('Racelens: 模拟竞态')).some(title => title.includes('模拟竞态…')));
    await b.command('Racelens: 模拟竞态…');
    const panel = await b.panel('#verdict');
    await until('the verdict is not 挂死', async () =>
      (await panel.locator('#verdict').innerText()).includes('挂死') ? true : undefined,
    );
    await panel.getByText('为何永不结束').first().waitFor();
    await b.screenshot('chinese');
  });
}

/** A schedule in the debugger, and harnesses in the Testing view: on both extension hosts the same. */
import { strict as assert } from 'node:assert';
import { until, useWorkbench } from './driver/workbench';

for (const host of ['node', 'web'] as const)
  describe(`the debugger in the ${host} host`, function () {
    this.timeout(120_000);
    const bench = useWorkbench({ workspace: 'samples/netpoll', size: { width: 1500, height: 900 }, host });

    it('steps through the schedule, and the panel with it', async () => {
      const b = bench();
      const tool = (name: string) => b.page.locator(`.debug-toolbar .codicon-debug-${name}`);
      const stack = b.page.locator('.debug-call-stack');
      await b.openFile('netpoll.race.c', { line: 1, column: 1 });
      await b.command('Racelens: Debug Schedule');
      await stack.getByText('step 0 of 38').waitFor({ timeout: 30_000 });
      const panel = await b.panel('#verdict');
      for (let step = 1; step <= 13; step++) {
        await tool('step-into').click();
        await stack.getByText(`step ${String(step)} of 38`).waitFor();
      }
      await stack.getByText('netpoll_setup').waitFor();
      await panel
        .getByText(/13\s*\/\s*38/)
        .first()
        .waitFor();
      await tool('step-back').click();
      await stack.getByText('step 12 of 38').waitFor();
      await b.screenshot(`debug-step-${host}`);
      // The panel moves the debugger, too.
      await b.command('Racelens: Replay: Step');
      await stack.getByText('step 13 of 38').waitFor();
      await tool('continue').click();
      await stack.getByText('hang after 38 steps').waitFor();
      await b.page.locator('.exception-widget', { hasText: 'ifdown can never finish' }).waitFor();
      await b.screenshot(`debug-${host}`, host === 'node' ? { docs: true } : {});
      await tool('stop').click();
      await tool('stop').waitFor({ state: 'hidden' });
    });

    it('runs every harness as a test, and links the failure to its replay', async () => {
      const b = bench();
      await b.command('Testing: Focus on Test Explorer View');
      const row = b.page.locator('.test-explorer .monaco-list-row', { hasText: 'netpoll.race.c' });
      await row.waitFor();
      assert.match(await row.innerText(), /expects holds/);
      await b.command('Test: Run All Tests');
      await until('the test has not failed', async () =>
        (await row.locator('.codicon-testing-failed-icon, .codicon-testing-error-icon').count()) > 0
          ? true
          : undefined,
      );
      await b.screenshot(`testing-${host}`);
    });
  });

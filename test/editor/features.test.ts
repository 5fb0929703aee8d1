/**
 * What the editor shows of a file, in both VS Codes from one definition: with a Node extension host and files on a disk, and
 * VS Code for the Web with files in memory and no Node anywhere.
 */
import { strict as assert } from 'node:assert';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toEditor } from './focus';
import { until, useWorkbench } from './driver/workbench';

/** One way out leaves the lock held. */
const leak = `#include "netdevice.h"

static DEFINE_SPINLOCK(leak_lock);

int leak(struct net_device *dev)
{
	spin_lock(&leak_lock);
	if (!dev)
		return -EINVAL;
	dev->flags = 0;
	spin_unlock(&leak_lock);
	return 0;
}
`;

// The desktop has no web worker host.
const hosts = process.env.RACELENS_DESKTOP ? (['node'] as const) : (['node', 'web'] as const);

for (const host of hosts)
  describe(`features in the ${host} host`, function () {
    this.timeout(120_000);
    const folder = mkdtempSync(join(tmpdir(), 'racelens-features-'));
    cpSync('samples/netpoll', folder, { recursive: true });
    writeFileSync(join(folder, 'leak.c'), leak);
    after(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const bench = useWorkbench({
      workspace: folder,
      host,
      size: { width: 1200, height: 900 },
      settings: {
        'racelens.inlayHints.wrappers': true,
        'racelens.inlayHints.conditionalLocks': true,
        'racelens.inlayHints.sleeping': true,
        'racelens.inlayHints.ordering': true,
      },
    });

    it('says what to do where the view Concurrency has nothing to show', async () => {
      const b = bench();
      await b.command('View: Show Racelens');
      await b.page.locator('.welcome-view-content', { hasText: 'Open a C file of a kernel tree' }).waitFor();
      await b.screenshot(`concurrency-empty-${host}`);
    });

    it('marks regions, and says which implicit readers there are', async () => {
      const b = bench();
      await b.openFile('dev.c', { line: 1, column: 1 });
      await b.openFile('netpoll.c', b.find('netpoll.c', 'local_irq_save'));
      await until('no implicit reader is named', async () =>
        (await b.marks()).some(mark => /RCU reader/.test(mark.after)) ? true : undefined,
      );
      const lock = b.find('netpoll.c', 'err = __netpoll_setup(np, ndev);');
      await b.goTo(lock);
      await until('the line under rtnl_lock() has no mark', async () =>
        (await b.marks()).some(mark => mark.line === lock.line) ? true : undefined,
      );
    });

    it('explains a bit on hover', async () => {
      const b = bench();
      await b.openFile('dev.c', b.find('dev.c', 'NAPIF_STATE_SCHED'));
      const text = await b.hover(b.find('dev.c', 'NAPIF_STATE_SCHED'));
      assert.match(text, /napi_struct\.state/);
      assert.match(text, /napi_disable/);
    });

    it('lists state words, RCU pointers and locks of the active file, unfolds them and opens their places', async () => {
      const b = bench();
      await b.openFile('netpoll.c', { line: 1, column: 1 });
      await b.concurrency();
      await b.concurrencyRow('net_device.npinfo').waitFor();
      const rows = await b.concurrency();
      for (const root of [/^State words ?1$/, /^RCU pointers ?1$/, /^Locks ?\d$/])
        assert.ok(
          rows.some(row => root.test(row)),
          `${String(root)} is not in ${rows.join(' | ')}`,
        );
      await b.unfold('napi_struct.state', 'NAPI_STATE_NPSVC');
      await b.concurrencyRow('poll_one_napi()').waitFor();
      await b.screenshot(`concurrency-${host}`);
      await b.unfold('net_device.npinfo');
      await b.concurrencyRow(/netpoll_setup\(\).*published/).click();
      const line = b.find('netpoll.c', 'rcu_assign_pointer(ndev->npinfo').line;
      await until('the place is not shown', async () =>
        (await b.status()).some(text => text.includes(`Ln ${String(line)}`)) ? true : undefined,
      );
    });

    it('works out the contexts of the functions while they are unfolded', async () => {
      const b = bench();
      await b.openFile('dev.c', { line: 1, column: 1 });
      await b.concurrency();
      await b.unfold('Contexts', 'softirq');
      await b.concurrencyRow(/napi_complete_done\(\).*←/).waitFor();
      await b.screenshot(`contexts-${host}`);
      await b
        .concurrencyRow(/^Contexts/)
        .locator('.monaco-tl-twistie')
        .click();
    });

    it('follows the active editor and unsaved text, and keeps what is unfolded', async () => {
      const b = bench();
      await b.openFile('dev.c', { line: 1, column: 1 });
      await b.concurrency();
      await b.concurrencyRow('rx_queue_lock').waitFor();
      await b.unfold('napi_struct.state', 'NAPI_STATE_DISABLE');
      const end = b.read('dev.c').split('\n').length;
      await b.goTo({ line: end, column: 1 });
      await b.type(
        'static void fresh(struct napi_struct *n)\n{\nset_bit(NAPI_STATE_DISABLE, &n->state);\n}\n',
      );
      await b.concurrencyRow(/fresh\(\).*set/).waitFor();
      await b.command('File: Revert File');
      await b.concurrencyRow(/fresh\(\).*set/).waitFor({ state: 'detached' });
    });

    it('shows all open files at once on demand', async () => {
      const b = bench();
      await b.concurrency();
      await b.page.locator('[aria-label^="Concurrency: Show All Open Files"]').first().click();
      await b.concurrencyRow('net_device.npinfo').waitFor();
      await b.concurrencyRow('rx_queue_lock').waitFor();
      await b.page.locator('[aria-label^="Concurrency: Show This File"]').first().click();
      await b.concurrencyRow('net_device.npinfo').waitFor({ state: 'detached' });
    });

    it('says behind a call what it takes, orders and may do, where the settings ask for it', async () => {
      const b = bench();
      await b.openFile('dev.c', b.find('dev.c', 'netpoll_poll_lock(n)'));
      const hints = await until('there are no hints', async () => {
        const found = await b.inlayHints();
        return found.some(hint => /no lock if npinfo is NULL/.test(hint)) ? found : undefined;
      });
      assert.ok(
        hints.some(hint => hint === 'drops have->poll_owner'),
        hints.join(' | '),
      );
      await b.screenshot(`hints-${host}`);
    });

    it('lists all sites of the bit at the cursor in the References view', async () => {
      const b = bench();
      await b.openFile('dev.c', b.find('dev.c', 'NAPIF_STATE_SCHED'));
      await b.command('Racelens: Find All Sites of This Bit');
      const view = b.page.locator('.part.sidebar');
      await view
        .locator('.monaco-list-row', { hasText: /^Cleared/ })
        .first()
        .waitFor();
      await view
        .locator('.monaco-list-row', { hasText: /napi_enable\(\)/ })
        .first()
        .waitFor();
      // Asked before the index was complete, it is asked again by itself.
      await until('the list is not made anew with the whole tree', async () =>
        /sites in \d+ files(?!.*not complete)/.test((await view.textContent()) ?? '') ? true : undefined,
      );
      await b.screenshot(`sites-${host}`);
      await view
        .locator('.monaco-list-row', { hasText: /napi_enable\(\)/ })
        .first()
        .click();
    });

    it('peeks at the sites of a bit', async () => {
      const b = bench();
      await b.openFile('dev.c', b.find('dev.c', 'NAPIF_STATE_SCHED'));
      await b.command('Racelens: Peek All Sites of This Bit');
      await b.page.locator('.peekview-widget .ref-tree .monaco-list-row').first().waitFor();
      await b.screenshot(`peek-${host}`);
      await b.page.keyboard.press('Escape');
      await b.page.locator('.peekview-widget').waitFor({ state: 'detached' });
    });

    it('decodes a value with the enum of a state word, and goes on to the sites of a bit', async () => {
      const b = bench();
      await b.openFile('dev.c', { line: 1, column: 1 });
      await b.command('Racelens: Decode State Word…');
      await b.quickInput.field.fill('0x8000000d');
      await b.page.keyboard.press('Enter');
      await b.pick('napi_struct.state');
      const rows = b.quickInput.rows;
      await rows.filter({ hasText: 'NAPI_STATE_SCHED' }).filter({ hasText: 'bit 0' }).waitFor();
      await b.screenshot(`decode-${host}`);
      const texts = (await rows.allInnerTexts()).map(text => text.replaceAll(/\s+/g, ' ').trim());
      const all = texts.join('\n');
      assert.match(all, /NAPI_STATE_SCHED ?bit 0[^]*NAPI_STATE_DISABLE ?bit 2[^]*NAPI_STATE_NPSVC ?bit 3/);
      assert.match(all, /bit 31 ?0x80000000/);
      await rows.filter({ hasText: 'NAPI_STATE_NPSVC' }).click();
      await b.page
        .locator('.part.sidebar .monaco-list-row', { hasText: 'poll_one_napi()' })
        .first()
        .waitFor();
    });

    it('warns, offers the page about the kind, and switches the kind off where it stands', async () => {
      const b = bench();
      const at = { line: 9, column: 5 };
      await b.openFile('leak.c', at);
      const row = /leak_lock.*unbalanced-region/;
      await until('there is no warning', async () =>
        (await b.problems()).some(text => row.test(text)) ? true : undefined,
      );
      await b.screenshot(`diagnostics-${host}`);
      await toEditor(b);
      const titles = await b.codeActions(at);
      assert.ok(titles.includes('Explain unbalanced-region'), titles.join(' | '));
      await b.applyCodeAction(at, 'Explain unbalanced-region');
      const page = await b.panel('h1');
      assert.match(await page.locator('h1').first().innerText(), /unbalanced-region/);
      await b.screenshot(`page-${host}`);
      await b.command('View: Close Editor');
      await toEditor(b);
      await b.applyCodeAction(at, 'Switch off unbalanced-region');
      await until('the warning is still there', async () =>
        (await b.problems()).some(text => row.test(text)) ? undefined : true,
      );
      await b.command('View: Toggle Panel Visibility');
    });

    it('simulates the race of the open files', async () => {
      const b = bench();
      await toEditor(b);
      await b.openFile('netpoll.race.c', { line: 1, column: 1 });
      await b.command('Racelens: Simulate Race…');
      const panel = await b.panel('#verdict');
      await panel.locator('#verdict', { hasText: 'hang' }).waitFor({ timeout: 60_000 });
    });
  });

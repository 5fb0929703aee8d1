/** The panel in all kinds of themes, wide and narrow: pictures to look at, and what can be measured of them. */
import { strict as assert } from 'node:assert';
import type { FrameLocator } from 'playwright-core';
import { until, useWorkbench } from './driver/workbench';

const themes = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  'high-contrast': 'Default High Contrast',
  'high-contrast-light': 'Default High Contrast Light',
};

/** Contrast of text with what lies behind it, for all elements of a selector that hold text: the lowest. */
async function lowestContrast(panel: FrameLocator, selector: string): Promise<readonly [number, string]> {
  return panel.locator('body').evaluate((body, wanted) => {
    type Colour = readonly [number, number, number, number];
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
    const colour = (text: string): Colour => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = text;
      canvas.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    };
    const over = (top: Colour, under: Colour): Colour => {
      const mix = (i: 0 | 1 | 2): number => top[i] * top[3] + under[i] * (1 - top[3]);
      return [mix(0), mix(1), mix(2), 1];
    };
    const behind = (element: Element | null): Colour =>
      element
        ? over(colour(getComputedStyle(element).backgroundColor), behind(element.parentElement))
        : [255, 255, 255, 1];
    const light = ([r, g, b]: Colour): number => {
      const part = (v: number): number =>
        v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4;
      return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
    };
    const found: [number, string][] = [];
    for (const element of body.querySelectorAll(wanted)) {
      if (!element.textContent?.trim() || !element.getClientRects().length) continue;
      const under = behind(element);
      const [a, b] = [light(over(colour(getComputedStyle(element).color), under)), light(under)];
      found.push([
        (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05),
        element.textContent.trim().slice(0, 40),
      ]);
    }
    return found.sort((x, y) => x[0] - y[0])[0] ?? [21, ''];
  }, selector);
}

describe('the replay panel in every theme', function () {
  this.timeout(120_000);
  const bench = useWorkbench({
    workspace: 'samples/netpoll',
    size: { width: 1200, height: 900 },
    settings: { 'workbench.activityBar.location': 'hidden', 'racelens.replay.follow': false },
  });

  it('is drawn at 1200 and at 600 pixels, readable and without a scroll bar below', async () => {
    const b = bench();
    await b.openFile('netpoll.race.c', { line: 1, column: 1 });
    await b.command('View: Toggle Primary Side Bar Visibility');
    await b.lens(/^simulate/).click();
    await (await b.panel('#verdict')).locator('#verdict', { hasText: 'hang' }).waitFor();
    // The panel alone, as wide as the window.
    await b.page.locator('.tab', { hasText: 'Replay' }).click();
    await b.command('View: Move Editor into Previous Group');
    for (const [name, theme] of Object.entries(themes)) {
      // Out of the web page, so that the workbench hears the keys.
      await b.page.locator('.tab', { hasText: 'netpoll.race.c' }).first().click();
      await b.configure({ 'workbench.colorTheme': theme });
      await b.page.locator('.tab', { hasText: 'Replay' }).click();
      for (const width of [1200, 600]) {
        await b.page.setViewportSize({ width, height: width === 1200 ? 900 : 1000 });
        const panel = await b.panel('#verdict');
        await panel.locator('#steps').press('Home');
        for (let i = 0; i < 4; i++) await panel.locator('#steps').press('ArrowDown');
        await until('the panel is wider than its window', async () =>
          panel.locator('body').evaluate(body => (body.scrollWidth <= window.innerWidth ? true : undefined)),
        );
        await b.screenshot(`panel-${name}-${String(width)}`);
        const [contrast, text] = await lowestContrast(
          panel,
          'h1, h2, p, code, .name, .badge, .chip, .line, .number, .bit, .tag, .state, button',
        );
        assert.ok(contrast >= 3, `${name}: “${text}” has a contrast of ${contrast.toFixed(2)}`);
      }
      await b.page.setViewportSize({ width: 1200, height: 900 });
    }
  });
});

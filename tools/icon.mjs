// Renders media/icon.svg to media/icon.png (256 x 256) with the browser of the tests. Run by hand after a change.
import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';
import { browserFlags, findBrowser, howToGetBrowser } from './browser.mjs';

const executablePath = findBrowser();
if (!executablePath) {
  console.error(`icon: no browser: ${howToGetBrowser}`);
  process.exit(1);
}
const browser = await chromium.launch({ executablePath, args: browserFlags });
const page = await browser.newPage({ viewport: { width: 256, height: 256 } });
await page.setContent(`<body style="margin:0">${readFileSync('media/icon.svg', 'utf8')}</body>`);
await page.locator('svg').screenshot({ path: 'media/icon.png', omitBackground: true });
await browser.close();

/**
 * Goldens: short stable text beside the tests. `npm run bless` (RACELENS_BLESS=1) rewrites them; with CI=true a missing
 * one fails, elsewhere it is written.
 */
import { strict as assert } from 'node:assert';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Compares a text with `test/unit/NAME.txt`. The text is stored with one line break at its end. */
export function checkGolden(name: string, actual: string): void {
  const path = `test/unit/${name}.txt`;
  const text = `${actual.trimEnd()}\n`;
  const missing = !existsSync(path);
  if (process.env.RACELENS_BLESS === '1' || (missing && process.env.CI !== 'true')) {
    mkdirSync(dirname(path), { recursive: true });
    if (missing || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
    return;
  }
  assert.ok(!missing, `the golden ${path} is missing: run npm run bless and look at what it says`);
  assert.equal(
    text,
    readFileSync(path, 'utf8'),
    `${path} differs: if the new text is right, run npm run bless`,
  );
}

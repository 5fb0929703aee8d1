/** Writes the made parts of docs/gallery: of all pages, or of those whose names hold one of the words given. */
import { readFileSync, writeFileSync } from 'node:fs';
import { pageOf, realCases, realPart, teaching, teachingPart, withPart } from './gallery';

const words = process.argv.slice(2);
const wanted = (name: string): boolean => words.length === 0 || words.some(w => name.includes(w));

async function write(name: string, made: () => Promise<string>): Promise<void> {
  if (!wanted(name)) return;
  const before = readFileSync(pageOf(name), 'utf8');
  const after = withPart(before, await made());
  if (after !== before) writeFileSync(pageOf(name), after);
  console.log(`${after === before ? 'same' : 'written'}  ${name}`);
}

for (const name of teaching) await write(name, () => teachingPart(name));
for (const c of realCases) await write(c.harness, () => realPart(c));

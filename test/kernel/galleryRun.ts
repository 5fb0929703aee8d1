/** Writes the made parts of docs/gallery: of all pages, or of those whose names hold one of the words given. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  pageOf,
  pictureFile,
  realCases,
  realPart,
  teaching,
  teachingPart,
  withPart,
  type Made,
} from './gallery';

const words = process.argv.slice(2);
const wanted = (name: string): boolean => words.length === 0 || words.some(w => name.includes(w));

async function write(name: string, made: () => Promise<Made>): Promise<void> {
  if (!wanted(name)) return;
  const before = readFileSync(pageOf(name), 'utf8');
  const { text, picture } = await made();
  const after = withPart(before, text);
  const file = pictureFile(name);
  const drawn = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (after !== before) writeFileSync(pageOf(name), after);
  if (picture !== drawn) writeFileSync(file, picture);
  console.log(`${after === before && picture === drawn ? 'same' : 'written'}  ${name}`);
}

for (const name of teaching) await write(name, () => teachingPart(name));
for (const c of realCases) await write(c.harness, () => realPart(c));

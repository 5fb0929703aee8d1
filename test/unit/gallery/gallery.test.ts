/** The gallery is complete, and what needs no kernel tree on it is what the tool says today. */
import { strict as assert } from 'node:assert';
import { existsSync, readFileSync } from 'node:fs';
import {
  beginMark,
  endMark,
  pageOf,
  pictureFile,
  realCases,
  teaching,
  teachingPart,
  withPart,
} from '../../kernel/gallery';

const names = [...teaching, ...realCases.map(c => c.harness)];

describe('gallery', () => {
  it('has a page for every case, with a story and its marks', () => {
    const index = readFileSync('docs/gallery/README.md', 'utf8');
    for (const name of names) {
      assert.ok(existsSync(pageOf(name)), `docs/gallery/${name}.md is missing`);
      const page = readFileSync(pageOf(name), 'utf8');
      const story = page.slice(0, page.indexOf(beginMark));
      assert.ok(story.length > 200, `${name}: a story`);
      assert.ok(page.includes(endMark), `${name}: the end mark`);
      assert.ok(page.includes('```text\n'), `${name}: a schedule`);
      assert.ok(page.includes(`](${name}.svg)`) && existsSync(pictureFile(name)), `${name}: a picture`);
      assert.ok(index.includes(`(${name}.md)`), `docs/gallery/README.md names ${name}`);
    }
  });
  for (const name of teaching)
    it(`${name} is up to date (node tools/gallery.mjs ${name})`, async () => {
      const page = readFileSync(pageOf(name), 'utf8');
      const made = await teachingPart(name);
      assert.equal(withPart(page, made.text), page);
      assert.equal(made.picture, readFileSync(pictureFile(name), 'utf8'));
    });
});

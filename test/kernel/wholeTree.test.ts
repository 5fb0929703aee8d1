/**
 * Real files as they are and as they become under somebody's hands: nothing throws, no file takes a second (of CPU time
 * once the headers are in), a broken function harms no other. A sample that goes once round the tree; `bench:frontend` and
 * RACELENS_EVERY=1 take more.
 */
import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskFiles } from '../../src/host/node/files';
import { decorations } from '../../src/ide/decorations';
import { knowledge } from '../../src/ide/knowledge';
import type { Pipeline } from '../../src/ide/pipeline';
import type { Item, SourceFile } from '../../src/syntax/source';
import { pipelineOn } from '../unit/pipeline';
import { brokenFunction, editsOf, numbers } from '../unit/syntax/edits';
import { loadParser } from '../unit/syntax/load';
import { kernelTree } from './tree';

/** One file in so many; a prime, so that all kinds of folders have their turn. */
const every = Number(process.env.RACELENS_EVERY ?? 307);

function sources(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(e =>
      e.isDirectory() ? sources(join(folder, e.name)) : /\.[ch]$/.test(e.name) ? [join(folder, e.name)] : [],
    );
}

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Everything that the editor shows of a file by itself. */
function show(pipeline: Pipeline, path: string): void {
  const scene = pipeline.scene([path]);
  const known = knowledge(scene);
  const [file] = scene.files;
  assert.ok(file, path);
  for (const f of known.functions(file)) known.survey.sections(f);
  assert.ok(known.words.length >= 0 && known.publications.length >= 0);
  decorations(scene, file);
}

describe('the whole tree', () => {
  it('goes through file by file: no throw, none over a second', async function () {
    this.timeout(240_000);
    const tree = kernelTree();
    const pipeline = await pipelineOn(diskFiles(), tree);
    // The headers that everybody includes, and what their macros do, are read once.
    for (const path of ['net/core/dev.c', 'kernel/fork.c']) show(pipeline, `${tree}/${path}`);
    const slow: string[] = [];
    let count = 0;
    for (const [i, path] of ['net', 'kernel', 'drivers/net']
      .flatMap(f => sources(`${tree}/${f}`))
      .entries()) {
      if (i % every !== 11 % every) continue;
      count++;
      let seconds = cpuSeconds(() => show(pipeline, path));
      // A file that is the first of its subsystem reads headers: it is asked again as after an edit.
      if (seconds > 1) {
        pipeline.forget([path]);
        seconds = cpuSeconds(() => show(pipeline, path));
      }
      if (seconds > 1) slow.push(`${path} ${seconds.toFixed(2)} s`);
    }
    assert.deepEqual(slow, []);
    assert.ok(count > 20);
  });

  it('real functions, broken: no throw, the others unharmed', async function () {
    this.timeout(120_000);
    const tree = kernelTree();
    const parser = await loadParser();
    const key = (f: SourceFile, i: Item): string => `${i.name}\0${f.text.slice(i.start, i.end)}`;
    const names = [
      'net/core/dev.c',
      'net/ipv4/tcp_input.c',
      'kernel/sched/core.c',
      'drivers/net/tun.c',
      'net/socket.c',
    ];
    for (const [n, name] of names.entries()) {
      const file = parser.parseFile(name, readFileSync(`${tree}/${name}`, 'utf8'));
      const functions = file.items.filter(i => i.kind === 'function');
      const next = numbers(n + 1);
      for (let i = 0; i < 60; i++) {
        const { text, victim } = brokenFunction(file, next);
        const after = parser.parseFile(name, text, file);
        const kept = new Set(after.items.map(item => key(after, item)));
        const lost = functions.filter(f => f !== victim && !kept.has(key(file, f)));
        assert.deepEqual(
          lost.map(f => f.name),
          [],
          `${name}, edit ${i} of ${victim.name}`,
        );
        const broken = after.items.find(item => item.name === victim.name && item.start === victim.start);
        if (broken) assert.ok(after.node(broken));
      }
    }
  });

  it('any edit whatever: what is scanned again is what a scan from nothing finds', async function () {
    this.timeout(120_000);
    const tree = kernelTree();
    const parser = await loadParser();
    for (const [n, name] of ['kernel/softirq.c', 'net/core/netpoll.c', 'include/linux/skbuff.h'].entries()) {
      const text = readFileSync(`${tree}/${name}`, 'utf8');
      let before = parser.parseFile(name, text);
      const plainly = (f: SourceFile): unknown =>
        f.items.map(i => [i.kind, i.name, i.start, i.end, i.nameStart, i.conditions, i.isStatic]);
      for (const edited of editsOf(text, 60, n + 1)) {
        assert.ok(before.items.length >= 0);
        const after = parser.parseFile(name, edited, before);
        assert.deepEqual(plainly(after), plainly(parser.parseFile(name, edited)));
        before = after;
      }
    }
  });
});

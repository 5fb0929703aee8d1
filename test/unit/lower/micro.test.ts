import { strict as assert } from 'node:assert';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { check } from '../../../src/engine';
import { lower } from '../../../src/lower/lower';
import { createTree } from '../../../src/tree/create';
import { loadParser } from '../syntax/load';
import { programOf } from './lowering';

/** The project's own semantics as programs, the samples for teaching, and those of a folder that RACELENS_MICRO names. */
const folders = [
  resolve('test/micro'),
  resolve('samples/teaching'),
  ...(process.env.RACELENS_MICRO ? [resolve(process.env.RACELENS_MICRO)] : []),
];

describe('lowering: micro harnesses', () => {
  for (const folder of folders.filter(f => existsSync(f)))
    for (const name of readdirSync(folder).filter(n => n.endsWith('.race.c')))
      it(name, async () => {
        const path = join(folder, name);
        const files = {
          read: (p: string) => (p === path ? readFileSync(p, 'utf8') : undefined),
          list: () => undefined,
        };
        const parser = await loadParser();
        const tree = createTree({ files, parser, folder });
        const program = programOf(lower({ harness: path, tree, parser }));
        const report = check(program, { maxStates: 200_000 });
        const expected = program.expectation;
        assert.ok(expected, 'no RACE_EXPECT');
        const kinds = [report.verdict.kind, ...report.also.map(a => a.kind)];
        const met = kinds.some(k => k === expected.kind || (expected.kind === 'hang' && k === 'deadlock'));
        assert.ok(met, `${report.verdict.kind} in place of ${expected.kind}`);
        if (expected.possible) assert.equal(report.confirmed, false);
      });
});

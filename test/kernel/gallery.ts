/**
 * The gallery in docs/gallery: pages whose stories are written by hand, and whose parts between two marks are made from
 * a run of the tool, so that no schedule on them is stale. tools/gallery.mjs writes them.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CheckAnswer } from '../../src/ide/pipeline';
import { lanes } from '../../src/report/lanes';
import { checkNow, diskPipeline, pipelineOn, within } from '../unit/pipeline';
import { cases, type Case } from './cases';
import { kernelTree, treeWith } from './tree';

export const beginMark = '<!-- made by tools/gallery.mjs, up to the end mark -->';
export const endMark = '<!-- end -->';

/** Pairs of samples/teaching: without a suffix the wrong one. */
export const teaching: readonly string[] = [
  'lost-wakeup',
  'abba',
  'double-checked-init',
  'callbacks-on-exit',
  'seqcount-softirq',
  'seqcount-hardirq',
];

/** Real bugs, first the one that the project began with. */
export const realCases: readonly Case[] = [
  {
    harness: 'netpoll',
    bug: [{ file: 'net/core/netpoll.c', function: 'netpoll_setup', old: 'synchronize_rcu();', new: '' }],
    verdict: 'hang',
  },
  ...cases,
];

export const pageOf = (name: string): string => resolve(`docs/gallery/${name}.md`);

function told({ report }: CheckAnswer): string {
  const { verdict } = report;
  const kind = report.confirmed || verdict.kind === 'cannot-tell' ? verdict.kind : `possible ${verdict.kind}`;
  const states = `${String(report.states)} states`;
  return verdict.kind === 'holds'
    ? `holds: every schedule was explored, ${states}`
    : `${kind}: ${verdict.message} (${states})`;
}

function part(right: [string, CheckAnswer], wrong: [string, CheckAnswer], edit: readonly string[]): string {
  const { trace, preemptions } = wrong[1].report;
  return [
    '| | |',
    '|---|---|',
    `| ${right[0]} | ${told(right[1])} |`,
    `| ${wrong[0]} | ${told(wrong[1])} |`,
    '',
    ...edit,
    `The schedule with the fewest preemptions (${String(preemptions ?? 0)}):`,
    '',
    '```text',
    ...(trace ? lanes(trace, { width: 110 }).trimEnd().split('\n') : []),
    '```',
  ].join('\n');
}

function diff({ bug }: Case): readonly string[] {
  return bug.flatMap(e => [
    `In \`${e.function}()\` of \`${e.file}\`:`,
    '',
    '```diff',
    ...e.old.split('\n').map(l => `-${l.trim()}`),
    ...e.new.split('\n').flatMap(l => (l.trim() ? [`+${l.trim()}`] : [])),
    '```',
    '',
  ]);
}

/** The made part of a real case's page: needs the tree. */
export async function realPart(c: Case): Promise<string> {
  const harness = resolve(`test/kernel/${c.harness}.race.c`);
  const run = async (edits: Case['bug']): Promise<CheckAnswer> =>
    checkNow(await pipelineOn(treeWith(edits), kernelTree()), { harness, ...within(50_000) });
  return part(
    ['the tree as it is', await run([])],
    ['with the bug back', await run(c.bug)],
    ['How the bug is put back:', '', ...diff(c)],
  );
}

/** The made part of a teaching page. */
export async function teachingPart(name: string): Promise<string> {
  const run = async (file: string): Promise<CheckAnswer> =>
    checkNow(await diskPipeline(), {
      harness: resolve(`samples/teaching/${file}.race.c`),
      ...within(50_000),
    });
  const body = (file: string): readonly string[] => {
    const text = readFileSync(`samples/teaching/${file}.race.c`, 'utf8');
    return ['```c', ...text.trimEnd().split('\n').slice(1), '```', ''];
  };
  return part(
    [`${name}-fixed.race.c`, await run(`${name}-fixed`)],
    [`${name}.race.c`, await run(name)],
    body(name),
  );
}

/** The page with its made part replaced. Throws if the marks are not there. */
export function withPart(page: string, made: string): string {
  const from = page.indexOf(beginMark);
  const to = page.indexOf(endMark);
  if (from < 0 || to < from) throw new Error('the page has no marks for what the tool makes');
  return `${page.slice(0, from)}${beginMark}\n\n${made}\n\n${page.slice(to)}`;
}

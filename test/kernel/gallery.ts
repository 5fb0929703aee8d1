/**
 * The gallery in docs/gallery: pages whose stories are written by hand, and whose parts between two marks are made from
 * a run of the tool, so that no schedule on them is stale. tools/gallery.mjs writes them.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createLineMap } from '../../src/base/span';
import { diskFiles } from '../../src/host/node/files';
import type { FileSource } from '../../src/host/files';
import { exportedAnswer } from '../../src/ide/exports';
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
export const pictureFile = (name: string): string => resolve(`docs/gallery/${name}.svg`);

function told({ report }: CheckAnswer): string {
  const { verdict } = report;
  const kind = report.confirmed || verdict.kind === 'cannot-tell' ? verdict.kind : `possible ${verdict.kind}`;
  const states = `${String(report.states)} states`;
  return verdict.kind === 'holds'
    ? `holds: every schedule was explored, ${states}`
    : `${kind}: ${verdict.message} (${states})`;
}

/** What is made for a page: its part of the text, and the picture of the schedule. */
export interface Made {
  readonly text: string;
  readonly picture: string;
}

interface PartInput {
  readonly name: string;
  readonly right: readonly [string, CheckAnswer];
  readonly wrong: readonly [string, CheckAnswer];
  readonly edit: readonly string[];
  /** What the wrong one was run on. */
  readonly files: FileSource;
}

function part({ name, right, wrong, edit, files }: PartInput): Made {
  const { trace, preemptions } = wrong[1].report;
  const picture = exportedAnswer(wrong[1], 'svg', {
    file: `${name}.race.c`,
    show: path => path,
    lines(path) {
      const text = files.read(path);
      return typeof text === 'string' && text !== 'pending' ? createLineMap(text) : undefined;
    },
  });
  if (picture === undefined) throw new Error(`${name}: there is no schedule to draw`);
  const text = [
    '| | |',
    '|---|---|',
    `| ${right[0]} | ${told(right[1])} |`,
    `| ${wrong[0]} | ${told(wrong[1])} |`,
    '',
    ...edit,
    `The schedule with the fewest preemptions (${String(preemptions ?? 0)}):`,
    '',
    `![The schedule: one lane per thread, state words beside them](${name}.svg)`,
    '',
    'As text:',
    '',
    '```text',
    ...(trace ? lanes(trace, { width: 110 }).trimEnd().split('\n') : []),
    '```',
  ].join('\n');
  return { text, picture: `${picture.trimEnd()}\n` };
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
export async function realPart(c: Case): Promise<Made> {
  const harness = resolve(`test/kernel/${c.harness}.race.c`);
  const buggy = treeWith(c.bug);
  const run = async (files: FileSource): Promise<CheckAnswer> =>
    checkNow(await pipelineOn(files, kernelTree()), { harness, ...within(50_000) });
  return part({
    name: c.harness,
    right: ['the tree as it is', await run(treeWith([]))],
    wrong: ['with the bug back', await run(buggy)],
    edit: ['How the bug is put back:', '', ...diff(c)],
    files: buggy,
  });
}

/** The made part of a teaching page. */
export async function teachingPart(name: string): Promise<Made> {
  const run = async (file: string): Promise<CheckAnswer> =>
    checkNow(await diskPipeline(), {
      harness: resolve(`samples/teaching/${file}.race.c`),
      ...within(50_000),
    });
  const body = (file: string): readonly string[] => {
    const text = readFileSync(`samples/teaching/${file}.race.c`, 'utf8');
    return ['```c', ...text.trimEnd().split('\n').slice(1), '```', ''];
  };
  return part({
    name,
    right: [`${name}-fixed.race.c`, await run(`${name}-fixed`)],
    wrong: [`${name}.race.c`, await run(name)],
    edit: body(name),
    files: diskFiles(),
  });
}

/** The page with its made part replaced. Throws if the marks are not there. */
export function withPart(page: string, made: string): string {
  const from = page.indexOf(beginMark);
  const to = page.indexOf(endMark);
  if (from < 0 || to < from) throw new Error('the page has no marks for what the tool makes');
  return `${page.slice(0, from)}${beginMark}\n\n${made}\n\n${page.slice(to)}`;
}

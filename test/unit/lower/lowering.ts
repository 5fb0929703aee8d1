import { strict as assert } from 'node:assert';
import type { Problem } from '../../../src/base/problem';
import { check } from '../../../src/engine';
import type { Report } from '../../../src/engine/report';
import { printInstruction } from '../../../src/ir/print';
import type { Program } from '../../../src/ir/program';
import { validateProgram } from '../../../src/ir/validate';
import { lower, type LowerResult } from '../../../src/lower/lower';
import { createTree } from '../../../src/tree/create';
import type { Files } from '../../../src/tree/tree';
import { loadParser } from '../syntax/load';

const HARNESS = '/h/test.race.c';

function memory(texts: Readonly<Record<string, string>>): Files {
  return {
    read: path => texts[path],
    list(path) {
      const names = new Set<string>();
      for (const p of Object.keys(texts))
        if (p.startsWith(`${path}/`)) names.add(p.slice(path.length + 1).replace(/\/.*/, '/'));
      return names.size ? [...names] : undefined;
    },
  };
}

/** `//- /path` starts a further file; what stands before the first one is the harness. With `root`, a kernel tree. */
export async function lowered(text: string, root?: string): Promise<LowerResult & { text: string }> {
  const [harness = '', ...rest] = text.split(/^\/\/- /m);
  const files: Record<string, string> = { [HARNESS]: harness };
  for (const part of rest) {
    const end = part.indexOf('\n');
    files[part.slice(0, end).trim()] = part.slice(end + 1);
  }
  const parser = await loadParser();
  const tree = createTree({ files: memory(files), parser, ...(root ? { root } : { folder: '/h' }) });
  const result = lower({ harness: HARNESS, tree, parser });
  if (result.program) assert.deepEqual(validateProgram(result.program), []);
  return { ...result, text: harness };
}

export function programOf(result: LowerResult): Program {
  assert.ok(result.program, JSON.stringify(result.problems));
  return result.program;
}

/** Runs a harness; problems are only allowed where a test asks for them. */
export async function run(text: string, root?: string): Promise<{ report: Report; result: LowerResult }> {
  const result = await lowered(text, root);
  const report = check(programOf(result), { maxStates: 100_000 });
  return { report, result };
}

/** The verdict's kind, `possible` before it if it rests on an unknown value. */
export async function checkVerdict(text: string, expected: string, root?: string): Promise<void> {
  const { report, result } = await run(text, root);
  const { verdict } = report;
  const found = `${report.confirmed || verdict.kind === 'cannot-tell' ? '' : 'possible '}${verdict.kind}`;
  assert.equal(
    found,
    expected,
    `${'message' in verdict ? verdict.message : ''} ${JSON.stringify(result.problems)}\n${text}`,
  );
}

/** Statements of one thread, then a condition that must hold at the end. `before` is top-level C. */
export async function checkTrue(condition: string, statements = '', before = ''): Promise<void> {
  await checkVerdict(
    `#include <racelens.h>\n${before}\nRACE_THREAD(process, t) { ${statements} RACE_ASSERT(${condition}); }\n`,
    'holds',
  );
}

/** The instructions of a function, one line each, without sites. */
export async function checkLower(text: string, name: string, expected: readonly string[]): Promise<void> {
  const program = programOf(await lowered(`#include <racelens.h>\n${text}`));
  const f = program.functions.find(x => x.name === name);
  assert.ok(f, `no function ${name}`);
  const lines = f.body.map(i => printInstruction(i, program).replace(/ #\d+$/, ''));
  assert.deepEqual(lines, expected);
}

/** Problems as `severity: message @ text under the span`. */
export async function checkProblems(text: string, expected: readonly string[], root?: string): Promise<void> {
  const result = await lowered(text, root);
  assert.deepEqual(
    result.problems.map(p => show(p, result.text)),
    expected,
  );
}

function show(p: Problem, harness: string): string {
  const at =
    p.span?.file === HARNESS ? ` @ ${harness.slice(p.span.start, p.span.end).split('\n')[0] ?? ''}` : '';
  return `${p.severity}: ${p.message}${at}`;
}

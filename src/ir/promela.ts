/**
 * The ir as Promela, for the part of it that Promela can say: an oracle from outside (SPIN), state for state. Covered are
 * threads on CPUs of their own, accesses to cells of at most 32 bits, arithmetic, branches, calls without recursion,
 * choices, assertions, atomic groups, RCU readers and grace periods, contexts, spinlocks, mutexes, reader-writer locks,
 * semaphores and completions. What is not covered is said, and the program is left out.
 *
 * One model holds several programs: its first step chooses one (gcc takes longer than the searches). Everything is a
 * global number: cells `c`, and for each thread its place `pc`, registers `r`, nesting `d` (preemption, BH, spinning
 * locks), `i` (interrupts off), `u` (RCU), `h` (locks held) and the readers that its grace period waits for `g`. A step
 * is one d_step: the visible operation and the thread's own work behind it. Dead registers are 0. So SPIN's states are the
 * unreduced search's states, plus the one before the choice; a fault is a step that changes nothing and tells (`F`), and so
 * is a state without a way on that is not the end of all required threads (`D`). Search with
 *
 *     spin -a -o1 -o2 -o3 model.pml && gcc -O2 -w -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -E
 */
import type { Problem, Result } from '../base/problem';
import { createSteps, END, type Option, type Steps } from './promelaSteps';
import type { Program } from './program';

/** The model, and by program what kept it out (undefined: it is in, as number k + 1). */
export interface Promela {
  readonly text: string;
  readonly left: readonly (string | undefined)[];
}

export function printPromela(programs: readonly Program[]): Result<Promela> {
  const made = programs.map((p, k) => createSteps(p, k + 1));
  const inside = made.flatMap((m, k) => (typeof m === 'string' ? [] : [{ steps: m, number: k + 1 }]));
  const threads = Math.max(1, ...inside.map(m => m.steps.threads.length));
  const cells = Math.max(1, ...inside.map(m => m.steps.cells.length));
  const registers = Array.from({ length: threads }, (_, t) =>
    Math.max(1, ...inside.map(m => m.steps.threads[t]?.registers ?? 0)),
  );
  const out: string[] = [
    'c_decl {',
    'extern int printf(const char *, ...);',
    `static char told[${programs.length + 1}][2];`,
  ];
  out.push(
    '#define TELL(p, k, c) do { if (!told[p][k]) { told[p][k] = 1; printf("%c%d\\n", c, p); } } while (0)',
  );
  out.push('}', 'int prog;', 'hidden int tmp;');
  for (let c = 0; c < cells; c++) out.push(`int c${c};`);
  for (let t = 0; t < threads; t++) {
    out.push(`int pc${t}; int d${t}; int i${t}; int u${t}; int h${t}; int g${t};`);
    for (let r = 0; r < (registers[t] ?? 0); r++) out.push(`int r${t}_${r};`);
  }
  for (const { steps, number } of inside) out.push(...macros(steps, number));
  out.push('active proctype chooser() {', '  end: do');
  for (const { steps, number } of inside)
    out.push(`  :: d_step { prog == 0 -> prog = ${number}; ${starting(steps)} }`);
  for (const { steps, number } of inside)
    out.push(
      `  :: d_step { prog == ${number} && timeout && !(${allDone(steps)}) -> c_code { TELL(${number}, 1, 'D'); }; tmp = 0 }`,
    );
  if (inside.length === 0) out.push('  :: false');
  out.push('  od', '}');
  for (let t = 0; t < threads; t++) {
    out.push(`active proctype t${t}() {`, '  end: do', '  :: false');
    for (const { steps, number } of inside)
      for (const o of steps.threads[t]?.options ?? []) out.push(`  :: ${optionText(o, number, t)}`);
    out.push('  od', '}');
  }
  const problems = made.flatMap((m): Problem[] =>
    typeof m === 'string' ? [{ severity: 'warning', message: m }] : [],
  );
  return {
    value: { text: `${out.join('\n')}\n`, left: made.map(m => (typeof m === 'string' ? m : undefined)) },
    problems,
  };
}

function optionText({ place, guard, effect, isFault }: Option, number: number, thread: number): string {
  const when = [
    `prog == ${number}`,
    `pc${thread} == ${place}`,
    ...(guard === '1' ? [] : [`(${guard})`]),
  ].join(' && ');
  if (isFault) return `d_step { ${when} -> c_code { TELL(${number}, 0, 'F'); }; tmp = 0 }`;
  return `d_step { ${when} -> ${effect}; tmp = 0 }`;
}

function starting({ cells, threads }: Steps): string {
  const parts = [
    ...cells.flatMap((v, c) => (v === 0 ? [] : [`c${c} = ${v}`])),
    ...threads.map(t => t.start),
    'tmp = 0',
  ];
  return parts.join('; ');
}

function allDone({ threads }: Steps): string {
  const required = threads.flatMap((t, n) => (t.isDaemon ? [] : [`pc${n} == ${END}`]));
  return required.length > 0 ? required.join(' && ') : '1';
}

/** Who is a reader, and where a writer waits: looked at by other threads. */
function macros({ threads, waitingWriters }: Steps, number: number): string[] {
  return [
    ...threads.map((t, n) => `#define reader_${number}_${n} (${t.reader})`),
    ...[...waitingWriters].map(
      ([cell, places]) => `#define writer_${number}_${cell} (${places.join(' || ') || '0'})`,
    ),
  ];
}

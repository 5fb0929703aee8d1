/**
 * The ir as text: one instruction a line, labels for jump targets, names where they are unique and `$index` where they
 * are not. What is printed can be read back by parse.ts and gives the same program.
 */
import type { Span } from '../base/span';
import { unreachable } from '../base/unreachable';
import type { Function, Instruction, Integer, Operand, Program } from './program';

/** Text that `parseProgram` reads back to an equal program. */
export function printProgram(program: Program): string {
  const names = createNames(program);
  const out: string[] = [`program ${quote(program.name)}`];
  const { settings } = program;
  for (const [key, value] of Object.entries(settings))
    if (value !== undefined) out.push(`setting ${key} ${value}`);
  if (program.expectation) {
    const e = program.expectation;
    out.push(`expect ${e.possible ? 'possible ' : ''}${e.kind}${span(e.span)}`);
  }
  for (const a of program.assumptions)
    out.push(
      `assumption ${a.kind} ${quote(a.message)}${a.callee === undefined ? '' : ` via ${quote(a.callee)}`}${span(a.span)}`,
    );
  program.sites.forEach((s, i) => {
    const via = s.via === undefined ? '' : ` via ${quote(s.via)}`;
    out.push(`site ${i} ${quote(s.span.file)} ${s.span.start} ${s.span.end} ${quote(s.text)}${via}`);
  });
  program.layouts.forEach((l, i) => {
    out.push(`layout ${names.define(l.name, i, 'layouts')} ${l.size} {`);
    for (const f of l.fields) {
      const array = f.count === undefined ? '' : ` count ${f.count}`;
      const stride = f.stride === undefined ? '' : ` stride ${f.stride}`;
      const bits = f.bits
        ? ` bits { ${Object.entries(f.bits)
            .map(([n, b]) => `${n} ${quote(b)}`)
            .join(' ')} }`
        : '';
      out.push(
        `  ${f.offset} ${quote(f.name)} ${f.type}${array}${stride}${f.holds ? ` ${f.holds}` : ''}${bits}`,
      );
    }
    out.push('}');
  });
  program.objects.forEach((o, i) => {
    const initial = o.initial.map(v => `${v.offset} ${v.type} = ${operand(v.value, names)}`);
    out.push(
      `object ${names.define(o.name, i, 'objects')}: ${names.layout(o.layout)} size ${o.size}` +
        (o.readOnly ? ' readonly' : '') +
        (initial.length ? ` { ${initial.join(', ')} }` : '') +
        span(o.span),
    );
  });
  program.functions.forEach((f, i) => {
    const registers = f.registerTypes
      .map((t, r) => {
        const name = f.registerNames[r];
        return name === undefined ? t : `${t} ${quote(name)}`;
      })
      .join(', ');
    const stack = f.stack.map(s => ` stack ${quote(s.name)}: ${names.layout(s.layout)}`).join('');
    out.push(
      `function ${names.define(f.name, i, 'functions')}/${f.parameters} [${registers}]${stack}${span(f.span)} {`,
      ...body(f, names),
      '}',
    );
  });
  for (const t of program.threads) {
    out.push(
      `${t.daemon ? 'daemon' : 'thread'} ${t.context} ${name(t.name)}` +
        (t.cpu === undefined ? '' : ` @${t.cpu}`) +
        (t.repeat === 1 ? '' : ` repeat ${t.repeat}`) +
        (t.signals ? ' signals' : '') +
        (t.task === undefined ? '' : ` task ${names.object(t.task)}`) +
        span(t.span) +
        ` = ${names.function(t.entry)}`,
    );
  }
  for (const f of program.init) out.push(`init = ${names.function(f)}`);
  for (const f of program.finally) out.push(`finally #${f.site} = ${names.function(f.function)}`);
  return out.join('\n') + '\n';
}

/** One instruction as text, for debug views and messages. */
export function printInstruction(instruction: Instruction, program: Program): string {
  return instructionText(instruction, createNames(program), i => `L${i}`, -2);
}

interface Names {
  define(name: string, index: number, list: 'layouts' | 'objects' | 'functions'): string;
  layout(index: number): string;
  object(index: number): string;
  function(index: number): string;
}

function createNames(program: Program): Names {
  const unique = (list: readonly { readonly name: string }[]): ReadonlySet<string> => {
    const once = new Set<string>();
    const twice = new Set<string>();
    for (const { name: n } of list) (once.has(n) ? twice : once).add(n);
    for (const n of twice) once.delete(n);
    return once;
  };
  const sets = {
    layouts: unique(program.layouts),
    objects: unique(program.objects),
    functions: unique(program.functions),
  };
  const use = (list: 'layouts' | 'objects' | 'functions') => (index: number) => {
    const n = program[list][index]?.name;
    return n !== undefined && sets[list].has(n) ? name(n) : `$${index}`;
  };
  return {
    define: n => name(n),
    layout: use('layouts'),
    object: use('objects'),
    function: use('functions'),
  };
}

function body(f: Function, names: Names): string[] {
  const targets = new Set<number>();
  f.body.forEach((i, at) => {
    if (i.op === 'jump') targets.add(i.target);
    else if (i.op === 'branch') {
      if (i.target !== at + 1) targets.add(i.target);
      if (i.otherwise !== at + 1 || i.target === at + 1) targets.add(i.otherwise);
    }
  });
  const out: string[] = [];
  f.body.forEach((i, at) => {
    if (targets.has(at)) out.push(`L${at}:`);
    out.push(`  ${instructionText(i, names, n => `L${n}`, at)} #${i.site}`);
  });
  if (targets.has(f.body.length)) out.push(`L${f.body.length}:`);
  return out;
}

function instructionText(i: Instruction, names: Names, label: (at: number) => string, at: number): string {
  const o = (x: Operand): string => operand(x, names);
  const mark = (m: string): string => (m === 'plain' ? '' : ` ${m}`);
  switch (i.op) {
    case 'copy':
      return `r${i.to} = ${o(i.from)}`;
    case 'binary':
      return `r${i.to} = ${i.operator} ${i.type} ${o(i.left)} ${o(i.right)}`;
    case 'convert':
      return `r${i.to} = ${i.bool ? 'bool' : 'convert'} ${i.type} ${o(i.from)}`;
    case 'load':
      return `r${i.to} = load ${i.type} ${o(i.address)}${mark(i.marking)}`;
    case 'store':
      return `store ${i.type} ${o(i.address)} ${o(i.value)}${mark(i.marking)}`;
    case 'rmw':
      return `${to(i.to)}rmw ${i.operator} ${i.type} ${o(i.address)} ${o(i.value)} ${i.marking}${i.refcount ? ' refcount' : ''}`;
    case 'cmpxchg':
      return `r${i.to} = cmpxchg ${i.type} ${o(i.address)} ${o(i.expected)} ${o(i.value)} ${i.marking}${i.notEqual ? ' unless' : ''}${i.refcount ? ' refcount' : ''}`;
    case 'fill':
      return `fill ${o(i.address)} ${o(i.byte)} ${o(i.size)}`;
    case 'move':
      return `move ${o(i.target)} ${o(i.source)} ${o(i.size)}`;
    case 'jump':
      return `goto ${label(i.target)}`;
    case 'branch':
      if (i.otherwise === at + 1 && i.target !== at + 1)
        return `if ${o(i.condition)} goto ${label(i.target)}`;
      if (i.target === at + 1) return `unless ${o(i.condition)} goto ${label(i.otherwise)}`;
      return `if ${o(i.condition)} goto ${label(i.target)} else ${label(i.otherwise)}`;
    case 'call':
      return `${to(i.to)}call ${names.function(i.function)}(${i.arguments.map(o).join(', ')})`;
    case 'callPointer':
      return `${to(i.to)}call *${o(i.target)}(${i.arguments.map(o).join(', ')})`;
    case 'return':
      return i.value ? `return ${o(i.value)}` : 'return';
    case 'allocate':
      return `r${i.to} = allocate ${names.layout(i.layout)} ${o(i.size)} ${i.fill} ${quote(i.name)}${i.mayFail ? ' mayFail' : ''}${i.typesafe ? ' typesafe' : ''}`;
    case 'free':
      return `free ${o(i.address)}${i.any ? ' any' : ''}`;
    case 'choose':
      return `r${i.to} = choose ${i.count}`;
    case 'unknown':
      return `r${i.to} = unknown ${i.type} assumption ${i.assumption}${i.layout === undefined ? '' : ` to ${names.layout(i.layout)}`}`;
    case 'assert':
      return `assert ${o(i.condition)} ${i.fault} ${quote(i.message)}`;
    case 'warn':
      return `warn ${o(i.condition)} ${i.finding} ${quote(i.message)}`;
    case 'atomic':
      return `atomic ${i.length}`;
    case 'await':
      return `await ${o(i.condition)}`;
    case 'unsupported':
      return `unsupported ${quote(i.reason)}`;
    case 'sync':
      return `${to(i.to)}${i.name}${i.arguments.map(a => ` ${o(a)}`).join('')}`;
    default:
      return unreachable(i);
  }
}

function to(register: number | undefined): string {
  return register === undefined ? '' : `r${register} = `;
}

function offset(n: number): string {
  return n === 0 ? '' : n < 0 ? `${n}` : `+${n}`;
}

function operand(o: Operand, names: Names): string {
  switch (o.kind) {
    case 'register':
      return `r${o.register}`;
    case 'constant':
      return integer(o.value);
    case 'object':
      return `&${names.object(o.object)}${offset(o.offset)}`;
    case 'stack':
      return `%${o.slot}${offset(o.offset)}`;
    case 'function':
      return `&fn:${names.function(o.function)}`;
    default:
      return unreachable(o);
  }
}

function integer(value: Integer): string {
  return typeof value === 'bigint' && value > 0n ? `0x${value.toString(16)}` : value.toString();
}

function name(text: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) ? text : quote(text);
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function span(s: Span | undefined): string {
  return s ? ` at ${quote(s.file)} ${s.start} ${s.end}` : '';
}

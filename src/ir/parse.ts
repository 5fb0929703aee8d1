/**
 * Reads the text form of the ir (see print.ts for what is written; text.ts shows the language). Made for hand-written
 * tests as well: statements may share a line (`;`), a thread may carry its body, scalar layouts (`u32`, `word`, `lock`,
 * `pointer`) need no declaration, fields have names (`&dev.state`), and without `#site` a statement is its own site.
 * Recursive descent over a flat token list; a statement that does not parse is a problem and is left out.
 */
import type { Problem, Result } from '../base/problem';
import type { Span } from '../base/span';
import type {
  Assumption,
  BinaryOperator,
  Context,
  Expectation,
  FaultKind,
  Field,
  FindingKind,
  Function,
  Instruction,
  Integer,
  Layout,
  Marking,
  Operand,
  Program,
  RmwOperator,
  Scalar,
  Settings,
  Site,
  StackObject,
  StaticObject,
  Thread,
} from './program';
import { createReader, guarded, plain, tokenize, type Reader, type Token } from './tokens';
import { operations } from './operations';
import { canonical } from './value';

const scalars = new Set<string>(['i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'i64', 'u64']);
const binaries = new Set<string>('add sub mul div mod and or xor shl shr eq ne lt le gt ge'.split(' '));
const rmws = new Set<string>('add sub and or xor andnot xchg'.split(' '));
const markings = new Set<string>('plain once acquire release relaxed full dereference initial'.split(' '));
const contexts = new Set<string>(['process', 'kthread', 'softirq', 'hardirq']);
const holdings = new Set<string>(['pointer', 'function', 'word', 'lock', 'boolean']);

/** Layouts that need no declaration. */
const builtin: ReadonlyMap<string, Layout> = new Map(
  (
    [
      ...[...scalars].map(s => [s, s as Scalar, undefined] as const),
      ['word', 'u64', 'word'],
      ['pointer', 'u64', 'pointer'],
      ['lock', 'u32', 'lock'],
    ] as readonly (readonly [string, Scalar, Field['holds']])[]
  ).map(([name, type, holds]) => {
    const size = Number(type.slice(1)) / 8;
    return [name, { name, size, fields: [{ offset: 0, name: '', type, ...(holds ? { holds } : {}) }] }];
  }),
);

/** What is known of the program while it is read: names may be used before they are declared. */
interface Unit {
  readonly file: string;
  readonly text: string;
  readonly problems: Problem[];
  readonly sites: Site[];
  /** Sites given explicitly come first; the made-up ones are numbered behind them. */
  readonly implicit: boolean;
  readonly layouts: Layout[];
  readonly objects: StaticObject[];
  readonly functions: (Function | undefined)[];
  readonly functionNames: string[];
}

/** The program, or undefined with the problems that stand in its way. `file` names the text in spans. */
export function parseProgram(text: string, file = 'program.ir'): Result<Program | undefined> {
  const problems: Problem[] = [];
  const tokens = tokenize(text, file, problems);
  const unit: Unit = {
    file,
    text,
    problems,
    sites: [],
    implicit: true,
    layouts: [],
    objects: [],
    functions: [],
    functionNames: [],
  };
  declareFunctions(tokens, unit);
  const reader = createReader(tokens, unit);
  const program = readProgram(reader, unit);
  if (problems.length > 0) return { value: undefined, problems };
  return { value: program, problems };
}

/** Functions and threads with bodies get their numbers first, so that calls may come before definitions. */
function declareFunctions(tokens: readonly Token[], unit: Unit): void {
  let depth = 0;
  let head: Token[] = [];
  const finish = (): void => {
    const first = head[0]?.text;
    if (first === 'function') unit.functionNames.push(plain(head[1]));
    else if ((first === 'thread' || first === 'daemon') && !head.some(t => t.text === '='))
      unit.functionNames.push(plain(head[2]));
    else if ((first === 'init' || first === 'finally') && !head.some(t => t.text === '='))
      unit.functionNames.push(first);
  };
  for (const t of tokens) {
    if (t.text === '{' && t.kind === 'sign') {
      if (depth === 0) finish();
      depth++;
    } else if (t.text === '}' && t.kind === 'sign') {
      depth--;
      head = [];
    } else if (depth === 0) {
      if (t.kind === 'end') head = [];
      else head.push(t);
    }
  }
}

function readProgram(r: Reader, unit: Unit): Program {
  let programName = unit.file;
  const assumptions: Assumption[] = [];
  const threads: Thread[] = [];
  const init: number[] = [];
  const finals: { function: number; site: number }[] = [];
  const settings: Record<string, string | number> = {};
  let expectation: Expectation | undefined;
  let nextFunction = 0;
  const bodies: (() => void)[] = [];

  /** The body is read when all names are known; the token position is kept by reading it at once into a closure. */
  const inlineBody = (name: string, parameters: number, options: FunctionHead): number => {
    const index = nextFunction++;
    const statements = collectBody(r);
    bodies.push(() => {
      unit.functions[index] = readFunction(name, parameters, options, statements, unit);
    });
    return index;
  };

  const declarations: Readonly<Record<string, () => void>> = {
    program: () => {
      programName = name(r);
    },
    setting: () => {
      const key = r.next().text;
      const t = r.next();
      settings[key] = t.kind === 'number' ? Number(t.text) : t.text;
    },
    expect: () => {
      const possible = r.accept('possible');
      const kind = r.next().text;
      const span = readSpan(r);
      expectation = { kind, possible, ...(span ? { span } : {}) };
    },
    assumption: () => {
      const kind = r.next().text as Assumption['kind'];
      const message = name(r);
      const callee = r.accept('via') ? name(r) : undefined;
      const span = readSpan(r);
      assumptions.push({
        kind,
        message,
        ...(callee === undefined ? {} : { callee }),
        ...(span ? { span } : {}),
      });
    },
    site: () => {
      const index = count(r);
      const file = name(r);
      const start = count(r);
      const end = count(r);
      const text = name(r);
      const via = r.accept('via') ? name(r) : undefined;
      unit.sites[index] = { span: { file, start, end }, text, ...(via === undefined ? {} : { via }) };
    },
    layout: () => {
      readLayout(r, unit);
    },
    object: () => {
      const o = readObject(r, unit);
      bodies.push(o);
    },
    function: () => {
      const n = name(r);
      const parameters = r.accept('/') ? count(r) : 0;
      const head = readHead(r, unit);
      inlineBody(n, parameters, head);
    },
    init: () => {
      init.push(r.accept('=') ? reference(r, unit.functionNames, 'function') : inlineBody('init', 0, {}));
    },
    finally: () => {
      const at = r.position;
      const site = r.accept('#') ? count(r) : undefined;
      const f = r.accept('=') ? reference(r, unit.functionNames, 'function') : inlineBody('finally', 0, {});
      finals.push({ function: f, site: site ?? makeSite(unit, at, r.position) });
    },
    thread: () => threads.push(readThread(r, unit, false, inlineBody)),
    daemon: () => threads.push(readThread(r, unit, true, inlineBody)),
  };

  // Explicit sites keep their numbers: they are read before any made-up one, because bodies come last.
  for (r.skipEnds(); r.peek(); r.skipEnds()) {
    guarded(r, unit, () => {
      const word = r.next();
      const read = declarations[word.text];
      if (!read) return r.fail(`'${word.text}' starts no declaration`);
      read();
      if (r.peek() && r.peek()?.kind !== 'end') r.fail('expected the end of the line');
    });
  }
  for (const read of bodies) read();
  return {
    name: programName,
    sites: unit.sites,
    layouts: unit.layouts,
    objects: unit.objects,
    functions: unit.functions.filter(f => f !== undefined),
    threads,
    init,
    finally: finals,
    assumptions,
    settings: settings as Settings,
    ...(expectation ? { expectation } : {}),
  };
}

function name(r: Reader): string {
  const t = r.next();
  if (t.kind !== 'word' && t.kind !== 'string') return r.fail('expected a name');
  return plain(t);
}

function count(r: Reader): number {
  if (r.peek()?.kind !== 'number') return r.fail('expected a number');
  return Number(r.next().text);
}

function readSpan(r: Reader): Span | undefined {
  if (!r.accept('at')) return undefined;
  return { file: name(r), start: count(r), end: count(r) };
}

function scalar(r: Reader): Scalar {
  const t = r.peek();
  if (!t || !scalars.has(t.text)) return r.fail('expected a type (u8 … i64)');
  r.next();
  return t.text as Scalar;
}

/** `$3` or a name of the list. */
function reference(r: Reader, names: readonly string[], what: string): number {
  if (r.accept('$')) return count(r);
  const t = r.peek();
  const n = name(r);
  const index = names.indexOf(n);
  if (index < 0) return r.fail(`no ${what} '${t?.text ?? ''}'`);
  return index;
}

function layoutReference(r: Reader, unit: Unit): number {
  if (r.accept('$')) return count(r);
  const n = name(r);
  const index = unit.layouts.findIndex(l => l.name === n);
  if (index >= 0) return index;
  const known = builtin.get(n);
  if (!known) return r.fail(`no layout '${n}'`);
  unit.layouts.push(known);
  return unit.layouts.length - 1;
}

function readLayout(r: Reader, unit: Unit): void {
  const n = name(r);
  const size = count(r);
  const fields: Field[] = [];
  r.expect('{');
  for (r.skipEnds(); !r.accept('}'); r.skipEnds()) {
    const offset = count(r);
    const field = name(r);
    const type = scalar(r);
    const elements = r.accept('count') ? count(r) : undefined;
    const stride = r.accept('stride') ? count(r) : undefined;
    const holds = holdings.has(r.peek()?.text ?? '') ? (r.next().text as Field['holds']) : undefined;
    let bits: Record<number, string> | undefined;
    if (r.accept('bits')) {
      bits = {};
      r.expect('{');
      while (!r.accept('}')) {
        const bit = count(r);
        bits[bit] = name(r);
      }
    }
    r.accept(',');
    fields.push({
      offset,
      name: field,
      type,
      ...(elements === undefined ? {} : { count: elements }),
      ...(stride === undefined ? {} : { stride }),
      ...(holds ? { holds } : {}),
      ...(bits ? { bits } : {}),
    });
  }
  unit.layouts.push({ name: n, size, fields });
}

/** Gives back what fills in the initial values once all objects are known. */
function readObject(r: Reader, unit: Unit): () => void {
  const n = name(r);
  r.expect(':');
  const layout = layoutReference(r, unit);
  const shape = unit.layouts[layout];
  const size = r.accept('size') ? count(r) : (shape?.size ?? 0);
  const readOnly = r.accept('readonly');
  const index = unit.objects.length;
  const values: { offset: number; type: Scalar; value: Token[] }[] = [];
  const equals = r.accept('=');
  if (equals && r.peek()?.text !== '{') {
    const type = shape?.fields[0]?.type ?? 'u64';
    values.push({ offset: 0, type, value: operandTokens(r) });
  } else if (r.accept('{')) {
    for (r.skipEnds(); !r.accept('}'); r.skipEnds()) {
      const t = r.peek();
      let offset: number;
      let type: Scalar;
      if (t?.kind === 'number') {
        offset = count(r);
        type = scalar(r);
      } else {
        const field = fieldOf(shape, name(r), r);
        offset = field.offset;
        type = field.type;
      }
      r.expect('=');
      values.push({ offset, type, value: operandTokens(r) });
      r.accept(',');
    }
  }
  const span = readSpan(r);
  const object = {
    name: n,
    layout,
    size,
    initial: [],
    ...(span ? { span } : {}),
    ...(readOnly ? { readOnly: true as const } : {}),
  };
  unit.objects.push(object);
  return () => {
    const initial = values.map(v => {
      const inner = createReader(v.value, unit);
      let value: Operand = { kind: 'constant', value: 0 };
      guarded(inner, unit, () => {
        value = operand(inner, unit, []);
      });
      return { offset: v.offset, type: v.type, value };
    });
    unit.objects[index] = { ...object, initial };
  };
}

function operandTokens(r: Reader): Token[] {
  const tokens: Token[] = [];
  for (;;) {
    const t = r.peek();
    if (!t || t.kind === 'end' || t.text === ',' || t.text === '}' || t.text === 'at') return tokens;
    tokens.push(r.next());
  }
}

function fieldOf(layout: Layout | undefined, field: string, r: Reader): Field {
  const found = layout?.fields.find(f => f.name === field);
  return found ?? r.fail(`no field '${field}' in ${layout?.name ?? 'the object'}`);
}

interface FunctionHead {
  readonly registers?: readonly { readonly type: Scalar; readonly name?: string }[];
  readonly stack?: readonly StackObject[];
  readonly span?: Span;
}

function readHead(r: Reader, unit: Unit): FunctionHead {
  let registers: { type: Scalar; name?: string }[] | undefined;
  if (r.accept('[')) {
    registers = [];
    while (!r.accept(']')) {
      const type = scalar(r);
      const n = r.peek()?.kind === 'string' ? name(r) : undefined;
      registers.push({ type, ...(n === undefined ? {} : { name: n }) });
      r.accept(',');
    }
  }
  const stack: StackObject[] = [];
  while (r.accept('stack')) {
    const n = name(r);
    r.expect(':');
    stack.push({ name: n, layout: layoutReference(r, unit) });
  }
  const span = readSpan(r);
  return { ...(registers ? { registers } : {}), stack, ...(span ? { span } : {}) };
}

function readThread(
  r: Reader,
  unit: Unit,
  daemon: boolean,
  body: (name: string, parameters: number, head: FunctionHead) => number,
): Thread {
  const start = r.position;
  const context = r.next().text;
  if (!contexts.has(context)) r.fail(`'${context}' is no context`);
  const n = name(r);
  const cpu = r.accept('@') ? count(r) : undefined;
  const repeat = r.accept('repeat') ? count(r) : 1;
  const signals = r.accept('signals');
  const task = r.accept('task')
    ? reference(
        r,
        unit.objects.map(o => o.name),
        'object',
      )
    : undefined;
  const given = readSpan(r);
  const own = r.accept('=');
  const head = own ? {} : readHead(r, unit);
  const entry = own ? reference(r, unit.functionNames, 'function') : body(n, 0, head);
  const span = given ?? (own ? undefined : { file: unit.file, start, end: start + n.length });
  return {
    name: n,
    context: context as Context,
    entry,
    ...(cpu === undefined ? {} : { cpu }),
    ...(daemon ? { daemon: true as const } : {}),
    repeat,
    ...(signals ? { signals: true as const } : {}),
    ...(task === undefined ? {} : { task }),
    ...(span ? { span } : {}),
  };
}

/** The tokens between the braces. */
function collectBody(r: Reader): Token[] {
  r.expect('{');
  const tokens: Token[] = [];
  for (;;) {
    const t = r.peek();
    if (!t) return r.fail("expected '}'");
    if (t.kind === 'end') {
      tokens.push(t);
      r.skipEnds();
      continue;
    }
    r.next();
    if (t.text === '}' && t.kind === 'sign') return tokens;
    tokens.push(t);
  }
}

function makeSite(unit: Unit, start: number, end: number): number {
  const text = unit.text.slice(start, end).replace(/\s+/g, ' ').trim();
  unit.sites.push({ span: { file: unit.file, start, end }, text });
  return unit.sites.length - 1;
}

function readFunction(
  n: string,
  parameters: number,
  head: FunctionHead,
  tokens: readonly Token[],
  unit: Unit,
): Function {
  const stack = head.stack ?? [];
  const labels = new Map<string, number>();
  const jumps: { label: Token; fix: (target: number) => void }[] = [];
  const body: Instruction[] = [];
  let highest = parameters - 1;
  const r = createReader(tokens, unit);
  for (r.skipEnds(); r.peek(); r.skipEnds()) {
    guarded(r, unit, () => {
      while (r.peek()?.kind === 'word' && r.peek(1)?.text === ':') {
        labels.set(r.next().text, body.length);
        r.next();
        r.skipEnds();
      }
      const first = r.peek();
      if (!first) return;
      const at = body.length;
      const target = (fix: (t: number) => void): void => {
        jumps.push({ label: r.next(), fix });
      };
      let last = first;
      for (let i = 0; ; i++) {
        const t = r.peek(i);
        if (!t || t.kind === 'end' || t.text === '#') break;
        last = t;
      }
      const draft = readInstruction(r, unit, stack, at, target);
      const site = r.accept('#') ? count(r) : makeSite(unit, first.start, last.end);
      if (r.peek() && r.peek()?.kind !== 'end') r.fail('expected the end of the statement');
      Object.assign(draft, { site });
      body.push(draft as unknown as Instruction);
      for (const reg of registersOf(draft)) highest = Math.max(highest, reg);
    });
  }
  for (const { label, fix } of jumps) {
    const target = labels.get(label.text);
    if (target === undefined)
      unit.problems.push({
        severity: 'error',
        message: `no label '${label.text}' in ${n}`,
        span: { file: unit.file, start: label.start, end: label.end },
      });
    else fix(target);
  }
  if (!head.registers) {
    // A hand-written body may end without a return, or have a label behind its last statement.
    const end = body[body.length - 1];
    const reachesEnd = [...labels.values()].includes(body.length);
    if (reachesEnd || !end || (end.op !== 'return' && end.op !== 'jump'))
      body.push({ op: 'return', site: end ? end.site : makeSite(unit, 0, 0) });
  }
  const registers = head.registers?.length ?? highest + 1;
  return {
    name: n,
    parameters,
    registers,
    registerNames: Array.from({ length: registers }, (_, i) => head.registers?.[i]?.name),
    registerTypes: Array.from({ length: registers }, (_, i) => head.registers?.[i]?.type ?? 'i64'),
    stack,
    body,
    ...(head.span ? { span: head.span } : {}),
  };
}

type Draft = Record<string, unknown>;

function registersOf(draft: Draft): number[] {
  const found: number[] = [];
  const look = (v: unknown): void => {
    if (Array.isArray(v)) v.forEach(look);
    else if (typeof v === 'object' && v !== null && (v as { kind?: string }).kind === 'register')
      found.push((v as { register: number }).register);
  };
  Object.values(draft).forEach(look);
  if (typeof draft['to'] === 'number') found.push(draft['to']);
  return found;
}

function registerNumber(t: Token | undefined): number | undefined {
  return t?.kind === 'word' && /^r[0-9]+$/.test(t.text) ? Number(t.text.slice(1)) : undefined;
}

function integer(t: Token): Integer {
  const negative = t.text.startsWith('-');
  const value = BigInt(negative ? t.text.slice(1) : t.text);
  return canonical(negative ? -value : value);
}

function operand(r: Reader, unit: Unit, stack: readonly StackObject[]): Operand {
  const t = r.peek();
  if (!t) return r.fail('expected an operand');
  const register = registerNumber(t);
  if (register !== undefined) {
    r.next();
    return { kind: 'register', register };
  }
  if (t.kind === 'number') {
    r.next();
    return { kind: 'constant', value: integer(t) };
  }
  if (r.accept('%')) {
    const slotToken = r.next();
    const slot =
      slotToken.kind === 'number' ? Number(slotToken.text) : stack.findIndex(s => s.name === slotToken.text);
    if (slot < 0) return r.fail(`no stack object '${slotToken.text}'`);
    return { kind: 'stack', slot, offset: readOffset(r) };
  }
  r.accept('&');
  if (r.peek()?.text === 'fn' && r.peek(1)?.text === ':') {
    r.next();
    r.next();
    return { kind: 'function', function: reference(r, unit.functionNames, 'function') };
  }
  if (r.accept('$')) return { kind: 'object', object: count(r), offset: readOffset(r) };
  const word = name(r);
  let object = unit.objects.findIndex(o => o.name === word);
  let offset = 0;
  if (object < 0 && word.includes('.')) {
    const dot = word.indexOf('.');
    object = unit.objects.findIndex(o => o.name === word.slice(0, dot));
    const o = unit.objects[object];
    if (o) offset = fieldOf(unit.layouts[o.layout], word.slice(dot + 1), r).offset;
  }
  if (object < 0) return r.fail(`no object '${word}'`);
  return { kind: 'object', object, offset: offset + readOffset(r) };
}

function readOffset(r: Reader): number {
  if (r.accept('+')) return count(r);
  const t = r.peek();
  // `&list-8`: the sign belongs to the number, with no blank before it.
  if (t?.kind === 'number' && t.text.startsWith('-') && r.peek(-1)?.end === t.start) return count(r);
  return 0;
}

function readInstruction(
  r: Reader,
  unit: Unit,
  stack: readonly StackObject[],
  at: number,
  target: (fix: (t: number) => void) => void,
): Draft {
  let to: number | undefined;
  if (registerNumber(r.peek()) !== undefined && r.peek(1)?.text === '=') {
    to = registerNumber(r.next());
    r.next();
  }
  const value = (): Operand => operand(r, unit, stack);
  const marking = (fallback: Marking): Marking =>
    markings.has(r.peek()?.text ?? '') ? (r.next().text as Marking) : fallback;
  const result = to === undefined ? {} : { to };
  const operandsTo = (end: string): Operand[] => {
    const list: Operand[] = [];
    while (!r.accept(end)) {
      list.push(value());
      r.accept(',');
    }
    return list;
  };
  const optionalMessage = (fallback: string): string => (r.peek()?.kind === 'string' ? name(r) : fallback);
  const branchTo = (otherwise: boolean): Draft => {
    const condition = value();
    r.expect('goto');
    const draft: Draft = { op: 'branch', condition, target: at + 1, otherwise: at + 1 };
    target(t => (draft[otherwise ? 'otherwise' : 'target'] = t));
    if (r.accept('else')) target(t => (draft[otherwise ? 'target' : 'otherwise'] = t));
    return draft;
  };

  const forms: Readonly<Record<string, () => Draft>> = {
    load: () => ({ op: 'load', to, type: scalar(r), address: value(), marking: marking('plain') }),
    store: () => ({
      op: 'store',
      type: scalar(r),
      address: value(),
      value: value(),
      marking: marking('plain'),
    }),
    rmw: () => {
      const operator = r.next().text;
      if (!rmws.has(operator)) r.fail(`'${operator}' is no read-modify-write operator`);
      return {
        op: 'rmw',
        ...result,
        operator: operator as RmwOperator,
        type: scalar(r),
        address: value(),
        value: value(),
        marking: marking('full'),
        ...(r.accept('refcount') ? { refcount: true } : {}),
      };
    },
    cmpxchg: () => ({
      op: 'cmpxchg',
      to,
      type: scalar(r),
      address: value(),
      expected: value(),
      value: value(),
      marking: marking('full'),
      ...(r.accept('unless') ? { notEqual: true } : {}),
      ...(r.accept('refcount') ? { refcount: true } : {}),
    }),
    fill: () => ({ op: 'fill', address: value(), byte: value(), size: value() }),
    move: () => ({ op: 'move', target: value(), source: value(), size: value() }),
    goto: () => {
      const draft: Draft = { op: 'jump', target: at + 1 };
      target(t => (draft['target'] = t));
      return draft;
    },
    if: () => branchTo(false),
    unless: () => branchTo(true),
    call: () => {
      if (r.accept('*')) {
        const callee = value();
        r.expect('(');
        return { op: 'callPointer', ...result, target: callee, arguments: operandsTo(')') };
      }
      const f = reference(r, unit.functionNames, 'function');
      r.expect('(');
      return { op: 'call', ...result, function: f, arguments: operandsTo(')') };
    },
    return: () => {
      const next = r.peek();
      return {
        op: 'return',
        ...(next && next.kind !== 'end' && next.text !== '#' ? { value: value() } : {}),
      };
    },
    allocate: () => {
      const layout = layoutReference(r, unit);
      const next = r.peek();
      const sized = next?.kind === 'number' || registerNumber(next) !== undefined || next?.text === '&';
      const size: Operand = sized ? value() : { kind: 'constant', value: unit.layouts[layout]?.size ?? 0 };
      return {
        op: 'allocate',
        to,
        layout,
        size,
        fill: r.accept('unknown') ? 'unknown' : (r.accept('zero'), 'zero'),
        name: optionalMessage(unit.layouts[layout]?.name ?? 'heap'),
        ...(r.accept('mayFail') ? { mayFail: true } : {}),
        ...(r.accept('typesafe') ? { typesafe: true } : {}),
      };
    },
    free: () => ({ op: 'free', address: value(), ...(r.accept('any') ? { any: true } : {}) }),
    choose: () => ({ op: 'choose', to, count: count(r) }),
    unknown: () => ({
      op: 'unknown',
      to,
      type: scalar(r),
      assumption: r.accept('assumption') ? count(r) : 0,
      ...(r.accept('to') ? { layout: layoutReference(r, unit) } : {}),
    }),
    assert: () => {
      const condition = value();
      const fault = r.peek()?.kind === 'word' ? (r.next().text as FaultKind) : 'assertion';
      return { op: 'assert', condition, fault, message: optionalMessage('assertion failed') };
    },
    warn: () => {
      const condition = value();
      const finding = r.peek()?.kind === 'word' ? (r.next().text as FindingKind) : 'warning';
      return { op: 'warn', condition, finding, message: optionalMessage('warning') };
    },
    atomic: () => ({ op: 'atomic', length: count(r) }),
    await: () => ({ op: 'await', condition: value() }),
    unsupported: () => ({ op: 'unsupported', reason: name(r) }),
    convert: () => ({ op: 'convert', to, type: scalar(r), from: value() }),
    bool: () => ({ op: 'convert', to, type: scalar(r), bool: true, from: value() }),
  };
  const word = r.peek();
  const isOperation = word?.kind === 'word' && operations.has(word.text);
  if (isOperation) {
    r.next();
    const list: Operand[] = [];
    for (let t = r.peek(); t && t.kind !== 'end' && t.text !== '#'; t = r.peek()) {
      list.push(value());
      r.accept(',');
    }
    return { op: 'sync', name: word.text, ...result, arguments: list };
  }
  if (word?.kind === 'word' && to !== undefined && binaries.has(word.text)) {
    r.next();
    return {
      op: 'binary',
      to,
      operator: word.text as BinaryOperator,
      type: scalar(r),
      left: value(),
      right: value(),
    };
  }
  const form = word?.kind === 'word' && Object.hasOwn(forms, word.text) ? forms[word.text] : undefined;
  if (form) {
    const needs = ['load', 'cmpxchg', 'allocate', 'choose', 'unknown', 'convert', 'bool'];
    if (to === undefined && needs.includes(word?.text ?? '')) r.fail('expected `rN =` before');
    r.next();
    return form();
  }
  if (to !== undefined) return { op: 'copy', to, from: value() };
  return r.fail('no statement starts like this');
}

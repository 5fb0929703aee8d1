/**
 * What the parts of the lowering share: the run (`Lowering`: program-wide tables) and the function being made (`Frame`).
 * The parts call each other through `Lowering.parts`, which keeps the files free of import cycles.
 */
import type { Span } from '../base/span';
import type { Assumption, Instruction, Integer, Marking, Operand, Register, Scalar } from '../ir/program';
import type { Builder, Label } from './builder';
import type { Expression, Initializer, Located, Statement, TypeName } from './c/ast';
import type { CType, RecordType } from './types';
import type { FoundEnumerator, FoundFunction, FoundVariable, World } from './world';

/** A word in memory that may be a word of flag bits: record (or static object, negative) and offset in it. */
export interface Origin {
  readonly record: number;
  readonly offset: number;
}

/** An rvalue. For structs and unions `operand` is the address of a place that holds it. */
export interface Value {
  readonly type: CType;
  readonly operand: Operand;
  /** The word that it was read from, or whose address it is. */
  readonly origin?: Origin;
}

export type Place =
  | { readonly kind: 'register'; readonly register: Register; readonly type: CType; readonly local: Local }
  | {
      readonly kind: 'memory';
      readonly address: Operand;
      readonly type: CType;
      readonly bits?: { readonly shift: number; readonly width: number };
      readonly origin?: Origin;
      /** A constant table or string. */
      readonly fixed?: true;
    };

/** A variable of a function. */
export type Local =
  | {
      readonly kind: 'register';
      readonly register: Register;
      readonly type: CType;
      origin: Origin | undefined;
    }
  | { readonly kind: 'memory'; readonly address: Operand; readonly type: CType };

export interface Scope {
  readonly parent: Scope | undefined;
  readonly locals: Map<string, Local>;
  readonly typedefs: Map<string, CType>;
  readonly tags: Map<string, RecordType>;
  readonly enumerators: Map<string, Integer>;
}

export interface Cleanup {
  readonly block: Statement;
  readonly run: () => void;
}

/** The function being made. An inlined body gets a frame of its own over the same builder. */
export interface Frame {
  readonly lowering: Lowering;
  readonly build: Builder;
  /** The frame whose node tells where instructions come from: the innermost inlined one. */
  readonly sites: { current: Frame | undefined };
  readonly file: string;
  readonly name: string;
  scope: Scope;
  /** The node whose instructions are being made, and the full expression around it. */
  node: Located | undefined;
  statement: Located | undefined;
  /** Where a bundled body is inlined: all its instructions stand at the call. */
  readonly pinned: { readonly node: Located; readonly via: string; readonly file: string } | undefined;
  readonly depth: number;
  readonly addressTaken: ReadonlySet<string>;
  readonly returns: CType;
  /** Where the result of an inlined body goes; undefined in a function of its own. */
  readonly result: { readonly register: Register | undefined; readonly label: Label } | undefined;
  /** The address where a returned struct goes. */
  readonly resultAddress: Operand | undefined;
  readonly labels: Map<string, Label>;
  readonly labelBlocks: ReadonlyMap<string, readonly Statement[]>;
  /** Labels that a later goto jumps back to. */
  readonly backward: ReadonlySet<string>;
  breakTo: { readonly label: Label; readonly cleanups: number } | undefined;
  continueTo: { readonly label: Label; readonly cleanups: number } | undefined;
  cases: Map<Statement, Label> | undefined;
  readonly cleanups: Cleanup[];
  /** The innermost block. */
  enclosing: Statement | undefined;
}

/** Entry points of the other files. */
export interface Parts {
  value(f: Frame, e: Expression, hint?: CType): Value;
  place(f: Frame, e: Expression): Place;
  isPlace(f: Frame, e: Expression): boolean;
  load(f: Frame, p: Place, marking?: Marking): Value;
  store(f: Frame, p: Place, v: Value, marking?: Marking): Value;
  convert(f: Frame, v: Value, type: CType): Value;
  condition(f: Frame, e: Expression, yes: Label, no: Label): void;
  effect(f: Frame, e: Expression): void;
  /** C's operator on two values, with all conversions. */
  operate(f: Frame, operator: string, left: Value, right: Value): Value;
  call(f: Frame, e: Expression & { readonly kind: 'call' }, hint?: CType): Value;
  callFunction(f: Frame, found: FoundFunction, values: readonly Expression[], node: Expression): Value;
  statement(f: Frame, s: Statement): void;
  block(f: Frame, s: Statement & { readonly kind: 'block' }, wantValue: boolean): Value;
  type(f: Frame | undefined, file: string, t: TypeName): CType;
  typeOf(f: Frame, e: Expression): CType;
  constant(f: Frame, e: Expression): Integer | undefined;
  /** Evaluates with nothing known but constants: for initialisers, array sizes, case labels. */
  fixed(e: Expression, file: string, hint?: CType, scope?: Scope): Value;
  automatic(f: Frame, p: Place, i: Initializer): void;
}

/** The whole run. */
export interface Lowering {
  readonly world: World;
  readonly parts: Parts;
  readonly harnessFile: string;
  /** Highest number of CPUs that per-CPU data is kept for. */
  readonly cpus: number;
  /** Texts of sites by file, start and end: several instructions stand at one. */
  readonly texts: Map<string, Map<number, Map<number, string>>>;
  site(span: Span, text: string, via: string | undefined): number;
  assumption(kind: Assumption['kind'], message: string, span: Span | undefined, callee?: string): number;
  layout(type: CType, name?: string): number;
  variable(v: FoundVariable, f: Frame | undefined): Place;
  /** A static object out of the harness's sight: string literals, static locals, compound literals. */
  object(
    name: string,
    type: CType,
    initializer: Initializer | undefined,
    file: string,
    span: Span | undefined,
    fixed: boolean,
  ): number;
  string(bytes: readonly number[]): number;
  functionIndex(found: FoundFunction): number;
  /** The address of a function by name, with or without a body. */
  functionNamed(f: Frame, name: string): Value | undefined;
  enumerator(e: FoundEnumerator): Integer;
  /** The assumption about a call of a function without a body. */
  unknownCall(name: string, passesStruct: boolean, span: Span | undefined): number;
  /** A function without a body whose address is taken. */
  unknownFunction(name: string, type: CType, span: Span | undefined): number;
  thread(name: string): number | undefined;
  problem(message: string, span: Span | undefined, severity?: 'error' | 'warning'): void;
  /** A mask's own name gives way to the name of its bit number, if the word is used with both. */
  noteBit(origin: Origin, bit: number, name: string, isMask?: boolean): void;
  record(tag: string, union: boolean, file: string, f: Frame | undefined): RecordType;
  /** A number for a name that nothing defines; `mask` gives a single bit set. */
  /** Some definition gives the name a meaning. */
  isKnownName(f: Frame, name: string): boolean;
  unknownName(name: string, use: 'bit' | 'mask' | 'value', span: Span): Integer;
  readonly options: { readonly allocMayFail: boolean };
  readonly interrupts: Interrupts;
  /** The address of a member of the struct at a place, looked for in members of members; undefined if it has none. */
  fieldAddress(f: Frame, p: Place, name: string): Operand | undefined;
  /** The object of a lock that the kernel keeps to itself (rtnl_mutex). */
  namedLock(name: string): number;
  /** Notes a slab cache that is made at run time; gives its object. */
  cache(span: Span, cache: SlabCache): number;
  /** The slab cache that objects for this pointer come from, if one is known. */
  cachesFor(hint: CType | undefined): SlabCache | undefined;
  /** The layout of per-CPU data of a type: one copy per CPU. */
  perCpuLayout(type: CType): number;
}

/** Interrupt lines. What is noted is known from the next pass on: a program in which both sides occur has one. */
export interface Interrupts {
  /** Threads of the harness call handlers, and the code under test opens or closes their lines. */
  readonly served: boolean;
  /** The program asks for its interrupts itself: none comes before. */
  readonly asked: boolean;
  note(what: InterruptUse): void;
}

export type InterruptUse = 'handler' | 'line' | 'asked';

export interface SlabCache {
  readonly type: CType | undefined;
  readonly typesafe: boolean;
  /** Index of the constructor function. */
  readonly constructor: number | undefined;
}

export function spanOf(node: Located): Span {
  const { first, last } = node;
  if (first.file !== last.file) return { file: first.file, start: first.start, end: first.end };
  return { file: first.file, start: Math.min(first.start, last.start), end: Math.max(first.end, last.end) };
}

export function fold(text: string): string {
  const flat = text
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/\/\/[^\n]*/g, ' ')
    .replace(/\\\n/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return flat.length > 160 ? `${flat.slice(0, 157)}...` : flat;
}

/** The text of a span on one line. Of `struct item *p = f()` the declarator is shown as `p = f()`, which does not look like a store. */
function sourceText(lowering: Lowering, span: Span): string {
  const { world, texts } = lowering;
  let inFile = texts.get(span.file);
  if (!inFile) texts.set(span.file, (inFile = new Map<number, Map<number, string>>()));
  let known = inFile.get(span.start);
  if (!known) inFile.set(span.start, (known = new Map<number, string>()));
  let text = known.get(span.end);
  if (text === undefined) known.set(span.end, (text = textOfSpan(world, span)));
  return text;
}

function textOfSpan(world: World, { file, start, end }: Span): string {
  const text = fold(world.text(file, start, end));
  const declarator = /^\*[\s*]*(\w+(\[[^\]]*\])*\s*=[^=].*)$/.exec(text)?.[1];
  if (declarator === undefined) return text;
  const before = /(\w+)\s*$/.exec(world.text(file, Math.max(0, start - 80), start))?.[1];
  return before === undefined || /^(return|else|do|case|sizeof)$/.test(before) ? text : declarator;
}

/** The site of what is being made now. */
export function currentSite(f: Frame, op: Instruction['op']): number {
  const pinned = f.pinned;
  const node = pinned?.node ?? f.node;
  if (!node) return 0;
  const l = f.lowering;
  const span = spanOf(node);
  const own = sourceText(l, span);
  let text = own;
  if (!pinned && f.statement && (op === 'load' || op === 'branch' || op === 'binary' || op === 'convert')) {
    const whole = spanOf(f.statement);
    if (whole.file === span.file && whole.end - whole.start <= 90) {
      const t = sourceText(l, whole);
      if (t.length <= 80) text = t;
    }
  }
  const via = pinned?.via ?? (node.first.via === node.last.via ? node.first.via : undefined);
  return l.site(span, text, via);
}

/** Does the work with the node as the current one. */
export function at<T>(f: Frame, node: Located, work: () => T): T {
  const before = f.node;
  f.node = node;
  const result = work();
  f.node = before;
  return result;
}

export function newScope(parent: Scope | undefined): Scope {
  return { parent, locals: new Map(), typedefs: new Map(), tags: new Map(), enumerators: new Map() };
}

export function findInScope<T>(scope: Scope | undefined, pick: (s: Scope) => T | undefined): T | undefined {
  for (let s = scope; s; s = s.parent) {
    const v = pick(s);
    if (v !== undefined) return v;
  }
  return undefined;
}

/** Ends the path: the verdict is cannot-tell if it is reached. Gives a value to go on with. */
export function unsupported(f: Frame, reason: string, type: CType): Value {
  f.build.emit({ op: 'unsupported', reason });
  return { type, operand: { kind: 'constant', value: 0 } };
}

export function temporary(f: Frame, type: Scalar, name?: string): { register: Register; operand: Operand } {
  const register = f.build.register(type, name);
  return { register, operand: { kind: 'register', register } };
}

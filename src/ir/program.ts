/**
 * The ir: a small transition-system language with functions, threads, byte-addressed memory objects and the kernel's
 * synchronisation operations. It knows no C and no Linux source; the lowering makes it, the engine runs it.
 *
 * Values are 64-bit integers, kept exact (see value.ts). Memory is a set of objects; an address is an integer that
 * names object and byte offset (see address.ts), so that pointer arithmetic, comparison, casts to integers, tag bits,
 * ERR_PTR and list poison need no special case. Function addresses are integers as well.
 *
 * Control flow: a function is a list of instructions; jumps name an index in that list. Registers are function-local,
 * numbered from 0, parameters first; they never have an address. C variables whose address is taken are `stack` objects.
 */
import type { Span } from '../base/span';

/** Width and signedness of a scalar; pointers are `u64`, `bool` is `u8` holding 0 or 1. Little endian. */
export type Scalar = 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'i64' | 'u64';

/**
 * The value of a constant: a safe integer as `number`, anything larger as `bigint` (always in that canonical form).
 */
export type Integer = number | bigint;

/** Index of a register in its function. */
export type Register = number;

export type Operand =
  | { readonly kind: 'register'; readonly register: Register }
  | { readonly kind: 'constant'; readonly value: Integer }
  /** The address of a static object plus a byte offset. */
  | { readonly kind: 'object'; readonly object: number; readonly offset: number }
  /** The address of one of this function's `stack` objects plus a byte offset. */
  | { readonly kind: 'stack'; readonly slot: number; readonly offset: number }
  /** The address of a function. */
  | { readonly kind: 'function'; readonly function: number };

/** Operators take two values already of type `type` and give one of it; comparisons give 0 or 1. */
export type BinaryOperator =
  | 'add' | 'sub' | 'mul' | 'div' | 'mod'
  | 'and' | 'or' | 'xor' | 'shl' | 'shr'
  | 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge'; // prettier-ignore

/** How an access is written in the source; plain ones can be data races, and may be torn by the compiler in theory. */
export type Marking =
  'plain' | 'once' | 'acquire' | 'release' | 'relaxed' | 'full' | 'dereference' | 'initial';

/** Read-modify-write operators; each gives back the OLD value. `xchg` stores the operand. */
export type RmwOperator = 'add' | 'sub' | 'and' | 'or' | 'xor' | 'andnot' | 'xchg';

/** What went wrong in a step: ends the run there. The same words as the verdicts. */
export type FaultKind =
  | 'use-after-free'
  | 'double-free'
  | 'null-dereference'
  | 'out-of-bounds'
  | 'assertion'
  | 'sleep-in-atomic'
  | 'rcu-misuse'
  | 'lock-misuse';

/** What is worth telling beside the verdict. */
export type FindingKind =
  'warning' | 'data-race' | 'refcount' | 'undefined-shift' | 'rcu-dereference-outside-reader' | 'leak';

interface Base {
  /** Index into `Program.sites`: where in the source, and inside which macro or inlined primitive. */
  readonly site: number;
}

/**
 * Instructions. Those marked (step) touch shared memory or synchronise: the engine lets other threads in before each,
 * unless it proves that no other thread can notice. All others are thread-local.
 */
export type Instruction =
  | (Base & { readonly op: 'copy'; readonly to: Register; readonly from: Operand })
  | (Base & {
      readonly op: 'binary';
      readonly to: Register;
      readonly operator: BinaryOperator;
      readonly type: Scalar;
      readonly left: Operand;
      readonly right: Operand;
    })
  /** Truncates or extends to `type` (C's conversion); `bool` true gives 0 or 1. */
  | (Base & {
      readonly op: 'convert';
      readonly to: Register;
      readonly type: Scalar;
      readonly bool?: true;
      readonly from: Operand;
    })
  /** (step) */
  | (Base & {
      readonly op: 'load';
      readonly to: Register;
      readonly type: Scalar;
      readonly address: Operand;
      readonly marking: Marking;
    })
  /** (step) */
  | (Base & {
      readonly op: 'store';
      readonly type: Scalar;
      readonly address: Operand;
      readonly value: Operand;
      readonly marking: Marking;
    })
  /** (step) One atomic read-modify-write; `to` gets the old value. */
  | (Base & {
      readonly op: 'rmw';
      readonly to?: Register;
      readonly operator: RmwOperator;
      readonly type: Scalar;
      readonly address: Operand;
      readonly value: Operand;
      readonly marking: Marking;
      /** refcount_t: saturates, increment from zero is a finding. */
      readonly refcount?: true;
    })
  /**
   * (step) One atomic compare-and-exchange: `to` gets the old value; stores `value` if old equals `expected`.
   * With `notEqual`: stores old + `value` unless old equals `expected` (atomic_add_unless, inc_not_zero).
   */
  | (Base & {
      readonly op: 'cmpxchg';
      readonly to: Register;
      readonly type: Scalar;
      readonly address: Operand;
      readonly expected: Operand;
      readonly value: Operand;
      readonly notEqual?: true;
      readonly marking: Marking;
      readonly refcount?: true;
    })
  /** (step) Zeroes (or sets to `byte`) a range of memory, cell by cell in one step each; `size` in bytes. */
  | (Base & {
      readonly op: 'fill';
      readonly address: Operand;
      readonly byte: Operand;
      readonly size: Operand;
    })
  /** (step) Copies memory, a step per cell (load, then store); `size` in bytes. The ranges do not overlap. */
  | (Base & {
      readonly op: 'move';
      readonly target: Operand;
      readonly source: Operand;
      readonly size: Operand;
    })
  | (Base & { readonly op: 'jump'; readonly target: number })
  /** Goes to `target` if the condition is not 0, else to `otherwise`. An unknown condition goes both ways. */
  | (Base & {
      readonly op: 'branch';
      readonly condition: Operand;
      readonly target: number;
      readonly otherwise: number;
    })
  | (Base & {
      readonly op: 'call';
      readonly to?: Register;
      readonly function: number;
      readonly arguments: readonly Operand[];
    })
  /** A call through a pointer: NULL is a null-dereference, a non-function address a fault of the same kind. */
  | (Base & {
      readonly op: 'callPointer';
      readonly to?: Register;
      readonly target: Operand;
      readonly arguments: readonly Operand[];
    })
  | (Base & { readonly op: 'return'; readonly value?: Operand })
  /** A new object: `to` gets its address. With `mayFail` also NULL, as a choice. `count` elements of the layout. */
  | (Base & {
      readonly op: 'allocate';
      readonly to: Register;
      readonly layout: number;
      /** Size of the whole in bytes; may exceed the layout's size (flexible array, private data behind it). */
      readonly size: Operand;
      readonly fill: 'zero' | 'unknown';
      readonly mayFail?: true;
      /** Label for names in traces: `sap`, `kmalloc(struct item)`. */
      readonly name: string;
      /** SLAB_TYPESAFE_BY_RCU cache: memory stays of its type after free; reuse is immediate. */
      readonly typesafe?: true;
    })
  /** (step) kfree: NULL does nothing. */
  /** `any`: the end of an object that may be static; that is no free of what was not allocated. */
  | (Base & { readonly op: 'free'; readonly address: Operand; readonly any?: true })
  /** Any of 0 … count-1, all explored. */
  | (Base & { readonly op: 'choose'; readonly to: Register; readonly count: number })
  /** A value nobody knows (a call with no body, a field of an unknown object); `assumption` indexes Program.assumptions. */
  | (Base & {
      readonly op: 'unknown';
      readonly to: Register;
      readonly type: Scalar;
      readonly assumption: number;
      /** For pointers: what it would point to, so that following it can make a fresh object. */
      readonly layout?: number;
    })
  /** The run is over if the condition is 0: kind says which verdict (`assertion` for RACE_ASSERT and BUG_ON). */
  | (Base & {
      readonly op: 'assert';
      readonly condition: Operand;
      readonly fault: FaultKind;
      readonly message: string;
    })
  /** Noted beside the verdict if the condition is not 0 (WARN_ON). */
  | (Base & {
      readonly op: 'warn';
      readonly condition: Operand;
      readonly finding: FindingKind;
      readonly message: string;
    })
  /**
   * (step) The next `length` instructions are one step. They are local ones, accesses and `await`, without jumps. For
   * hand-written models: nothing in C is that atomic.
   */
  | (Base & { readonly op: 'atomic'; readonly length: number })
  /** In an atomic group, before it stores anything: the thread is blocked in front of the group while this is 0. */
  | (Base & { readonly op: 'await'; readonly condition: Operand })
  /** The path goes through something that is not modelled: if reached, the verdict is cannot-tell with this reason. */
  | (Base & { readonly op: 'unsupported'; readonly reason: string })
  /** (step) A synchronisation operation; see operations.ts for names, arguments and results. */
  | (Base & {
      readonly op: 'sync';
      readonly name: string;
      readonly to?: Register;
      readonly arguments: readonly Operand[];
    });

/** Where an instruction comes from. */
export interface Site {
  readonly span: Span;
  /** What the reader should see: the source text of the statement or operation, one line, white space folded. */
  readonly text: string;
  /** Set where the operation comes out of a macro or a table entry: its name (`set_bit`, `list_add`). */
  readonly via?: string;
}

/** A scalar inside a layout. */
export interface Field {
  /** Bytes from the start of the layout. */
  readonly offset: number;
  /** `state`, `list.next`, `a[3]`: path from the start of the object. Array elements beyond the listed are computed. */
  readonly name: string;
  readonly type: Scalar;
  /** For arrays of scalars or structs: how many elements, and bytes from one to the next. Default 1. */
  readonly count?: number;
  readonly stride?: number;
  /** What the cell holds, for display: pointers print as names, words as bits. */
  readonly holds?: 'pointer' | 'function' | 'word' | 'lock' | 'boolean';
  /** For words of flag bits: names by bit number, sparse. */
  readonly bits?: Readonly<Record<number, string>>;
}

/**
 * The shape of an object. Fields do not overlap: members of a union that share bytes are one field, of the widest
 * member's type; narrower accesses inside a field are shifts and masks (bit-fields share their word in the same way).
 * Sorted by offset. Arrays of structs are given as one Field per member with count and stride.
 */
export interface Layout {
  readonly name: string;
  /** Bytes, C's sizeof. */
  readonly size: number;
  readonly fields: readonly Field[];
}

/** A static object. */
export interface StaticObject {
  readonly name: string;
  readonly layout: number;
  /** Bytes; may exceed the layout's size. */
  readonly size: number;
  /** Initial values by byte offset; all else is zero. Operands are constants, object or function addresses. */
  readonly initial: readonly { readonly offset: number; readonly type: Scalar; readonly value: Operand }[];
  readonly span?: Span;
  /** Not writable and never a conflict: string literals, const tables. */
  readonly readOnly?: true;
}

/** A local variable that has an address; lives from call to return. Starts unknown unless the code stores to it. */
export interface StackObject {
  readonly name: string;
  readonly layout: number;
}

export interface Function {
  readonly name: string;
  /** Registers 0 … parameters-1 hold the arguments. */
  readonly parameters: number;
  /** Number of registers. */
  readonly registers: number;
  /** Names of the registers that are C variables, for display. */
  readonly registerNames: readonly (string | undefined)[];
  /** Scalar type of each register, same order. */
  readonly registerTypes: readonly Scalar[];
  readonly stack: readonly StackObject[];
  readonly body: readonly Instruction[];
  readonly span?: Span;
}

export type Context = 'process' | 'kthread' | 'softirq' | 'hardirq';

export interface Thread {
  readonly name: string;
  readonly context: Context;
  /** Index into Program.functions; it takes no parameters. */
  readonly entry: number;
  /** CPU number if the harness gave one; else the thread has a CPU of its own. */
  readonly cpu?: number;
  /** A daemon need not finish. */
  readonly daemon?: true;
  /** How often it may run (RACE_REPEAT), at least 1. */
  readonly repeat: number;
  /** A signal may reach it at any time. */
  readonly signals?: true;
  /** The static object that stands for its task_struct (RACE_TASK); without it the engine makes one up. */
  readonly task?: number;
  readonly span?: Span;
}

/** Something the answer rests on that is not in the source. */
export interface Assumption {
  /** `unknown-call` and `unknown-value` make findings `possible` when used; the others are told only. */
  readonly kind: 'unknown-call' | 'unknown-value' | 'config' | 'inferred' | 'model' | 'bound';
  readonly message: string;
  /** For an unknown call: the function that has no body, so that a report can say where one is. */
  readonly callee?: string;
  readonly span?: Span;
}

/** What RACE_EXPECT says. `possible` is true for RACE_EXPECT(possible, kind). */
export interface Expectation {
  readonly kind: string;
  readonly possible: boolean;
  readonly span?: Span;
}

/** Bounds and options that the harness sets; a bound that it does not set has the engine's default. */
export interface Settings {
  readonly recursion?: number;
  readonly allocations?: number;
  readonly repeats?: number;
  readonly listLength?: number;
  readonly preempt?: 'none' | 'voluntary' | 'full' | 'rt';
}

export interface Program {
  /** Path of the harness. */
  readonly name: string;
  readonly sites: readonly Site[];
  readonly layouts: readonly Layout[];
  readonly objects: readonly StaticObject[];
  readonly functions: readonly Function[];
  readonly threads: readonly Thread[];
  /** Functions run one after another before the threads, alone, in process context. */
  readonly init: readonly number[];
  /** Functions that return 0 where RACE_FINALLY is violated; run at rest, alone. */
  readonly finally: readonly { readonly function: number; readonly site: number }[];
  readonly assumptions: readonly Assumption[];
  readonly settings: Settings;
  readonly expectation?: Expectation;
}

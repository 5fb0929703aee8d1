/**
 * Makes one ir function: instructions, registers, labels, stack objects. Folds constants, follows what a register is
 * known to hold within a straight line of code, and drops what cannot be reached, so that dead configuration branches
 * never pull in what they call.
 */
import type {
  BinaryOperator,
  Function as IrFunction,
  Instruction,
  Integer,
  Operand,
  Register,
  Scalar,
  StackObject,
} from '../ir/program';
import { binary, isSigned, widthOf, wrap } from '../ir/value';
import type { Span } from '../base/span';

/** Where a jump goes; bound to an instruction index later. */
export interface Label {
  at: number;
  used: boolean;
}

type WithoutSite<T> = T extends { readonly site: number } ? Omit<T, 'site'> : never;
export type Draft = WithoutSite<Instruction>;

export interface Builder {
  /** The instructions so far cannot fall through to here. */
  readonly dead: () => boolean;
  readonly register: (type: Scalar, name?: string) => Register;
  readonly stack: (object: StackObject) => number;
  readonly emit: (instruction: Draft) => void;
  readonly label: () => Label;
  readonly bind: (label: Label) => void;
  readonly jump: (label: Label) => void;
  readonly branch: (condition: Operand, yes: Label, no: Label) => void;
  /** Result of the operator; folded where both sides are known. */
  readonly binary: (operator: BinaryOperator, type: Scalar, left: Operand, right: Operand) => Operand;
  readonly convert: (from: Operand, fromType: Scalar, type: Scalar, bool?: boolean) => Operand;
  readonly copy: (to: Register, from: Operand) => void;
  readonly known: (operand: Operand) => Operand;
  readonly typeOf: (operand: Operand) => Scalar;
  /** Runs with nothing emitted: for types of unevaluated expressions. */
  readonly silently: <T>(work: () => T) => T;
  readonly finish: (name: string, parameters: number, span: Span | undefined) => IrFunction;
  readonly size: () => number;
}

export const constant = (value: Integer): Operand => ({ kind: 'constant', value });
export const zero: Operand = constant(0);
export const one: Operand = constant(1);

export function integerIn(operand: Operand): Integer | undefined {
  return operand.kind === 'constant' ? operand.value : undefined;
}

const isAddress = (o: Operand): boolean => o.kind === 'object' || o.kind === 'stack' || o.kind === 'function';

function sameAddress(a: Operand, b: Operand): boolean | undefined {
  if (a.kind === 'object' && b.kind === 'object')
    return a.object === b.object ? a.offset === b.offset : Math.abs(a.offset) < 2 ** 20 ? false : undefined;
  if (a.kind === 'function' && b.kind === 'function') return a.function === b.function;
  if (a.kind === 'stack' && b.kind === 'stack') return a.slot === b.slot && a.offset === b.offset;
  return undefined;
}

/** What an operator gives on known operands; undefined if it has to be computed. */
function fold(operator: BinaryOperator, type: Scalar, left: Operand, right: Operand): Operand | undefined {
  if (left.kind === 'constant' && right.kind === 'constant') {
    if ((operator === 'div' || operator === 'mod') && right.value === 0) return undefined;
    return constant(binary(operator, type, left.value, right.value));
  }
  if (right.kind === 'constant' && typeof right.value === 'number') {
    if ((left.kind === 'object' || left.kind === 'stack') && (operator === 'add' || operator === 'sub'))
      return { ...left, offset: left.offset + (operator === 'add' ? right.value : -right.value) };
    if (
      right.value === 0 &&
      (operator === 'add' ||
        operator === 'sub' ||
        operator === 'or' ||
        operator === 'xor' ||
        operator === 'shl' ||
        operator === 'shr')
    )
      return left;
    if (right.value === 0 && (operator === 'and' || operator === 'mul')) return zero;
    if (right.value === 1 && (operator === 'mul' || operator === 'div')) return left;
    if (isAddress(left) && right.value === 0) {
      if (operator === 'eq') return zero;
      if (operator === 'ne' || (operator === 'gt' && !isSigned(type))) return one;
    }
    // IS_ERR of a plain address.
    if (isAddress(left) && operator === 'ge' && right.value < 0) return zero;
  }
  if (right.kind === 'constant' && typeof right.value === 'bigint' && isAddress(left)) {
    if (operator === 'ge' || operator === 'gt' || operator === 'eq') return zero;
    if (operator === 'lt' || operator === 'le' || operator === 'ne') return one;
  }
  if (left.kind === 'constant' && typeof left.value === 'number' && operator === 'add') {
    if (right.kind === 'object' || right.kind === 'stack')
      return { ...right, offset: right.offset + left.value };
    if (left.value === 0) return right;
  }
  if (left.kind === 'constant' && left.value === 0) {
    if (isAddress(right) && operator === 'eq') return zero;
    if (isAddress(right) && operator === 'ne') return one;
    if (operator === 'or' || operator === 'xor') return right;
    if (operator === 'and' || operator === 'mul') return zero;
  }
  if (isAddress(left) && isAddress(right)) {
    const same = left.kind === right.kind ? sameAddress(left, right) : false;
    if (same !== undefined && operator === 'eq') return constant(same ? 1 : 0);
    if (same !== undefined && operator === 'ne') return constant(same ? 0 : 1);
    if (
      left.kind === right.kind &&
      operator === 'sub' &&
      left.kind === 'object' &&
      right.kind === 'object' &&
      left.object === right.object
    )
      return constant(left.offset - right.offset);
  }
  return undefined;
}

/** `site` tells where the instruction being made comes from. */
/** Where execution comes to from here by jumps alone; a ring of jumps ends somewhere in it. */
function endOf(body: readonly (Instruction | undefined)[], from: number): number {
  let at = from;
  for (let n = 0; n < body.length; n++) {
    const i = body[at];
    if (i?.op !== 'jump') break;
    at = i.target;
  }
  return at;
}

export function createBuilder(site: (op: Instruction['op']) => number): Builder {
  const body: (Instruction | undefined)[] = [];
  const types: Scalar[] = [];
  const names: (string | undefined)[] = [];
  const stack: StackObject[] = [];
  const known = new Map<Register, Operand>();
  const fixes: { readonly at: number; readonly field: 'target' | 'otherwise'; readonly label: Label }[] = [];
  let dead = false;
  let silent = 0;

  const register = (type: Scalar, name?: string): Register => {
    types.push(type);
    names.push(name);
    return types.length - 1;
  };
  const resolve = (o: Operand): Operand => (o.kind === 'register' ? (known.get(o.register) ?? o) : o);
  const typeOf = (o: Operand): Scalar => {
    if (o.kind === 'register') return types[o.register] ?? 'i64';
    if (o.kind === 'constant') return typeof o.value === 'number' && o.value < 0 ? 'i64' : 'u64';
    return 'u64';
  };
  const forget = (r: Register): void => {
    known.delete(r);
    for (const [k, v] of known) if (v.kind === 'register' && v.register === r) known.delete(k);
  };
  const emit = (draft: Draft): void => {
    if (dead || silent) return;
    if ('to' in draft && draft.to !== undefined) forget(draft.to);
    body.push({ ...draft, site: site(draft.op) } as Instruction);
    if (draft.op === 'return' || draft.op === 'unsupported') dead = true;
  };
  const label = (): Label => ({ at: -1, used: false });
  const bind = (l: Label): void => {
    if (silent) return;
    l.at = body.length;
    if (l.used) dead = false;
    known.clear();
  };
  const jump = (l: Label): void => {
    if (dead || silent) return;
    l.used = true;
    fixes.push({ at: body.length, field: 'target', label: l });
    emit({ op: 'jump', target: -1 });
    dead = true;
  };
  return {
    dead: () => dead || silent > 0,
    register,
    stack: object => {
      stack.push(object);
      return stack.length - 1;
    },
    emit,
    label,
    bind,
    jump,
    branch: (condition, yes, no) => {
      if (dead || silent) return;
      const c = resolve(condition);
      if (c.kind === 'constant') return jump(c.value === 0 ? no : yes);
      if (isAddress(c)) return jump(yes);
      yes.used = true;
      no.used = true;
      fixes.push({ at: body.length, field: 'target', label: yes });
      fixes.push({ at: body.length, field: 'otherwise', label: no });
      emit({ op: 'branch', condition: c, target: -1, otherwise: -1 });
      dead = true;
    },
    binary: (operator, type, left, right) => {
      const l = resolve(left);
      const r = resolve(right);
      const folded = fold(operator, type, l, r);
      if (folded) return folded;
      const comparison =
        operator === 'eq' ||
        operator === 'ne' ||
        operator === 'lt' ||
        operator === 'le' ||
        operator === 'gt' ||
        operator === 'ge';
      const to = register(comparison ? 'i32' : type);
      emit({ op: 'binary', to, operator, type, left: l, right: r });
      return { kind: 'register', register: to };
    },
    convert: (from, fromType, type, bool) => {
      const f = resolve(from);
      if (f.kind === 'constant') return constant(bool ? (f.value === 0 ? 0 : 1) : wrap(f.value, type));
      if (isAddress(f)) {
        if (bool) return one;
        if (widthOf(type) === 64) return f;
      }
      if (!bool) {
        if (fromType === type) return f;
        // Widening an unsigned value, or a signed one to a wider signed type, changes nothing.
        const wider = widthOf(type) > widthOf(fromType);
        if (wider && (!isSigned(fromType) || isSigned(type))) return f;
      }
      const to = register(type);
      emit({ op: 'convert', to, type, ...(bool ? { bool: true as const } : {}), from: f });
      return { kind: 'register', register: to };
    },
    copy: (to, from) => {
      const f = resolve(from);
      if (f.kind === 'register' && f.register === to) return;
      emit({ op: 'copy', to, from: f });
      if (!dead && !silent && f.kind !== 'register') known.set(to, f);
    },
    known: resolve,
    typeOf,
    silently: work => {
      silent++;
      try {
        return work();
      } finally {
        silent--;
      }
    },
    size: () => body.length,
    finish: (name, parameters, span) => {
      for (const f of fixes) {
        const i = body[f.at];
        const target = f.label.at;
        if (i?.op === 'jump') body[f.at] = { ...i, target };
        else if (i?.op === 'branch') body[f.at] = { ...i, [f.field]: target };
      }
      // `if (n-- == 0) pr_warn(…)` decides nothing.
      body.forEach((i, at) => {
        if (i?.op !== 'branch') return;
        const target = endOf(body, i.target);
        if (target === endOf(body, i.otherwise)) body[at] = { op: 'jump', target, site: i.site };
      });
      return {
        name,
        parameters,
        registers: types.length,
        registerNames: names,
        registerTypes: types,
        stack,
        body: body.filter((i): i is Instruction => i !== undefined),
        ...(span ? { span } : {}),
      };
    },
  };
}

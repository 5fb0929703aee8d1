/**
 * The program-wide half of the lowering: sites, layouts, static objects with their initial values, functions on demand,
 * assumptions. Functions wait in a list until everything they are reached from is made; layouts are written at the end,
 * when all inferred members and bit names are known.
 */
import type { Problem } from '../base/problem';
import type { Span } from '../base/span';
import type {
  Assumption,
  Function as IrFunction,
  Integer,
  Layout,
  Operand,
  Scalar,
  Site,
  StaticObject,
} from '../ir/program';
import type { OperationName } from '../ir/operations';
import { wrap } from '../ir/value';
import { constant, zero } from './builder';
import type { Expression, Initializer, Statement, TypeName } from './c/ast';
import { call, callFunction, pointedLayout } from './call';
import type { Frame, InterruptUse, Lowering, Origin, Parts, Place, Scope, SlabCache } from './context';
import { newScope, spanOf, temporary } from './context';
import { createFrame, lowerFunction } from './function';
import { countOf, initialise } from './initial';
import { condition, convert, operate } from './operators';
import { isPlace, load, place, store } from './place';
import { PER_CPU, PER_CPU_MARK } from './primitives/contexts';
import { rowOf } from './primitives/table';
import { createResolver } from './resolve';
import { layoutKey, made, missingMember, shape } from './shapes';
import type { LayoutRequest, MutableObject } from './shapes';
import { automatic, block, statement } from './statement';
import {
  charType,
  fieldOf,
  isAggregate,
  pointee,
  recordOf,
  scalarOf,
  settle,
  sizeOf,
  unsignedLongType,
  voidPointer,
  voidType,
} from './types';
import type { CType, RecordType } from './types';
import { boundRecords } from './bound';
import { constantOf, effect, typeOf, value } from './value';
import type { FoundEnumerator, FoundFunction, FoundVariable, World } from './world';

export interface Assembly {
  readonly lowering: Lowering;
  /** Lowers an entry point of the harness; gives its function index. */
  entry(name: string, file: string, body: Statement, where: Statement): number;
  /** A function that returns an expression. */
  predicate(name: string, file: string, e: Expression): { readonly function: number; readonly site: number };
  /** Works off all functions and initialisers that were asked for. */
  drain(): void;
  task(name: string): number | undefined;
  /** A function that runs before all others: work items and timers bound by static initialisers. */
  statics(): number | undefined;
  finish(): {
    readonly sites: readonly Site[];
    readonly layouts: readonly Layout[];
    readonly objects: readonly StaticObject[];
    readonly functions: readonly IrFunction[];
    readonly assumptions: readonly Assumption[];
    /** What was seen of interrupt lines. */
    readonly interrupts: ReadonlySet<InterruptUse>;
  };
  readonly problems: Problem[];
}

export interface AssemblyRequest {
  readonly world: World;
  readonly harnessFile: string;
  readonly cpus: number;
  readonly threads: ReadonlySet<string>;
  readonly allocMayFail: boolean;
  /** What was seen of interrupt lines in the run before; undefined where they play no part. */
  readonly lines: ReadonlySet<InterruptUse> | undefined;
  /** Structs that no file defines, by tag: kept from run to run, with what their uses showed. */
  readonly unknownRecords: Map<string, RecordType>;
}

export function createAssembly(request: AssemblyRequest): Assembly {
  const { world } = request;
  const problems: Problem[] = [];
  const sites: Site[] = [];
  const siteIndex = new Map<string, number>();
  const layouts: LayoutRequest[] = [];
  const layoutIndex = new Map<string, number>();
  const objects: MutableObject[] = [];
  const variables = new Map<string, { object: number; type: CType }>();
  const strings = new Map<string, number>();
  const functions: (IrFunction | undefined)[] = [];
  const functionIndexes = new Map<object, number>();
  const byName = new Map<string, number>();
  const pending: (() => void)[] = [];
  const assumptions: Assumption[] = [];
  const assumptionIndex = new Map<string, number>();
  const bitNames = new Map<string, Record<number, string>>();
  /** `record:offset:bit` of the bits that have only a mask's name so far. */
  const maskNames = new Set<string>();
  const tasks = new Map<string, number>();
  const interruptUses = new Set<InterruptUse>();
  const caches: SlabCache[] = [];
  const unknownBits = new Map<string, number>();
  const reported = new Set<string>();
  const statics: {
    operation: OperationName;
    object: number;
    offset: number;
    value: Operand;
    span: Span | undefined;
  }[] = [];

  const scratch = (file: string, scope?: Scope): Frame =>
    createFrame(lowering, { file, name: 'initialiser', returns: voidType, ...(scope ? { scope } : {}) });

  /** What a constant expression may see of the scope around it: everything but values of variables. */
  const frozen = (scope: Scope | undefined): Scope => {
    const out = newScope(undefined);
    const chain: Scope[] = [];
    for (let s = scope; s; s = s.parent) chain.unshift(s);
    for (const s of chain) {
      for (const [n, l] of s.locals)
        out.locals.set(
          n,
          l.kind === 'memory' && l.address.kind === 'object'
            ? l
            : { kind: 'memory', address: { kind: 'stack', slot: 0, offset: 0 }, type: l.type },
        );
      for (const [n, t] of s.typedefs) out.typedefs.set(n, t);
      for (const [n, t] of s.tags) out.tags.set(n, t);
      for (const [n, v] of s.enumerators) out.enumerators.set(n, v);
    }
    return out;
  };

  const parts: Parts = {
    value,
    place,
    isPlace,
    load,
    store,
    convert,
    condition,
    effect,
    operate,
    call,
    callFunction,
    statement,
    block,
    type: (f, file, t) => resolver.type(f, file, t),
    typeOf,
    constant: constantOf,
    fixed: (e, file, hint, scope) => {
      const f = scratch(file, frozen(scope));
      const v = value(f, e, hint);
      const operand = f.build.known(v.operand);
      return { ...v, operand: operand.kind === 'stack' ? { kind: 'register', register: 0 } : operand };
    },
    automatic,
  };

  const layout = (type: CType, name?: string, perCpu = false): number => {
    const t = settle(type);
    const key = `${perCpu ? 'percpu ' : ''}${layoutKey(t)}${t.kind === 'record' ? '' : ` ${name ?? ''}`}`;
    let index = layoutIndex.get(key);
    if (index === undefined) {
      index = layouts.length;
      layouts.push({ type: t, name: name ?? '', perCpu });
      layoutIndex.set(key, index);
    }
    return index;
  };

  const newObject = (
    name: string,
    type: CType,
    span: Span | undefined,
    readOnly: boolean,
    perCpu = false,
  ): number => {
    const object: MutableObject = {
      name,
      layout: layout(type, settle(type).kind === 'record' ? undefined : 'value', perCpu),
      size: perCpu ? PER_CPU * request.cpus : sizeOf(type),
      initial: [],
      span,
      readOnly,
    };
    objects.push(object);
    return objects.length - 1;
  };

  const setInitial = (
    index: number,
    type: CType,
    initializer: Initializer,
    file: string,
    copies: number,
    scope: Scope | undefined,
  ): void => {
    const object = objects[index];
    if (!object) return;
    const values = new Map<number, { type: Scalar; value: Operand }>();
    const f = scratch(file, frozen(scope));
    initialise(type, initializer, 0, {
      scalar: (offset, t, bits, e) => {
        const v = value(f, e, t);
        const c = convert(f, v, settle(t));
        const operand = f.build.known(c.operand);
        if (operand.kind === 'register' || operand.kind === 'stack') {
          if (!f.build.dead())
            lowering.problem(
              'this initialiser is not a constant that can be worked out; it is taken as 0',
              spanOf(e),
              'warning',
            );
          return;
        }
        const scalar = scalarOf(t);
        if (bits && operand.kind === 'constant') {
          const before = values.get(offset)?.value;
          const old = before?.kind === 'constant' ? BigInt(before.value) : 0n;
          const mask = (1n << BigInt(bits.width)) - 1n;
          const all =
            BigInt.asUintN(64, old) |
            ((BigInt.asUintN(64, BigInt(operand.value)) & mask) << BigInt(bits.shift));
          values.set(offset, {
            type: scalar,
            value: constant(wrap(all <= 9007199254740991n ? Number(all) : all, scalar)),
          });
          return;
        }
        values.set(offset, { type: scalar, value: operand });
      },
      copy: (_offset, _t, e) => {
        lowering.problem(
          'a struct copied in a static initialiser; it is taken as zeroes',
          spanOf(e),
          'warning',
        );
      },
      constant: e => {
        const v = constantOf(f, e);
        return typeof v === 'number' ? v : undefined;
      },
      isAggregate: e => (e.kind === 'number' || e.kind === 'string' ? false : isAggregate(typeOf(f, e))),
      missing: (record, member, entry) => missingMember(lowering, record, member, entry),
      byte: (offset, _t, b) => {
        if (b !== 0) values.set(offset, { type: 'i8', value: constant((b << 24) >> 24) });
      },
    });
    for (let i = 0; i < copies; i++)
      for (const [offset, v] of values)
        if (!(v.value.kind === 'constant' && v.value.value === 0))
          object.initial.push({ offset: offset + i * PER_CPU, type: v.type, value: v.value });
    object.initial.sort((a, b) => a.offset - b.offset);
    bindStatics(index, object, type);
  };

  /** Work items, timers and semaphores that are set up where they are defined: said to the engine before anything runs. */
  const bindStatics = (index: number, object: MutableObject, type: CType): void => {
    const walk = (t: CType, offset: number): void => {
      const s = settle(t);
      if (s.kind === 'array') {
        const size = sizeOf(s.of);
        if (size && settle(s.of).kind === 'record')
          for (let i = 0; i < Math.min(s.count ?? 0, 256); i++) walk(s.of, offset + i * size);
        return;
      }
      if (s.kind !== 'record') return;
      const bound = boundRecords[s.record.tag];
      const field = bound && s.record.body() ? fieldOf(s.record, bound.member) : undefined;
      if (bound && field) {
        const at = object.initial.findIndex(i => i.offset === offset + field.offset);
        const value = object.initial[at]?.value;
        if (value && (bound.operation === 'sem.init') === (value.kind === 'constant')) {
          statics.push({ operation: bound.operation, object: index, offset, value, span: object.span });
          if (bound.operation === 'sem.init') object.initial.splice(at, 1);
        }
      }
      for (const f of s.record.body()?.fields ?? []) walk(f.type, offset + f.offset);
    };
    if (object.initial.length) walk(type, 0);
  };

  const sized = (type: CType, init: Initializer | undefined, file: string): CType => {
    const t = settle(type);
    if (!init || t.kind !== 'array' || t.count !== undefined) return t;
    const f = scratch(file);
    const n = countOf(
      t,
      init,
      e => {
        const v = constantOf(f, e);
        return typeof v === 'number' ? v : undefined;
      },
      e => isAggregate(typeOf(f, e)),
    );
    return n === undefined ? t : { ...t, count: n };
  };

  const variable = (v: FoundVariable): Place => {
    const isLocal = v.declaration.storage === 'static' && world.isSource(v.file) && v.origin !== 'harness';
    const key = isLocal ? `${v.file} ${v.name}` : v.name;
    let known = variables.get(key);
    if (!known) {
      const init = v.declarator.initializer;
      const type = sized(resolver.type(undefined, v.file, v.declarator.type), init, v.file);
      const perCpu = v.declarator.percpu;
      const object = newObject(v.name, type, spanOf(v.declarator), false, perCpu);
      known = { object, type };
      variables.set(key, known);
      if (init)
        pending.push(() => setInitial(object, type, init, v.file, perCpu ? request.cpus : 1, undefined));
      else if (v.declaration.storage === 'extern' && v.origin !== 'standalone' && v.origin !== 'model')
        lowering.assumption(
          'model',
          `the variable ${v.name} is defined in no file at hand: it starts as zeroes`,
          spanOf(v.declarator),
        );
    }
    return {
      kind: 'memory',
      address: { kind: 'object', object: known.object, offset: v.declarator.percpu ? PER_CPU_MARK : 0 },
      type: known.type,
      origin: { record: -1 - known.object, offset: 0 },
    };
  };

  const reserve = (): number => {
    functions.push(undefined);
    return functions.length - 1;
  };

  const functionIndex = (found: FoundFunction): number => {
    let index = functionIndexes.get(found.definition);
    if (index === undefined) {
      const at = reserve();
      index = at;
      functionIndexes.set(found.definition, at);
      pending.push(() => {
        functions[at] = lowerFunction(
          lowering,
          { name: found.name, file: found.file, type: found.definition.type, body: found.definition.body },
          found.definition,
        );
      });
    }
    return index;
  };

  /** A function that stands for a primitive whose address is taken (`.release = kfree`), or for one without a body. */
  const standIn = (name: string, type: CType | undefined, span: Span | undefined): number => {
    const known = byName.get(name);
    if (known !== undefined) return known;
    const index = reserve();
    byName.set(name, index);
    pending.push(() => {
      const t =
        type && settle(type).kind === 'function' ? (settle(type) as CType & { kind: 'function' }) : undefined;
      const returns = t ? settle(t.returns) : voidPointer;
      const parameters = t ? t.parameters : [voidPointer, voidPointer, voidPointer];
      const f = createFrame(lowering, { file: request.harnessFile, name, returns });
      const token = {
        kind: 'name' as const,
        text: name,
        file: span?.file ?? request.harnessFile,
        start: span?.start ?? 0,
        end: span?.end ?? 0,
        space: false,
        line: false,
        via: undefined,
        hidden: undefined,
      };
      const node = { first: token, last: token };
      f.node = node;
      const args: Expression[] = parameters.map((p, i) => {
        const register = f.build.register(scalarOf(p), `a${i}`);
        f.scope.locals.set(`a${i}`, { kind: 'register', register, type: p, origin: undefined });
        return { kind: 'name', name: `a${i}`, ...node };
      });
      const row = rowOf(name);
      if (row) {
        const v = row({ f, name, node: { kind: 'name', name, ...node }, arguments: args, hint: undefined });
        f.build.emit({
          op: 'return',
          ...(settle(v.type).kind === 'void' ? {} : { value: f.build.known(v.operand) }),
        });
      } else {
        const assumption = lowering.unknownCall(name, false, span);
        if (returns.kind === 'void' || returns.kind === 'record') f.build.emit({ op: 'return' });
        else {
          const r = temporary(f, scalarOf(returns));
          f.build.emit({
            op: 'unknown',
            to: r.register,
            type: scalarOf(returns),
            assumption,
            ...pointedLayout(f, returns),
          });
          f.build.emit({ op: 'return', value: r.operand });
        }
      }
      functions[index] = f.build.finish(name, parameters.length, span);
    });
    return index;
  };

  const isKnownName = (f: Frame, name: string): boolean =>
    isPlaceName(f, name) ||
    world.enumerator(name, f.file) !== undefined ||
    world.variable(name, f.file) !== undefined;
  const isPlaceName = (f: Frame, name: string): boolean => {
    for (let s: Scope | undefined = f.scope; s; s = s.parent)
      if (s.locals.has(name) || s.enumerators.has(name)) return true;
    return false;
  };

  const lowering: Lowering = {
    world,
    parts,
    harnessFile: request.harnessFile,
    cpus: request.cpus,
    texts: new Map(),
    options: { allocMayFail: request.allocMayFail },
    interrupts: {
      served: request.lines !== undefined,
      asked: request.lines?.has('asked') === true,
      note: what => void interruptUses.add(what),
    },
    site(span, text, via) {
      const key = `${span.file}:${span.start}:${span.end}:${via ?? ''}:${text}`;
      let index = siteIndex.get(key);
      if (index === undefined) {
        index = sites.length;
        sites.push({ span, text, ...(via ? { via } : {}) });
        siteIndex.set(key, index);
      }
      return index;
    },
    assumption(kind, message, span, callee) {
      const key = `${kind}:${message}`;
      let index = assumptionIndex.get(key);
      if (index === undefined) {
        index = assumptions.length;
        assumptions.push({
          kind,
          message,
          ...(callee === undefined ? {} : { callee }),
          ...(span ? { span } : {}),
        });
        assumptionIndex.set(key, index);
      }
      return index;
    },
    layout: (type, name) => layout(type, name),
    perCpuLayout: type => layout(type, 'percpu', true),
    variable: v => variable(v),
    object(name, type, initializer, file, span, fixed) {
      const t = sized(type, initializer, file);
      const index = newObject(name, t, span, fixed);
      if (initializer) pending.push(() => setInitial(index, t, initializer, file, 1, undefined));
      return index;
    },
    string(bytes) {
      const key = bytes.join(',');
      let index = strings.get(key);
      if (index === undefined) {
        index = newObject('string', { kind: 'array', of: charType, count: bytes.length }, undefined, true);
        strings.set(key, index);
        const o = objects[index];
        bytes.forEach((b, i) => {
          if (b !== 0) o?.initial.push({ offset: i, type: 'i8', value: constant((b << 24) >> 24) });
        });
      }
      return index;
    },
    functionIndex,
    unknownFunction: standIn,
    functionNamed(f, name) {
      const own = world.function(name, f.file, true);
      const row = own ? undefined : rowOf(name);
      const found = own ?? (row ? undefined : world.function(name, f.file, false));
      if (found && found !== 'broken') {
        const type = resolver.type(undefined, found.file, found.definition.type);
        if (f.build.dead()) return { type: { kind: 'pointer', to: type }, operand: zero };
        return {
          type: { kind: 'pointer', to: type },
          operand: { kind: 'function', function: functionIndex(found) },
        };
      }
      const prototype = world.prototype(name, f.file);
      const type = prototype
        ? resolver.type(undefined, prototype.file, prototype.declarator.type)
        : undefined;
      if (!prototype && !row && found !== 'broken') return undefined;
      const span = f.node ? spanOf(f.node) : undefined;
      const fallback: CType = {
        kind: 'function',
        returns: voidPointer,
        parameters: [voidPointer, voidPointer, voidPointer],
        variadic: false,
      };
      return {
        type: { kind: 'pointer', to: type ?? fallback },
        operand: { kind: 'function', function: standIn(name, type, span) },
      };
    },
    enumerator: (e: FoundEnumerator): Integer => resolver.enumerator(e.specifier, e.index, e.file, undefined),
    thread(name) {
      if (!request.threads.has(name)) return undefined;
      let object = tasks.get(name);
      if (object === undefined) {
        object = newObject(
          `task ${name}`,
          { kind: 'record', record: resolver.record('task_struct', false, request.harnessFile, undefined) },
          undefined,
          false,
        );
        tasks.set(name, object);
      }
      return object;
    },
    problem(message, span, severity = 'error') {
      const key = `${message}:${span?.file ?? ''}:${span?.start ?? 0}`;
      if (reported.has(key)) return;
      reported.add(key);
      problems.push({ severity, message, ...(span ? { span } : {}) });
    },
    noteBit(origin: Origin, bit, name, isMask = false) {
      const key = `${origin.record}:${origin.offset}`;
      let names = bitNames.get(key);
      if (!names) {
        names = {};
        bitNames.set(key, names);
      }
      const masks = `${key}:${String(bit)}`;
      if (names[bit] === undefined || (!isMask && maskNames.has(masks))) names[bit] = name;
      if (!isMask) maskNames.delete(masks);
      else if (names[bit] === name) maskNames.add(masks);
    },
    record: (tag, union, file, f) => resolver.record(tag, union, file, f),
    isKnownName,
    unknownCall: (name, passesStruct, span) =>
      lowering.assumption(
        'unknown-call',
        `${name}() has no body here: its result is unknown` +
          (passesStruct ? ', and what it is handed pointers to is taken to stay as it is' : ''),
        span,
        name,
      ),
    unknownName(name, use, span) {
      // NAPI_STATE_SCHED and NAPIF_STATE_SCHED belong together: the bit and its mask.
      const key = name.replace(/^[A-Z0-9]+?F?_/, '');
      let bit = unknownBits.get(key);
      if (bit === undefined) {
        bit = unknownBits.size;
        unknownBits.set(key, bit);
      }
      lowering.assumption(
        'inferred',
        `${name} is defined in no file at hand: it gets a value of its own`,
        span,
      );
      const mask = 1n << BigInt(bit % 64);
      if (use === 'bit') return bit % 64;
      return mask <= 9007199254740991n ? Number(mask) : mask;
    },
    fieldAddress(f, p, name) {
      if (p.kind !== 'memory') return undefined;
      const find = (type: CType, depth: number): number | undefined => {
        const record = recordOf(type);
        const body = record?.body();
        if (!record || !body) return undefined;
        const direct = body.fields.some(x => x.name === name) ? fieldOf(record, name) : undefined;
        if (direct) return direct.offset;
        if (depth > 2) return undefined;
        for (const x of body.fields) {
          if (settle(x.type).kind !== 'record') continue;
          const inner = find(x.type, depth + 1);
          if (inner !== undefined) return x.offset + inner;
        }
        return undefined;
      };
      const offset = settle(p.type).kind === 'record' ? find(p.type, 0) : undefined;
      return offset === undefined ? undefined : f.build.binary('add', 'u64', p.address, constant(offset));
    },
    namedLock(name) {
      const found = world.variable(name, request.harnessFile);
      if (found) {
        const p = variable(found);
        if (p.kind === 'memory' && p.address.kind === 'object') return p.address.object;
      }
      let known = variables.get(name);
      if (!known) {
        const type = unsignedLongType;
        known = { object: newObject(name, type, undefined, false), type };
        variables.set(name, known);
      }
      return known.object;
    },
    cache(span, cache) {
      caches.push(cache);
      return newObject('kmem_cache', unsignedLongType, span, false);
    },
    cachesFor(hint) {
      const to = hint && pointee(hint);
      const t = to && settle(to);
      return (
        caches.find(k => k.type && t && layoutKey(settle(k.type)) === layoutKey(t)) ??
        (caches.length === 1 ? caches[0] : undefined)
      );
    },
  };

  const resolver = createResolver(lowering, file => scratch(file), request.unknownRecords);

  const drain = (): void => {
    for (let work = pending.shift(); work; work = pending.shift()) work();
  };

  return {
    lowering,
    problems,
    drain,
    task: name => tasks.get(name),
    entry(name, file, body, where) {
      const index = reserve();
      pending.push(() => {
        const type: TypeName = {
          specifier: { kind: 'builtin', words: ['void'] },
          derived: [{ kind: 'function', parameters: [], variadic: false }],
          first: where.first,
          last: where.last,
        };
        functions[index] = lowerFunction(lowering, { name, file, type, body }, where);
      });
      return index;
    },
    predicate(name, file, e) {
      const index = reserve();
      const f = createFrame(lowering, { file, name, returns: unsignedLongType });
      f.node = e;
      f.statement = e;
      const span = spanOf(e);
      const text = world.text(span.file, span.start, span.end).replace(/\s+/g, ' ').trim();
      const site = lowering.site(span, text, undefined);
      pending.push(() => {
        const v = value(f, e);
        f.build.emit({
          op: 'return',
          value: f.build.known(f.build.convert(v.operand, scalarOf(v.type), 'u8', true)),
        });
        functions[index] = f.build.finish(name, 0, span);
      });
      return { function: index, site };
    },
    statics() {
      drain();
      if (!statics.length) return undefined;
      const f = createFrame(lowering, { file: request.harnessFile, name: 'statics', returns: voidType });
      for (const b of statics) {
        const span = b.span ?? { file: request.harnessFile, start: 0, end: 0 };
        const token = {
          kind: 'name' as const,
          text: '',
          ...span,
          space: false,
          line: false,
          via: undefined,
          hidden: undefined,
        };
        f.node = { first: token, last: token };
        f.build.emit({
          op: 'sync',
          name: b.operation,
          arguments: [{ kind: 'object', object: b.object, offset: b.offset }, b.value],
        });
      }
      f.build.emit({ op: 'return' });
      const index = reserve();
      functions[index] = f.build.finish('statics', 0, undefined);
      return index;
    },
    finish() {
      drain();
      if (!sites.length) sites.push({ span: { file: request.harnessFile, start: 0, end: 0 }, text: '' });
      const shaped = shape(layouts, objects, request.cpus, (record, offset) =>
        bitNames.get(`${record}:${offset}`),
      );
      return { sites, ...shaped, functions: functions.map(made), assumptions, interrupts: interruptUses };
    },
  };
}

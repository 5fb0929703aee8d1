/**
 * Functions and macros that take a bit: `sock_set_flag(sk, SOCK_DEAD)` sets the bit that is its second argument, in a
 * word that it reaches from its first. They are found from their bodies, through several levels; those of macros are
 * read as text, call by call. Also those that only give the address of a word (`work_data_bits(work)`).
 *
 * Left out: functions that work on a bit that they compute from a parameter (`BIT(x + 1)`), and stores of whole values.
 */
import { walk, type Node } from '../../syntax/node';
import type { MacroDefinition } from '../../syntax/source';
import {
  bitOperation,
  parametricAccesses,
  type BitCallees,
  type BitPlace,
  type BitWrapper,
} from './accesses';
import type { MacroUse } from './bitUses';
import { mayBePlace, mayWrap, numbersOf } from './glance';
import { callArguments, callee, pointee, spelling, substitute } from '../expression';
import { remember, type FunctionFacts } from '../functions';
import { pathOf, type Path } from '../places';
import { primitive } from '../primitives';

/** Where the bodies of called functions and macros are found. */
export interface BodyLookup {
  function(name: string): FunctionFacts | undefined;
  macro(name: string): MacroDefinition | undefined;
}

/** Answers are made when asked for, and kept. */
export function bitCallees(bodies: BodyLookup): BitCallees {
  const wrappers = new Map<string, readonly BitWrapper[]>();
  const places = new Map<string, BitPlace | undefined>();
  const signatures = new Map<string, string>();
  const wrappersOf = (name: string): readonly BitWrapper[] => {
    const known = wrappers.get(name);
    if (known) return known;
    // A function that calls itself has nothing to add.
    wrappers.set(name, []);
    const f = bodies.function(name);
    const macro = f ? undefined : bodies.macro(name);
    const found = distinct(
      f ? (mayReach(name) ? ofFunction(f, wrappersOf) : []) : macro ? ofMacro(name, macro, wrappersOf) : [],
    );
    wrappers.set(name, found);
    return found;
  };
  const reaching = new Map<string, boolean>();
  /** Whether, by the texts, a function or one that it calls does something to a bit that it is given. */
  const mayReach = (name: string): boolean => {
    const known = reaching.get(name);
    if (known !== undefined) return known;
    const seen = new Set([name]);
    // Names are added while it goes on.
    for (const n of seen) {
      const f = bodies.function(n);
      const macro = f ? undefined : bodies.macro(n);
      if (reaching.get(n) ?? (f ? mayWrap(f.analysis) : macro && mayWrapAsMacro(macro))) {
        reaching.set(name, true);
        return true;
      }
      if (reaching.get(n) === false) continue;
      if (f && numbersOf(f.analysis).length > 0) for (const c of f.analysis.named) seen.add(c);
      else if (macro) for (const c of callsIn(macro.body)) seen.add(c.name);
    }
    for (const n of seen) reaching.set(n, false);
    return false;
  };
  const placeOf = (name: string): BitPlace | undefined => {
    if (places.has(name)) return places.get(name);
    const f = bodies.function(name);
    const macro = f ? undefined : bodies.macro(name);
    const place = f ? placeOfFunction(f) : macro ? placeOfMacro(macro) : undefined;
    places.set(name, place);
    return place;
  };
  return {
    wrappers: wrappersOf,
    place: placeOf,
    signature(name) {
      let s = signatures.get(name);
      if (s === undefined) {
        const all = [...wrappersOf(name), placeOf(name)].filter(x => x !== undefined);
        signatures.set(name, (s = all.length > 0 ? `${name}${JSON.stringify(all)}` : ''));
      }
      return s;
    },
  };
}

/** All that callers may see of a function's own text: as long as it is the same, so are answers about other names. */
export function bitTraits(f: FunctionFacts): string {
  const { text } = f.analysis;
  const passed = passes(f).map(p => [p.name, p.parameters, p.args.map(a => spelling(text, a))]);
  return JSON.stringify([ownBitWrappers(f), passed, placeOfFunction(f)]);
}

/**
 * What calls of a function do, in few words: each kind once for each bit parameter. A function that does several things
 * to one bit does each perhaps, but a wait; a test beside them is its way of deciding.
 */
function distinct(list: readonly BitWrapper[]): readonly BitWrapper[] {
  const found = list.filter((a, i) => list.findIndex(b => a.kind === b.kind && a.bit === b.bit) === i);
  return found.flatMap(w => {
    const others = found.filter(x => x !== w && x.bit === w.bit);
    if (others.length === 0) return [w];
    if (w.kind === 'test') return [];
    return [w.kind === 'wait' || others.every(x => x.kind === 'test') ? w : { ...w, maybe: true }];
  });
}

type Inner = (name: string) => readonly BitWrapper[];

// --- functions ---------------------------------------------------------------------------------------------------

function ofFunction(f: FunctionFacts, inner: Inner): readonly BitWrapper[] {
  const own = ownBitWrappers(f);
  const passed = passes(f).flatMap(pass =>
    inner(pass.name).flatMap(w => {
      const bit = pass.parameters.find(p => p.argument === w.bit);
      return bit ? [{ ...rebased(f, w, pass.args), name: f.name, bit: bit.parameter }] : [];
    }),
  );
  return [...own, ...passed];
}

function ownBitWrappers(f: FunctionFacts): readonly BitWrapper[] {
  if (!mayWrap(f.analysis)) return [];
  return remember(f.analysis, 'own bit wrappers', () => ownWrappers(f));
}

function ownWrappers(f: FunctionFacts): readonly BitWrapper[] {
  const { parameters } = f.analysis.locals;
  return parametricAccesses(f.analysis).flatMap(a => {
    if (a.kind === 'store' || a.kind === 'rmw' || a.kind === 'read') return [];
    return a.bits.flatMap(t => {
      const bit = t.variable ? parameters.indexOf(t.text) : -1;
      if (bit < 0) return [];
      return [
        {
          name: f.name,
          parameters,
          bit,
          takes: t.kind,
          kind: a.kind,
          ...(a.until && { until: a.until }),
          ...(a.tests && { tests: a.tests }),
          maybe: a.maybe,
          via: a.via,
          atomic: a.atomic,
          ordering: a.ordering,
          strong: a.strong,
          word: a.word,
          path: a.path,
        },
      ];
    });
  });
}

interface Pass {
  readonly name: string;
  readonly args: readonly Node[];
  readonly parameters: readonly { readonly argument: number; readonly parameter: number }[];
}

/** Calls that hand a parameter on as it is. */
function passes(f: FunctionFacts): readonly Pass[] {
  return remember(f.analysis, 'bit passes', () => {
    if (numbersOf(f.analysis).length === 0) return [];
    const { text, locals } = f.analysis;
    const found: Pass[] = [];
    walk(f.analysis.body ?? f.analysis.node, n => {
      if (n.kind !== 'call_expression') return;
      const name = callee(text, n);
      if (name === undefined || bitOperation(name)) return;
      const args = callArguments(n);
      const parameters = args.flatMap((a, argument) => {
        const parameter = locals.parameters.indexOf(spelling(text, a));
        return parameter < 0 ? [] : [{ argument, parameter }];
      });
      if (parameters.length > 0) found.push({ name, args, parameters });
    });
    return found;
  });
}

/** A wrapper called inside a function, its word spelled with the outer function's parameters. */
function rebased(f: FunctionFacts, w: BitWrapper, args: readonly Node[]): BitWrapper {
  const { text, locals } = f.analysis;
  const arg = args[w.parameters.indexOf(w.path.root)];
  const base = arg && pathOf(text, pointee(text, arg), locals);
  const path =
    !base || w.path.fields.length === 0
      ? (base ?? w.path)
      : w.path.type !== undefined && base.fields.length > 0
        ? w.path
        : {
            ...base,
            ...(w.path.type !== undefined && { type: w.path.type }),
            fields: [...base.fields, ...w.path.fields],
          };
  return {
    ...w,
    parameters: locals.parameters,
    word: substitute(
      w.word,
      w.parameters,
      args.map(x => spelling(text, x)),
    ),
    path,
  };
}

/** A function that only returns the address of a word: `return &page[n].flags;`. */
function placeOfFunction(f: FunctionFacts): BitPlace | undefined {
  return remember(f.analysis, 'bit place', () => {
    if (!mayBePlace(f.analysis)) return undefined;
    const { text, locals } = f.analysis;
    const returned: Node[] = [];
    walk(f.analysis.body ?? f.analysis.node, n => {
      if (n.kind === 'return_statement') returned.push(n);
    });
    const [only] = returned;
    const value = only?.children.find(c => c.named && c.kind !== 'comment');
    if (returned.length !== 1 || !value) return undefined;
    const target = pointee(text, value);
    if (target.kind !== 'field_expression') return undefined;
    const path = pathOf(text, target, locals);
    return path.fields.length === 1 ? { parameters: locals.parameters, path } : undefined;
  });
}

function mayWrapAsMacro({ parameters, body }: MacroDefinition): boolean {
  return (
    parameters !== undefined &&
    (/[&|]/.test(body) || callsIn(body).some(c => bitOperation(c.name) !== undefined))
  );
}

// --- macros ------------------------------------------------------------------------------------------------------

function ofMacro(name: string, macro: MacroDefinition, inner: Inner): readonly BitWrapper[] {
  const { parameters } = macro;
  if (!parameters) return [];
  const common = { name, parameters };
  const found: BitWrapper[] = [];
  for (const call of callsIn(macro.body)) {
    const k = primitive(call.name);
    const bit = k?.bit === undefined ? -1 : parameters.indexOf(unwrapped(call.args[k.bit] ?? ''));
    const word = k?.pointer === undefined ? undefined : call.args[k.pointer];
    const does = k && bitOperation(call.name);
    if (k && does && bit >= 0 && word !== undefined) {
      const path = pathOfText(word, parameters);
      if (path)
        found.push({
          ...common,
          ...does,
          bit,
          takes: 'bit',
          maybe: false,
          via: call.name,
          ordering: k.ordering,
          strong: true,
          word: wordOf(path),
          path,
        });
      continue;
    }
    for (const w of bitOperation(call.name) ? [] : inner(call.name)) {
      const outer = parameters.indexOf(unwrapped(call.args[w.bit] ?? ''));
      const base = pathOfText(call.args[w.parameters.indexOf(w.path.root)] ?? '', parameters);
      if (outer < 0) continue;
      const path = base
        ? {
            ...base,
            ...(w.path.type !== undefined && { type: w.path.type }),
            fields: [...base.fields, ...w.path.fields],
          }
        : w.path;
      found.push({ ...w, ...common, bit: outer, path, word: wordOf(path) });
    }
  }
  for (const m of maskUses(macro.body)) {
    const bit = parameters.indexOf(m.mask);
    const path = bit < 0 ? undefined : pathOfText(m.word, parameters);
    if (path && path.fields.length > 0)
      found.push({
        ...common,
        bit,
        takes: m.shifted ? 'bit' : 'mask',
        kind: m.kind,
        maybe: false,
        via: 'plain',
        atomic: false,
        ordering: 'plain',
        strong: false,
        word: wordOf(path),
        path,
      });
  }
  return found;
}

interface TextCall {
  readonly name: string;
  readonly args: readonly string[];
}

/** All calls in a text, those in arguments too. */
export function callsIn(text: string): readonly TextCall[] {
  const found: TextCall[] = [];
  for (const m of text.matchAll(/\b([A-Za-z_]\w*)\s*\(/g)) {
    const args = argumentsAt(text, m.index + m[0].length);
    if (args) found.push({ name: m[1] ?? '', args });
  }
  return found;
}

/** The arguments from behind an opening parenthesis; undefined if it is not closed. */
export function argumentsAt(text: string, from: number): readonly string[] | undefined {
  const parts: string[] = [];
  let depth = 0;
  let start = from;
  for (let i = from; i < text.length; i++) {
    const c = text[i];
    if (c === '(' || c === '[' || c === '{') depth++;
    else if (c === ']' || c === '}') depth--;
    else if (c === ')' && depth-- === 0) return [...parts, text.slice(start, i).trim()];
    else if (c === ',' && depth === 0) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  return undefined;
}

interface MaskUse {
  readonly word: string;
  readonly mask: string;
  readonly kind: 'set' | 'clear' | 'test';
  readonly shifted: boolean;
}

const wordPattern = String.raw`(\(*&?\(*\w+\)*(?:(?:->|\.)\w+)+\)*)`;
const maskPattern = String.raw`\(*\s*(BIT\s*\(\s*|1U?L*\s*<<\s*)?\(*\s*(\w+)\s*\)*`;
const masked = new RegExp(String.raw`${wordPattern}\s*(\|=|&=\s*~|&)\s*${maskPattern}`, 'g');

/** `(x)->flags & (f)`, `|=`, `&= ~`. */
function maskUses(body: string): readonly MaskUse[] {
  return [...body.matchAll(masked)].map(m => ({
    word: m[1] ?? '',
    mask: m[4] ?? '',
    kind: m[2] === '&' ? ('test' as const) : m[2] === '|=' ? ('set' as const) : ('clear' as const),
    shifted: m[3] !== undefined,
  }));
}

const casts =
  /\(\s*(?:(?:const|volatile|unsigned|signed|struct|long|int|void|char|[us](?:8|16|32|64))\s*|\w+\s+(?=\*))+\*+\s*\)/g;

/** `((unsigned long *)(&(work)->data))` is the path `work`, `data`. */
function pathOfText(text: string, parameters: readonly string[]): Path | undefined {
  const bare = text
    .replace(casts, '')
    .replace(/\s+/g, '')
    .replace(/\((\w+)\)/g, '$1')
    .replace(/\[[^\]]*\]/g, '');
  const m = /^\(*&?\(*(\w+)\)*((?:(?:->|\.)\w+)*)\)*$/.exec(bare);
  if (!m?.[1]) return undefined;
  return {
    root: m[1],
    kind: parameters.includes(m[1]) ? 'local' : 'global',
    fields: (m[2] ?? '').split(/->|\./).filter(Boolean),
  };
}

function wordOf(path: Path): string {
  const [first, ...rest] = path.fields;
  return first === undefined ? `*${path.root}` : [`${path.root}->${first}`, ...rest].join('.');
}

function unwrapped(text: string): string {
  const m = /^\(*\s*(\w+)\s*\)*$/.exec(text.trim());
  return m?.[1] ?? text;
}

/** A macro whose body is the address of a word. */
function placeOfMacro(macro: MacroDefinition): BitPlace | undefined {
  const { parameters } = macro;
  if (!parameters || !/&|\bflags\b|->/.test(macro.body)) return undefined;
  const path = pathOfText(macro.body, parameters);
  return path && path.fields.length > 0 && parameters.includes(path.root) ? { parameters, path } : undefined;
}

/** What the body of a macro does to a bit or mask that it names itself: `test_bit(UP, &(x)->flags)`. */
export function operationsInBody(
  body: string,
  name: string,
  parameters: readonly string[],
): readonly MacroUse[] {
  const found: MacroUse[] = [];
  const innerOf = (word: string): Pick<MacroUse, 'inner'> => {
    const path = pathOfText(word, parameters);
    return path ? { inner: { parameters, path } } : {};
  };
  const names = new RegExp(`\\b${name}\\b`);
  for (const call of callsIn(body)) {
    const k = primitive(call.name);
    const bit = k?.bit === undefined ? undefined : call.args[k.bit];
    const does = bitOperation(call.name);
    if (!k || !does || bit === undefined || !names.test(bit)) continue;
    const { tests, ...rest } = does;
    found.push({
      ...rest,
      kind: tests ? (`test-and-${does.kind}` as MacroUse['kind']) : (does.kind as MacroUse['kind']),
      name,
      operation: call.name,
      ordering: k.ordering,
      word: call.args[k.pointer ?? 0]?.replace(/^&/, '') ?? '',
      maybe: false,
      masked: true,
      ...innerOf(call.args[k.pointer ?? 0] ?? ''),
    });
  }
  for (const m of maskUses(body))
    if (m.mask === name)
      found.push({
        kind: m.kind,
        name,
        operation: 'plain',
        atomic: false,
        ordering: 'plain',
        word: m.word,
        maybe: false,
        ...(m.shifted && { masked: true as const }),
        ...innerOf(m.word),
      });
  return found;
}

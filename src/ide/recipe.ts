/**
 * A harness made up from the open files: a polled object of NAPI's shape (a word with a bit that its owner must clear,
 * a poll callback, a completion, a disabling waiter) with the publication that can hurt it. Found by structure, never
 * by name; shown to the user as an editable text.
 *
 * The parts, and how each is told from the facts:
 * - state word and its owner's bit: a bit that somebody waits for to be cleared;
 * - disabler: the function that waits; completion: another that clears the bit and looks at a second bit first;
 * - conditional lock: a reader's lock that is not taken while an RCU pointer is NULL; poller: who takes it and calls
 *   through a field of the polled object; intruder: who reads the pointer and gets to the second bit;
 * - publisher: who sets the pointer.
 * Objects are statics whose fields are filled as the functions use them. What cannot be told is left to the user.
 */
import { child, walk, type Node } from '../syntax/node';
import { accessesOf } from '../kernel/words/accesses';
import { mainGuard, reachesAround, type ConditionalLock } from '../kernel/sections/condlock';
import type { Event } from '../kernel/sections/events';
import { bare, callArguments, spelling } from '../kernel/expression';
import type { FunctionFacts } from '../kernel/functions';
import { keyOfPath, pathOf, sameKey, typeName } from '../kernel/places';
import { pointersOf } from '../kernel/pointers';
import { lastField } from '../kernel/sections/regions';
import { parametersText } from '../kernel/sections/survey';
import type { StateWord } from '../kernel/words/words';
import { knowledge, type Knowledge } from './knowledge';
import type { Scene } from './scene';

export interface Recipe {
  /** C text of a `*.race.c`. */
  readonly text: string;
  /** `netpoll_setup.race.c`. */
  readonly name: string;
  /** Which function plays which part, for the message to the user. */
  readonly roles: Readonly<Record<string, string>>;
}

interface Cast {
  readonly word: StateWord;
  /** The owner's bit as a mask or shift, for the initial state. */
  readonly bit: string;
  readonly disabler: FunctionFacts;
  readonly completion: FunctionFacts | undefined;
  readonly lock: ConditionalLock;
  /** `net_device.npinfo`. */
  readonly pointer: string;
  readonly poller: FunctionFacts;
  readonly callback: Callback;
  readonly intruder: FunctionFacts | undefined;
  readonly publisher: FunctionFacts;
}

/** A call through a field of the polled object. */
interface Callback {
  readonly field: string;
  readonly args: readonly string[];
  readonly facts: FunctionFacts;
}

/** `beside`: the path of the folder that includes are to be relative to. */
export function recipe(scene: Scene, beside: string): Recipe | undefined {
  const k = knowledge(scene);
  const cast = castOf(k);
  if (!cast) return undefined;
  return {
    text: write(scene, k, cast, beside),
    name: `${cast.publisher.name}.race.c`,
    roles: {
      publisher: cast.publisher.name,
      poller: cast.poller.name,
      disabler: cast.disabler.name,
      lock: cast.lock.function.name,
      ...(cast.completion && { completion: cast.completion.name }),
      ...(cast.intruder && { intruder: cast.intruder.name }),
    },
  };
}

// --- who plays what ------------------------------------------------------------------------------------------------

function castOf(k: Knowledge): Cast | undefined {
  const { survey } = k;
  for (const w of survey.wrappers.values()) {
    const lock = w.conditional;
    const guard = lock && mainGuard(lock);
    const pointer = guard && keyOfPath(guard.path, k.types);
    if (!lock || !guard?.rcu || pointer === undefined) continue;
    const publisher = publisherOf(k, pointer);
    if (!publisher) continue;
    for (const word of k.words) {
      const struct = word.key.split('.')[0] ?? '';
      if (!struct) continue;
      const poller = survey
        .callers(w.facts.name)
        .filter(isKernel)
        .map(f => ({ f, callback: callbackIn(k, f, struct) }))
        .find(p => p.callback !== undefined && firstParameter(p.f) !== '');
      const wait = word.accesses.find(
        a => a.access.kind === 'wait' && a.access.until === 'clear' && isKernel(a.f),
      );
      const bit =
        wait &&
        ownerBit(
          word,
          wait.f,
          wait.bits.map(b => b.name),
        );
      if (!poller?.callback || !wait || bit === undefined) continue;
      const completion = word.accesses.find(
        a =>
          a.access.kind === 'clear' &&
          a.f !== wait.f &&
          a.bits.some(b => b.name === bit) &&
          isKernel(a.f) &&
          word.accesses.some(
            t => t.f === a.f && t.access.kind === 'test' && !t.bits.some(b => b.name === bit),
          ),
      );
      return {
        word,
        bit,
        disabler: wait.f,
        completion: completion?.f,
        lock,
        pointer,
        poller: poller.f,
        callback: poller.callback,
        intruder: intruderOf(k, pointer, word, bit, publisher),
        publisher,
      };
    }
  }
  return undefined;
}

function isKernel(f: FunctionFacts): boolean {
  return f.item.kind === 'function';
}

/** Of the bits that are waited for the one that a completion clears; else the first. */
function ownerBit(word: StateWord, disabler: FunctionFacts, bits: readonly string[]): string | undefined {
  const cleared = (bit: string, by: (f: FunctionFacts) => boolean): boolean =>
    word.accesses.some(a => a.access.kind === 'clear' && by(a.f) && a.bits.some(b => b.name === bit));
  const tests = (f: FunctionFacts): boolean => word.accesses.some(a => a.f === f && a.access.kind === 'test');
  return bits.find(b => cleared(b, f => f !== disabler && tests(f))) ?? bits[0];
}

/** The outermost function of its file that leads to a publication of the pointer. */
function publisherOf(k: Knowledge, pointer: string): FunctionFacts | undefined {
  const { survey } = k;
  let f = survey.functions.find(
    g =>
      isKernel(g) &&
      pointersOf(g.analysis).some(p => {
        const key = p.kind === 'publish' && p.path ? keyOfPath(p.path, k.types) : undefined;
        return key !== undefined && sameKey(key, pointer);
      }),
  );
  const seen = new Set<FunctionFacts>();
  while (f && !seen.has(f)) {
    seen.add(f);
    const home = f.file;
    const outer: FunctionFacts | undefined = survey
      .callers(f.name)
      .find(c => isKernel(c) && c.file === home && !seen.has(c));
    if (!outer) return f;
    f = outer;
  }
  return f;
}

/** A call through a field of the struct in a function or in those it calls. */
function callbackIn(k: Knowledge, f: FunctionFacts, struct: string, depth = 0): Callback | undefined {
  const { text, locals, body } = f.analysis;
  let found: Callback | undefined;
  if (body)
    walk(body, n => {
      if (found || n.kind !== 'call_expression') return;
      const called = child(n, 'function');
      if (called?.kind !== 'field_expression') return;
      const key = keyOfPath(pathOf(text, called, locals), k.types);
      const field = child(called, 'field');
      if (key === undefined || !field || !sameKey(key, `${struct}.${text.slice(field.start, field.end)}`))
        return;
      if (key.startsWith('.')) return;
      found = {
        field: text.slice(field.start, field.end),
        args: callArguments(n).map(a => spelling(text, locals.aliases.get(spelling(text, a)) ?? a)),
        facts: f,
      };
    });
  if (found || depth > 2) return found;
  for (const name of f.analysis.calls) {
    const g = k.survey.find(name);
    const inner =
      g && g !== f && k.survey.functions.includes(g) ? callbackIn(k, g, struct, depth + 1) : undefined;
    if (inner) return inner;
  }
  return undefined;
}

/** Who reads the pointer and gets to another bit of the word: preferably without a `_` before its name. */
function intruderOf(
  k: Knowledge,
  pointer: string,
  word: StateWord,
  bit: string,
  publisher: FunctionFacts,
): FunctionFacts | undefined {
  const sets = new Set(
    word.accesses
      .filter(
        a => (a.access.kind === 'set' || a.access.kind === 'change') && !a.bits.some(b => b.name === bit),
      )
      .map(a => a.f),
  );
  const reaches = (f: FunctionFacts, depth: number): boolean =>
    sets.has(f) ||
    (depth > 0 &&
      [...f.analysis.calls].some(name => {
        const g = k.survey.find(name);
        return g !== undefined && g !== f && reaches(g, depth - 1);
      }));
  const candidates = k.survey.functions.filter(
    f =>
      f !== publisher &&
      isKernel(f) &&
      f.file === publisher.file &&
      pointersOf(f.analysis).some(p => {
        const key = p.kind === 'read' && p.path ? keyOfPath(p.path, k.types) : undefined;
        return key !== undefined && sameKey(key, pointer);
      }) &&
      reaches(f, 4),
  );
  return candidates.sort((a, b) => Number(a.item.isStatic) - Number(b.item.isStatic))[0];
}

function firstParameter(f: FunctionFacts): string {
  const [name] = f.analysis.locals.parameters;
  return (name !== undefined && f.analysis.locals.types.get(name)) || '';
}

// --- the text ------------------------------------------------------------------------------------------------------

function write(scene: Scene, k: Knowledge, cast: Cast, beside: string): string {
  const polled = cast.word.key.split('.')[0] ?? '';
  const owner = cast.pointer.split('.')[0] ?? '';
  const objects = new Map<string, string>([[polled, 'polled']]);
  if (owner) objects.set(owner, 'owner');
  const argumentOf = (f: FunctionFacts): string => argumentsFor(f, objects);
  const files = [...new Set([cast.publisher.file, cast.disabler.file, cast.poller.file])];
  const list = listOf(k, cast, polled, owner);
  const parameter = firstParameter(cast.publisher);
  const third = parameter && !objects.has(parameter) ? parameter : undefined;
  if (third !== undefined) objects.set(third, 'subject');
  const back = fieldTo(scene, polled, owner);
  const there = third === undefined ? undefined : fieldTo(scene, third, owner);
  const setLock = lockInit(cast);
  const budget = budgetField(cast);
  const lists = listParameters(cast.poller);
  const ownerFields = [
    ...(list ? [`\t.${list.head} = LIST_HEAD_INIT(owner.${list.head}),`] : []),
    ...requiredBits(k, cast, owner).map(b => `\t.${b},`),
  ];
  const out: string[] = [
    '// SPDX-License-Identifier: MIT',
    '/*',
    ` * ${cast.poller.name}() polls while ${cast.publisher.name}() publishes ${cast.pointer};`,
    ` * ${cast.disabler.name}() waits until ${cast.bit} is clear.`,
    ' * Does it always come back?',
    ' *',
    ' * Made up by Racelens from the open files: change it as you like.',
    ' */',
    '#include <racelens.h>',
    ...files.map(f => `#include "${relative(f, beside)}"`),
    '',
    ...driver(scene, cast, polled),
    ...(owner
      ? [
          `static struct ${owner} owner${ownerFields.length > 0 ? ' = {' : ';'}`,
          ...ownerFields,
          ...(ownerFields.length > 0 ? ['};'] : []),
          '',
        ]
      : []),
    `static struct ${polled} polled = {`,
    ...(back ? [`\t.${back} = &owner,`] : []),
    ...(list ? [`\t.${list.member} = LIST_HEAD_INIT(polled.${list.member}),`] : []),
    ...[...listFields(scene, polled)]
      .filter(f => f !== list?.member)
      .map(f => `\t.${f} = LIST_HEAD_INIT(polled.${f}),`),
    `\t.${lastField(cast.word.key)} = ${maskOf(k, cast)},`,
    ...(budget ? [`\t.${budget} = 64,`] : []),
    ...(setLock ? [`\t.${setLock}`] : []),
    `\t.${cast.callback.field} = made_up_callback,`,
    '};',
    '',
    ...(third !== undefined
      ? [`static struct ${third} subject${there ? ` = { .${there} = &owner }` : ''};`, '']
      : []),
    ...(list
      ? ['RACE_INIT()', '{', `\tlist_add(&polled.${list.member}, &owner.${list.head});`, '}', '']
      : []),
    `RACE_THREAD(softirq, poller)`,
    '{',
    ...lists.map(l => `\tLIST_HEAD(${l});`),
    ...(lists.length > 0 ? [''] : []),
    `\t${cast.poller.name}(${argumentOf(cast.poller)});`,
    '}',
    '',
    'RACE_THREAD(process, publisher)',
    '{',
    `\t${cast.publisher.name}(${argumentOf(cast.publisher)});`,
    ...(cast.intruder ? [`\t${cast.intruder.name}(${argumentOf(cast.intruder)});`] : []),
    '}',
    '',
    'RACE_THREAD(process, disabler)',
    '{',
    `\t${cast.disabler.name}(${argumentOf(cast.disabler)});`,
    '}',
    '',
    'RACE_EXPECT(holds)',
    '',
  ];
  return out.join('\n');
}

/** The callback: completes at once, unless called with no budget. */
function driver(scene: Scene, cast: Cast, polled: string): readonly string[] {
  const declared = fieldDeclaration(scene, polled, cast.callback.field);
  const m = declared === undefined ? null : /^(.*?)\(\s*\*\s*\w+\s*\)\s*\(([\s\S]*)\)$/.exec(declared);
  const returns = m?.[1]?.trim() ?? 'int';
  const parameters = (m?.[2] ?? `struct ${polled} *, int`)
    .split(',')
    .map((p, i) => named(p.trim().replace(/\s+/g, ' '), i));
  const counts = parameters.findIndex((p, i) => i > 0 && /^(unsigned\s+)?int\b/.test(p));
  const complete = cast.completion
    ? `${cast.completion.name}(${argumentsFor(cast.completion, new Map([[polled, '*a0']]))});`
    : undefined;
  const call = complete?.replace('&*a0', 'a0');
  return [
    '/* No budget: the intruder is polling, nothing is completed. */',
    `static ${returns} made_up_callback(${parameters.join(', ')})`,
    '{',
    ...(call ? (counts > 0 ? [`\tif (a${counts})`, `\t\t${call}`] : [`\t${call}`]) : []),
    ...(returns === 'void' ? [] : ['\treturn 0;']),
    '}',
    '',
  ];
}

/** `struct napi_struct *` or `int budget` with the name `a0`, `a1`, … */
function named(parameter: string, index: number): string {
  const bare = parameter.replace(/(\*|\s)\s*[A-Za-z_]\w*$/, (all, sign: string) =>
    /^(unsigned |signed )?(int|long|bool|u?\d+|char|short)$/.test(parameter) ||
    /^(struct|enum|union) \w+$/.test(parameter)
      ? all
      : sign,
  );
  const type = bare.trim();
  return type.endsWith('*') ? `${type}a${index}` : `${type} a${index}`;
}

/** Arguments by the types of the parameters: known objects by address, lists as locals, everything else 0 or NULL. */
function argumentsFor(f: FunctionFacts, objects: ReadonlyMap<string, string>): string {
  const { parameters, types } = f.analysis.locals;
  const declarations = parametersText(f).slice(1, -1).split(',');
  return parameters
    .map((name, i) => {
      const object = objects.get(types.get(name) ?? '');
      if (object !== undefined) return `&${object}`;
      if (types.get(name) === 'list_head') return `&${name}`;
      return declarations[i]?.includes('*') ? 'NULL' : '0';
    })
    .join(', ');
}

function listParameters(f: FunctionFacts): readonly string[] {
  const { parameters, types } = f.analysis.locals;
  return parameters.filter(p => types.get(p) === 'list_head');
}

/** The list of polled objects in the owner that the intruder's side walks: `napi_list` of the owner, linked by `dev_list`. */
function listOf(
  k: Knowledge,
  cast: Cast,
  polled: string,
  owner: string,
): { readonly head: string; readonly member: string } | undefined {
  let found: { head: string; member: string } | undefined;
  for (const f of k.survey.functions) {
    if (found || f.file !== cast.publisher.file || !f.analysis.body) continue;
    const { text, locals } = f.analysis;
    walk(f.analysis.body, n => {
      if (found || n.kind !== 'macro_loop') return;
      const args = child(n, 'arguments');
      const [entry, head, member] = args ? args.children.filter(c => c.named && c.kind !== 'comment') : [];
      if (!entry || !head || !member || locals.types.get(spelling(text, entry)) !== polled) return;
      const key = keyOfPath(pathOf(text, headOf(head), locals), k.types);
      if (key === undefined || !key.startsWith(`${owner}.`)) return;
      found = { head: key.slice(owner.length + 1), member: spelling(text, member) };
    });
  }
  return found;
}

/**
 * Bits of the owner's own state words that have to be set on the way to the publication and to the intrusion:
 * `if (!netif_running(dev)) return;` with netif_running() testing a bit. As `field = BIT(A) | BIT(B)`.
 */
function requiredBits(k: Knowledge, cast: Cast, owner: string): readonly string[] {
  const fields = new Map<string, Set<string>>();
  const onWay = (f: FunctionFacts, depth: number, action: (e: Event) => boolean): void => {
    const { flow, events } = f.analysis;
    const actions = flow.points.filter(p => events(p).some(action));
    for (const test of flow.points) {
      if (test.kind !== 'test' || !test.node || test.loop) continue;
      const needed =
        actions.length > 0 &&
        actions.every(a => !reachesAround(flow.points, flow.entry, a.id, test.id, true));
      const word = needed ? testedBit(k, f, test.node, owner) : undefined;
      if (!word) continue;
      const bits = fields.get(word.field) ?? new Set<string>();
      fields.set(word.field, bits.add(word.bit));
    }
    if (depth === 0) return;
    for (const e of actions.flatMap(p => events(p)).filter(action)) {
      const g = e.kind === 'call' && e.name !== undefined ? k.survey.find(e.name) : undefined;
      if (g && g !== f) onWay(g, depth - 1, action);
    }
  };
  const reachesBy = (wanted: (f: FunctionFacts) => boolean) => {
    const reaches = (name: string, depth: number): boolean => {
      const g = k.survey.find(name);
      return (
        g !== undefined &&
        (wanted(g) || (depth > 0 && [...g.analysis.calls].some(c => c !== name && reaches(c, depth - 1))))
      );
    };
    return (e: Event): boolean => e.kind === 'call' && e.name !== undefined && reaches(e.name, 4);
  };
  onWay(
    cast.publisher,
    3,
    reachesBy(g => pointersOf(g.analysis).some(p => p.kind === 'publish')),
  );
  if (cast.intruder)
    onWay(
      cast.intruder,
      3,
      reachesBy(g => cast.word.accesses.some(a => a.f === g && a.access.kind === 'set')),
    );
  return [...fields].map(([field, bits]) => `${field} = ${[...bits].map(b => `BIT(${b})`).join(' | ')}`);
}

/** The bit of a word of `owner` that a test is about, directly or through a function that only tests it. */
function testedBit(
  k: Knowledge,
  f: FunctionFacts,
  test: Node,
  owner: string,
): { field: string; bit: string } | undefined {
  const inner = bare(f.analysis.text, test);
  if (inner.kind !== 'call_expression') return undefined;
  const name = spelling(f.analysis.text, child(inner, 'function') ?? inner);
  const by = k.survey.find(name) ?? f;
  for (const a of accessesOf(by.analysis)) {
    if (a.kind !== 'test' || (by === f && a.node !== inner)) continue;
    const key = keyOfPath(a.path, k.types);
    const term = a.bits.length === 1 ? a.bits[0] : undefined;
    if (term?.kind === 'bit' && key?.startsWith(`${owner}.`))
      return { field: key.slice(owner.length + 1), bit: term.text };
  }
  return undefined;
}

function headOf(node: Node): Node {
  return node.kind === 'pointer_expression' ? (child(node, 'argument') ?? node) : node;
}

/** The field of `struct` that points at `target`. */
function fieldTo(scene: Scene, struct: string, target: string): string | undefined {
  if (!target) return undefined;
  return fields(scene, struct).find(f => f.type === target && f.text.includes('*'))?.name;
}

/** List heads that are in the struct itself. */
function listFields(scene: Scene, struct: string): readonly string[] {
  return fields(scene, struct)
    .filter(f => f.type === 'list_head' && !f.text.includes('*'))
    .map(f => f.name);
}

function fieldDeclaration(scene: Scene, struct: string, field: string): string | undefined {
  return fields(scene, struct).find(f => f.name === field)?.text;
}

interface Field {
  readonly name: string;
  readonly type: string;
  /** The declaration without its `;`. */
  readonly text: string;
}

function fields(scene: Scene, struct: string): readonly Field[] {
  const [definition] = scene.tree.lookup(struct, ['struct'], scene.scope, scene.config);
  const node = definition?.node;
  if (!definition || !node) return [];
  const { text } = definition.source;
  const found: Field[] = [];
  walk(node, n => {
    if (n.kind !== 'field_declaration') return;
    const type = typeName(text, child(n, 'type'));
    walk(n, d => {
      if (d.kind === 'field_identifier')
        found.push({
          name: text.slice(d.start, d.end),
          type,
          text: text.slice(n.start, n.end).replace(/;\s*$/, '').trim(),
        });
      return d.kind !== 'parameter_list';
    });
  });
  return found;
}

/** `poll_owner = -1`: what the lock is before anybody has it. */
function lockInit(cast: Cast): string | undefined {
  const field = lastField(cast.lock.lock);
  const { text } = cast.lock.function.analysis;
  const call = cast.lock.site.node;
  const old = call.kind === 'call_expression' ? callArguments(call)[1] : undefined;
  if (cast.lock.kind !== 'owner' || !old || /\W/.test(field)) return undefined;
  const value = spelling(text, old);
  return value === '0' ? undefined : `${field} = ${value},`;
}

/** The field that the callback's budget is read from. */
function budgetField(cast: Cast): string | undefined {
  const { args } = cast.callback;
  return args.map(a => /^\w+->(\w+)$/.exec(a)?.[1]).find((f, i) => i > 0 && f !== undefined);
}

/** The owner's bit as an expression: the mask that the files use for it, else BIT(). */
function maskOf(k: Knowledge, cast: Cast): string {
  for (const a of cast.word.accesses)
    for (const t of accessesOf(a.f.analysis).find(x => x === a.access)?.bits ?? [])
      if (t.kind === 'mask' && k.names.constant(t.text)?.value !== undefined && isBit(k, t.text, cast.bit))
        return t.text;
  const constant = k.names.constant(cast.bit);
  const number = cast.word.bits.find(b => b.name === cast.bit)?.number;
  return constant?.value !== undefined && number !== undefined && constant.value !== BigInt(number)
    ? cast.bit
    : `BIT(${cast.bit})`;
}

function isBit(k: Knowledge, mask: string, bit: string): boolean {
  const value = k.names.constant(mask)?.value;
  const number = k.names.constant(bit)?.value;
  return value !== undefined && number !== undefined && number < 64n && value === 1n << number;
}

/** A path seen from a folder; absolute where they have nothing in common. */
function relative(path: string, folder: string): string {
  const prefix = folder.endsWith('/') || folder === '' ? folder : `${folder}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

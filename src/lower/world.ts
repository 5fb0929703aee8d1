/**
 * What every name means, for the whole run: macros, functions, variables, types, tags, enumerators, out of the harness,
 * the included .c files, the bundled headers and the kernel's headers, in the order that design.md gives. Items are
 * preprocessed and parsed when first asked for, and cached.
 */
import { notesOn } from '../base/notes';
import type { Problem } from '../base/problem';
import type { Item, SourceFile } from '../syntax/source';
import type { Config, Definition, LookupKind, Scope, Tree } from '../tree/tree';
import type { EnumSpecifier, Expression, External, RaceWord, RecordSpecifier } from './c/ast';
import { expand, macroOf, preprocess } from './c/preprocess';
import type { Macro, Surroundings } from './c/preprocess';
import { endToken } from './c/token';
import type { Token } from './c/token';
import { parseExpression, parseUnit } from './c/unit';
import type { Grammar, Names, Unit } from './c/unit';
import { readBundled } from './bundled';
import type { Bundled, Header } from './bundled';
import { emptyTable, enterInto } from './found';
import type {
  FoundEnumerator, FoundFunction, FoundTag, FoundTypedef, FoundVariable, Origin, Table,
} from './found'; // prettier-ignore
import { macroCallsOf, type MacroCall } from './invocations';
import type { Memory } from './memory';

export type { FoundEnumerator, FoundFunction, FoundTag, FoundTypedef, FoundVariable, Origin } from './found';

/** What the bundled headers say, by the parser that read them. */
const bundledHeaders = new WeakMap<Grammar, Bundled>();

export interface World {
  readonly config: Config;
  readonly scope: Scope;
  readonly words: readonly RaceWord[];
  readonly problems: Problem[];
  /** The body that counts for a name seen from a file; `primitive` says that a table row comes before headers. */
  function(name: string, from: string, primitive: boolean): FoundFunction | 'broken' | undefined;
  /** The declaration of a function, for its type. */
  prototype(name: string, from: string): FoundVariable | undefined;
  variable(name: string, from: string): FoundVariable | undefined;
  enumerator(name: string, from: string): FoundEnumerator | undefined;
  typedef(name: string, from: string): FoundTypedef | undefined;
  record(tag: string, from: string): FoundTag<RecordSpecifier> | undefined;
  enumeration(tag: string, from: string): FoundTag<EnumSpecifier> | undefined;
  /** The same in headers that no include reaches: slow, the last resort. */
  readonly far: {
    record(tag: string, from: string): FoundTag<RecordSpecifier> | undefined;
    typedef(name: string, from: string): FoundTypedef | undefined;
    enumerator(name: string, from: string): FoundEnumerator | undefined;
    macro(name: string, from: string): Macro | undefined;
  };
  /** Parses an object-like macro's body as an expression. */
  macroExpression(macro: Macro, from: string, at: Token): Expression | undefined;
  /** Expands and parses text as top-level C in the surroundings of a file. */
  text(file: string, start: number, end: number): string;
  isSource(file: string): boolean;
  /** Included files hold the kernel's own implementation of the name: the primitive table does not speak for it. */
  isReal(name: string): boolean;
  readonly names: Names;
  /** CONFIG_ names that decided something, with value and origin. */
  readonly decided: Map<string, { readonly value: string; readonly origin: string }>;
}

export interface WorldRequest {
  readonly tree: Tree;
  readonly parser: Grammar;
  readonly scope: Scope;
  readonly config: Config;
  readonly memory: Memory;
  readonly harness: { readonly path: string; readonly text: string };
  /** The bundled headers: `model` wins over the kernel's headers, `standalone` is used where there is nothing else. */
  readonly model: { readonly path: string; readonly text: string };
  readonly standalone: { readonly path: string; readonly text: string };
  /** Short bodies of exported functions, written with the tree's own names. */
  readonly bodies: { readonly path: string; readonly text: string };
  /** True for names that the primitive table gives a meaning. */
  readonly isPrimitive: (name: string) => boolean;
}

/** What `#define`s of the tree say, by whose memory. */
const macroNotes = notesOn<
  Item,
  { readonly source: SourceFile; readonly memory: Memory; readonly macro: Macro }
>('macro');

/** The tree may hold the bundled header too: we have parsed it ourselves. */
const bundledPath = (path: string): boolean => path === 'racelens.h' || path.endsWith('/racelens.h');

/**
 * What belongs together: once the file that defines the marker is included, all of these names mean what the kernel's
 * own text says, macros and initialisers too.
 */
const realGroups: readonly { readonly marker: string; readonly names: RegExp }[] = [
  {
    marker: '__wake_up',
    names:
      /^(?:(?:DECLARE|DEFINE|___?)_?WAIT(?:_?QUEUE)?\w*|__WAIT\w+|DEFINE_WAIT\w*|(?:___)?wait_event\w*|io_wait_event|__?_?init_wait\w*|init_wait\w*|waitqueue_\w+|wq_has_\w+|__?wake_up\w*|wake_up(?!_process|_state|_new)\w*|(?:__)?(?:add|remove)_wait_queue\w*|prepare_to_wait\w*|finish_wait)$/,
  },
  {
    marker: 'swake_up_one',
    names:
      /^(?:DECLARE_SWAIT\w*|__SWAIT\w*|(?:__|___)?swait_\w+|swake_up\w*|(?:__)?init_swait_queue_head|(?:__)?prepare_to_swait\w*|(?:__)?finish_swait)$/,
  },
  {
    marker: 'complete',
    names:
      /^(?:DECLARE_COMPLETION\w*|COMPLETION_INITIALIZER|(?:re)?init_completion|wait_for_completion\w*|try_wait_for_completion|complete(?:_all)?|completion_done)$/,
  },
  {
    marker: 'queue_work_on',
    names:
      /^(?:DECLARE_(?:DELAYED_|DEFERRABLE_)?WORK|__(?:DELAYED_)?WORK_INITIALIZER|(?:__)?INIT_(?:DELAYED_|DEFERRABLE_)?WORK\w*|queue_(?:delayed_)?work\w*|schedule_(?:delayed_)?work\w*|mod_delayed_work\w*|cancel_(?:delayed_)?work\w*|flush_\w*work\w*|work_pending|delayed_work_pending)$/,
  },
  { marker: 'down', names: /^(?:sema_init|DEFINE_SEMAPHORE|down\w*|up)$/ },
  { marker: 'mutex_lock', names: /^(?:DEFINE_MUTEX|__MUTEX_INITIALIZER|mutex_\w+|__mutex_init)$/ },
  {
    marker: 'down_read',
    names:
      /^(?:DECLARE_RWSEM|__RWSEM_INITIALIZER|(?:down|up)_(?:read|write)\w*|downgrade_write|(?:__)?init_rwsem)$/,
  },
  { marker: 'synchronize_srcu', names: /^(?:\w*_srcu\w*|srcu_\w+|DEFINE_(?:STATIC_)?SRCU)$/ },
  { marker: 'kthread_stop', names: /^kthread_\w+$/ },
];

/** SYSCALL_DEFINE(x) gives sys_x a prototype, and the body another name. */
function bodyIn(table: Table, name: string): FoundFunction | undefined {
  return table.functions.get(name) ?? table.functions.get(`__do_${name}`);
}

/** What a macro of a harness is, wherever it stands. */
function keyOf(file: string, { name, parameters, body }: Macro): string {
  const text = body.map(t => (t.space ? ` ${t.text}` : t.text)).join('\0');
  return `${file} ${name}(${parameters?.join() ?? ' '})\0${text}`;
}

function undefinedBehind({ source, item }: Definition, name: string): boolean {
  const directive = new RegExp(`^[ \\t]*#[ \\t]*undef[ \\t]+${name}\\b`, 'm');
  return directive.test(source.text.slice(item.end));
}

/** The items around one that is no item of its own, the innermost first. */
function enclosing({ source, item }: Definition): readonly Item[] {
  return source.items
    .filter(i => i.start <= item.start && i.end >= item.end && i.kind !== 'enumerator')
    .sort((a, b) => b.start - a.start);
}

export function createWorld(request: WorldRequest): World {
  const { tree, scope, config, isPrimitive, memory } = request;
  const sources = new Set(scope.sources);
  const inScope = new Set([...scope.sources, ...scope.headers]);
  const harnessPath = request.harness.path;
  const problems: Problem[] = [];
  const decided = new Map<string, { value: string; origin: string }>();
  const harness = emptyTable();
  // The bundled headers mean the same in every run: read once for each parser.
  const known = bundledHeaders.get(request.parser) ?? readBundled(request.parser, request);
  bundledHeaders.set(request.parser, known);
  const { bodies } = known;
  const model: Header = known.model;
  const standalone: Header = known.standalone;
  /** Bundled text may use the words of the model as they stand. */
  const bundled = new Set([request.model.path, request.standalone.path]);

  /** By the first kind, then by name; near ones apart. */
  const nearCache = new Map<string, Map<string, readonly Definition[]>>();
  const farCache = new Map<string, Map<string, readonly Definition[]>>();
  const lookup = (name: string, kinds: readonly LookupKind[], near = true): readonly Definition[] => {
    const byKind = near ? nearCache : farCache;
    const kind = kinds[0] ?? '';
    let byName = byKind.get(kind);
    if (!byName) byKind.set(kind, (byName = new Map()));
    let found = byName.get(name);
    if (!found) {
      found = tree
        .lookup(name, kinds, scope, config, false, near)
        .filter(d => d.source.path !== harnessPath && !bundledPath(d.source.path));
      for (const d of found)
        if (d.item.conditions.some(c => c.text.includes('CONFIG_')))
          for (const by of d.decidedBy) decided.set(by.name, { value: by.value, origin: by.origin });
      byName.set(name, found);
    }
    return found;
  };
  /** The one that a file sees: its own first, never another .c file's private one if there is a choice. */
  const choose = (found: readonly Definition[], from: string): Definition | undefined => {
    if (found.length <= 1) return found[0];
    return found.find(d => d.source.path === from) ?? found[0];
  };

  const macroOfItem = (d: Definition, name: string): Macro | undefined => {
    const { item: i, source } = d;
    const known = macroNotes.get(i);
    if (known?.source === source && known.memory === memory) return known.macro;
    const given = d.macro;
    if (!given) return undefined;
    const { parameters, body } = given;
    const key = `${source.path} ${name}(${parameters?.join() ?? ' '}) ${body}`;
    const macro = memory.macro(key, () => macroOf(name, parameters, body, source.path));
    macroNotes.set(i, { source, memory, macro });
    return macro;
  };
  const treeMacro = (name: string, from: string, near = true): Macro | undefined => {
    const all = lookup(name, ['macro'], near);
    if (!all.length) return undefined;
    const own = all.find(d => d.source.path === from);
    // A header's scratch macro is gone behind its #undef.
    const kept = all.length > 1 ? all.filter(d => !undefinedBehind(d, name)) : all;
    const found = kept.length ? kept : all;
    const d =
      own ??
      found.find(x => !sources.has(x.source.path) && inScope.has(x.source.path)) ??
      found.find(x => inScope.has(x.source.path)) ??
      found[0];
    return d && macroOfItem(d, name);
  };

  const definedInSource = (name: string, from: string): boolean =>
    harness.functions.has(name) ||
    (scope.sources.length > 1 && lookup(name, ['function']).some(d => sources.has(d.source.path))) ||
    (from === harnessPath && harness.macros.has(name));

  /** The kernel's own implementation of the name is among the included files: neither table nor model speaks for it. */
  /** Some group can be real, or says something of the options: most runs include no such file. */
  let someReal: boolean | undefined;
  const isReal = (name: string): boolean => {
    if (scope.sources.length < 2) return false;
    someReal ??= realGroups.some(g =>
      tree
        .lookup(g.marker, ['function'], scope, config, false, true)
        .some(d => sources.has(d.source.path) || d.decidedBy.length > 0),
    );
    const group = someReal ? realGroups.find(g => g.names.test(name)) : undefined;
    return group !== undefined && lookup(group.marker, ['function']).some(d => sources.has(d.source.path));
  };

  const findMacro = (name: string, from: string): Macro | undefined => {
    if (from === harnessPath && harness.macros.has(name)) return harness.macros.get(name);
    if (!bundled.has(from)) {
      const own = lookup(name, ['macro']).find(
        d => sources.has(d.source.path) && (d.source.path === from || from === harnessPath),
      );
      if (own) return treeMacro(name, own.source.path);
      if (name === 'guard' || name === 'scoped_guard') return undefined;
      const real = isReal(name);
      if (!real && isPrimitive(name)) return undefined;
      if (!real && model.macros.has(name))
        return definedInSource(name, from) ? undefined : model.macros.get(name);
      if (!real && bodies.macros.has(name))
        return definedInSource(name, from) ? undefined : bodies.macros.get(name);
      if (harness.functions.has(name)) return undefined;
      const theirs = treeMacro(name, from);
      if (theirs) return theirs;
    } else if (model.macros.has(name)) return model.macros.get(name);
    return standalone.macros.get(name);
  };

  const perFile = new Map<string, Map<string, Macro | undefined>>();
  const surroundings = (from: string, table: Table | undefined): Surroundings => {
    let cache = perFile.get(from);
    if (!cache) {
      cache = new Map();
      perFile.set(from, cache);
    }
    const local = cache;
    return {
      macro(name) {
        if (table?.macros.has(name)) return table.macros.get(name);
        if (local.has(name)) return local.get(name);
        const m = findMacro(name, from);
        local.set(name, m);
        return m;
      },
      config(name) {
        const value = config.value(name) ?? 'n';
        if (!name.endsWith('_MODULE')) decided.set(name, { value, origin: config.origin(name) });
        return value;
      },
      predefined: name => config.value(name),
      define(name, macro) {
        if (table) table.macros.set(name, macro && memory.macro(keyOf(from, macro), () => macro));
        else local.set(name, macro);
      },
    };
  };

  const typedefCache = new Map<string, FoundTypedef | undefined>();
  const names: Names = {
    isType: name =>
      harness.typedefs.has(name) ||
      model.table.typedefs.has(name) ||
      standalone.table.typedefs.has(name) ||
      world.typedef(name, harnessPath) !== undefined,
  };

  /** Every tag that was seen defined, inside other structs too. */
  const nested = new Map<string, FoundTag<RecordSpecifier>>();

  const enter = (externals: readonly External[], table: Table, file: string, origin: Origin): void => {
    enterInto(table, externals, file, origin, (tag, found) => {
      if (!nested.has(tag)) nested.set(tag, found);
    });
  };

  const ownBodies = emptyTable();
  /** A bundled body: its words mean what they mean in the tree. */
  const bodyOf = (name: string): FoundFunction | undefined => {
    const raw = bodies.tokens(name);
    const last = raw?.[raw.length - 1];
    if (!raw || !last) return undefined;
    if (!ownBodies.functions.has(name)) {
      const unit = memory.item(
        { key: `${last.file} ${name}`, text: name, start: 0 },
        surroundings(last.file, undefined),
        names,
        (around, types) =>
          parseUnit([...expand(raw, around), endToken(last.file, last.end)], types, request.parser),
      );
      enter(unit.externals, ownBodies, last.file, 'model');
      for (const p of unit.problems)
        problems.push({ severity: p.severity, message: p.message, span: p.span });
    }
    return ownBodies.functions.get(name);
  };

  /** Functions of the harness whose text is broken. */
  const brokenHere = new Set<string>();
  /** Item by item, so that a function that is half typed takes nothing else away. */
  const enterHarness = (path: string, text: string): void => {
    const tokens = preprocess(text, path, 0, text.length, surroundings(path, harness));
    const end = tokens[tokens.length - 1];
    let from = 0;
    const enterUpTo = (to: number, item: Item | undefined): void => {
      const part = tokens.slice(from, to);
      from = to;
      if (!part.length) return;
      const unit = memory.tokens(path, part, names, types =>
        parseUnit(end ? [...part, end] : part, types, request.parser),
      );
      enter(unit.externals, harness, path, 'harness');
      for (const { message, span } of unit.problems) {
        if (item?.kind !== 'function') problems.push({ severity: 'error', message, span });
        else {
          brokenHere.add(item.name);
          problems.push({ severity: 'warning', message: `${item.name}() is left out: ${message}`, span });
        }
      }
    };
    let before: Item | undefined;
    for (const item of tree.file(path)?.items ?? []) {
      if (item.kind === 'enumerator' || item.kind === 'macro' || (before && item.start < before.end))
        continue;
      let at = from;
      while (at < tokens.length - 1 && (tokens[at]?.start ?? 0) < item.start) at++;
      enterUpTo(at, before);
      before = item;
    }
    enterUpTo(Math.max(from, tokens.length - 1), before);
  };

  /** Words inside top-level macro calls of the scope: `DEFINE_MUTEX(rtnl_mutex)` defines rtnl_mutex. */
  let callIndex: Map<string, Definition[]> | undefined;
  const macroCalls = (): readonly MacroCall[] =>
    [...scope.sources, ...scope.headers].flatMap(path => {
      const source = path === harnessPath || bundledPath(path) ? undefined : tree.file(path);
      return source ? macroCallsOf(source) : [];
    });
  const invocations = (name: string): readonly Definition[] => {
    if (!callIndex) {
      callIndex = new Map();
      for (const { definition, words } of macroCalls())
        for (const word of words) {
          const list = callIndex.get(word);
          if (!list) callIndex.set(word, [definition]);
          else if (list[list.length - 1] !== definition) list.push(definition);
        }
    }
    return callIndex.get(name) ?? [];
  };

  const parsed = new Map<string, Table>();
  const broken = new Map<string, Problem>();
  /** The names that one item of the tree defines. */
  const item = (d: Definition): Table => {
    const key = `${d.source.path}:${d.item.start}`;
    let table = parsed.get(key);
    if (!table) {
      table = emptyTable();
      parsed.set(key, table);
      const { start, end, kind } = d.item;
      const { path, text } = d.source;
      const read = (around: Surroundings, types: Names): Unit => {
        const tokens = preprocess(text, path, start, end, around);
        const last = tokens[tokens.length - 2];
        // Items may end before their semicolon.
        if (last && last.text !== ';' && !(kind === 'function' && last.text === '}'))
          tokens.splice(tokens.length - 1, 0, {
            ...endToken(path, end),
            kind: 'punctuation',
            text: ';',
          } as Token);
        return parseUnit(tokens, types, request.parser);
      };
      const piece = {
        key: `${path} ${kind} ${d.item.name} ${String(end - start)}`,
        text: text.slice(start, end),
        start,
      };
      const unit = memory.item(piece, surroundings(path, undefined), names, read);
      enter(unit.externals, table, path, sources.has(path) ? 'source' : 'header');
      const first = unit.problems[0];
      // Only a call that is reached makes it matter, and the run says so then.
      if (first)
        broken.set(key, {
          severity: 'warning',
          message: `${d.item.name}: ${first.message}`,
          span: first.span,
        });
    }
    return table;
  };

  const found = <T>(
    name: string,
    from: string,
    kinds: readonly LookupKind[],
    pick: (table: Table) => T | undefined,
    near = true,
  ): T | undefined => {
    if (bundled.has(from)) return undefined;
    const all = lookup(name, kinds, near);
    const first = choose(all, from);
    if (!first) return undefined;
    const value = pick(item(first));
    if (value) return value;
    for (const d of all) {
      const v = pick(item(d));
      if (v) return v;
    }
    return undefined;
  };

  /** Items like `static DEFINE_SPINLOCK(x);` by the words in them: what they define shows when they are expanded. */
  let madeByMacro: Map<string, Definition[]> | undefined;
  const definedByMacro = (name: string): readonly Definition[] => {
    if (!madeByMacro) {
      madeByMacro = new Map();
      for (const path of scope.sources) {
        if (path === harnessPath) continue;
        const macros = new Set(
          (tree.file(path)?.items ?? []).filter(i => i.kind === 'invocation').map(i => i.name),
        );
        for (const macro of macros)
          for (const d of lookup(macro, ['invocation'])) {
            if (d.source.path !== path) continue;
            const text = d.source.text.slice(d.item.start, d.item.end);
            for (const word of new Set(text.match(/\b[A-Za-z_]\w*/g))) {
              const known = madeByMacro.get(word);
              if (known) known.push(d);
              else madeByMacro.set(word, [d]);
            }
          }
      }
    }
    return madeByMacro.get(name) ?? [];
  };

  /** `BUFFER_FNS(Lock, locked)` makes buffer_locked(). */
  let calls: readonly MacroCall[] | undefined;
  const pastedCache = new Map<string, FoundFunction | undefined>();
  /** The function that a macro call makes by pasting words together. */
  const pasted = (name: string): FoundFunction | undefined => {
    if (pastedCache.has(name)) return pastedCache.get(name);
    calls ??= macroCalls();
    let made: FoundFunction | undefined;
    for (const { definition, parts } of calls) {
      if (!parts.some(w => name.includes(w))) continue;
      made = item(definition).functions.get(name);
      if (made) break;
    }
    pastedCache.set(name, made);
    return made;
  };

  /** An enumerator's item may be the enumerator alone: the enum around it is what has to be parsed. */
  const enumAround = (name: string, from: string, near = true): FoundEnumerator | undefined => {
    const all = lookup(name, ['enumerator'], near);
    const d = choose(all, from);
    if (!d) return undefined;
    for (const outer of enclosing(d)) {
      const e = item({ ...d, item: outer }).enumerators.get(name);
      if (e) return e;
    }
    return item(d).enumerators.get(name);
  };

  const world: World = {
    config,
    scope,
    words: harness.words,
    problems,
    decided,
    names,
    isSource: file => sources.has(file),
    isReal,
    function(name, from, primitive) {
      const h = harness.functions.get(name);
      if (h) return h;
      if (brokenHere.has(name)) return 'broken';
      if (!bundled.has(from)) {
        const all = lookup(name, ['function']);
        const own =
          all.find(d => d.source.path === from && sources.has(d.source.path)) ??
          all.find(d => sources.has(d.source.path));
        if (own) {
          const f = bodyIn(item(own), name);
          if (f) return f;
          const problem = broken.get(`${own.source.path}:${own.item.start}`);
          if (problem && !problems.includes(problem)) problems.push(problem);
          return 'broken';
        }
      }
      if (primitive) return undefined;
      const m = model.function(name) ?? bodyOf(name);
      if (m) return m;
      // A bundled header speaks of its own functions first, all others of the tree's.
      const ours = bundled.has(from) ? standalone.function(name) : undefined;
      if (ours) return ours;
      const all = lookup(name, ['function']);
      const d = choose(all, from);
      if (d) {
        const f = bodyIn(item(d), name);
        if (f) return f;
        const problem = broken.get(`${d.source.path}:${d.item.start}`);
        if (problem && !problems.includes(problem)) problems.push(problem);
        return 'broken';
      }
      return (bundled.has(from) ? undefined : pasted(name)) ?? standalone.function(name);
    },
    prototype(name, from) {
      return (
        harness.prototypes.get(name) ??
        found(name, from, ['prototype'], t => t.prototypes.get(name)) ??
        standalone.table.prototypes.get(name)
      );
    },
    variable(name, from) {
      const h = harness.variables.get(name);
      if (h && h.declaration.storage !== 'extern') return h;
      const m = model.table.variables.get(name);
      if (m) return m;
      if (bundled.has(from)) return h ?? standalone.table.variables.get(name);
      const pick = (t: Table): FoundVariable | undefined => t.variables.get(name);
      const all = [...lookup(name, ['variable']), ...invocations(name)];
      if (!all.length) return h ?? standalone.table.variables.get(name);
      const own = choose(
        all.filter(d => d.source.path === from),
        from,
      );
      const defined = (own && pick(item(own))) ?? undefined;
      if (defined && defined.declaration.storage !== 'extern') return defined;
      let best: FoundVariable | undefined = defined;
      for (const d of all) {
        const v = pick(item(d));
        if (v && (!best || (best.declaration.storage === 'extern' && v.declaration.storage !== 'extern')))
          best = v;
      }
      if ((!best || best.declaration.storage === 'extern') && !bundled.has(from))
        for (const d of definedByMacro(name)) {
          const v = pick(item(d));
          if (v && v.declaration.storage !== 'extern') return v;
        }
      return best ?? h ?? standalone.table.variables.get(name);
    },
    enumerator(name, from) {
      const h = harness.enumerators.get(name) ?? model.table.enumerators.get(name);
      if (h) return h;
      return (
        (bundled.has(from) ? undefined : enumAround(name, from)) ?? standalone.table.enumerators.get(name)
      );
    },
    typedef(name, from) {
      const h = harness.typedefs.get(name) ?? model.table.typedefs.get(name);
      if (h) return h;
      if (typedefCache.has(name)) return typedefCache.get(name);
      // A name that is being looked up is no type for the moment: definitions cannot need themselves.
      typedefCache.set(name, standalone.table.typedefs.get(name));
      const value = bundled.has(from)
        ? standalone.table.typedefs.get(name)
        : (found(name, from, ['typedef'], t => t.typedefs.get(name)) ?? standalone.table.typedefs.get(name));
      if (!bundled.has(from)) typedefCache.set(name, value);
      else typedefCache.delete(name);
      return value;
    },
    record(tag, from) {
      const h = harness.records.get(tag) ?? model.table.records.get(tag);
      if (h) return h;
      return (
        found(tag, from, ['struct', 'union'], t => t.records.get(tag)) ?? standalone.table.records.get(tag)
      );
    },
    enumeration(tag, from) {
      const h = harness.enums.get(tag);
      if (h) return h;
      return found(tag, from, ['enum'], t => t.enums.get(tag)) ?? standalone.table.enums.get(tag);
    },
    far: {
      record: (tag, from) =>
        nested.get(tag) ?? found(tag, from, ['struct', 'union'], t => t.records.get(tag), false),
      typedef: (name, from) => found(name, from, ['typedef'], t => t.typedefs.get(name), false),
      enumerator: (name, from) => (bundled.has(from) ? undefined : enumAround(name, from, false)),
      macro: (name, from) =>
        bundled.has(from) || tree.root === undefined ? undefined : treeMacro(name, from, false),
    },
    macroExpression(macro, from, at) {
      const body = macro.body.map(b => ({
        ...b,
        file: at.file,
        start: at.start,
        end: at.end,
        via: at.via ?? macro.name,
        hidden: { name: macro.name, next: undefined },
      }));
      return parseExpression(expand(body, surroundings(from, undefined)), names, request.parser);
    },
    text(file, start, end) {
      if (file === harnessPath) return request.harness.text.slice(start, end);
      if (file === request.model.path) return request.model.text.slice(start, end);
      if (file === request.bodies.path) return request.bodies.text.slice(start, end);
      if (file === request.standalone.path) return request.standalone.text.slice(start, end);
      return tree.file(file)?.text.slice(start, end) ?? '';
    },
  };

  enterHarness(harnessPath, request.harness.text);
  return world;
}

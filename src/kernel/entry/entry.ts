/**
 * What is so when a function is entered, and before each of its points: RCU reader, BH, interrupts, sleeping, locks, and
 * the contexts it runs in. Computed backwards on demand: what each caller was entered with, changed by what the caller
 * has open at the call, all callers together. Answers are the least fixpoint: a function that is being worked out adds
 * nothing to its own answer, and what was found inside such a circle is kept only by the function that closed it.
 *
 * Work is bounded: a function with more callers than are read, or chains that go deeper, give `depends-on-caller` for
 * what the callers read agree on, and say so. Reading stops early once callers differ in everything asked.
 */
import {
  aspects,
  unknownSituation,
  type Answer,
  type Aspect,
  type HeldLock,
  type Judged,
  type Link,
  type Situation,
} from './answers';
import { assertionsOf, dominates, type Assertion } from './asserted';
import { callersOf, type Caller, type CallersInput, type Frame } from './callers';
import { spanOf, type FunctionFacts } from '../functions';
import { aspectsOf, localSections, localState, lockName, type LocalSections, type LocalState } from './local';
import { choiceAt, choiceOfCaller, choiceText, mayPass, type Choice } from './options';
import { commentAbove, documentedIn } from './documented';
import { inCallee, inTerms } from './lockMapping';
import { onlyWith, type Sections, type State } from '../sections/regions';
import type { Effect, SectionKind } from '../sections/sections';
import { child } from '../../syntax/node';
import { bottom, createSum, open } from './summing';
import type { Surroundings } from './surroundings';
import { callArguments } from '../expression';

export interface EntriesInput extends CallersInput {
  /** Sections of any function of the tree, wrappers counted in; `entry` is what is open when it is entered. */
  sections(f: FunctionFacts, entry?: readonly Effect[]): Sections | undefined;
  /** The primitive at the end of a wrapper's chain. */
  primitiveOf?(wrapper: string, from: string): string | undefined;
  readonly limits?: Partial<Limits>;
  /** Nobody wants to know more: what was not read by then is left out, as by a limit. */
  enough?(): boolean;
  /** The corpus is one file: what others may call has callers that are not read. */
  readonly oneFile?: boolean;
}

export interface Limits {
  /** Functions looked at for one question; a caller and what is behind it may use up a part of what is left. */
  readonly functions: number;
  /** Callers read of the function asked about; fewer of those further away. */
  readonly callers: number;
  /** Longest chain. */
  readonly depth: number;
  /** Texts that mention a member which are read for calls through it. */
  readonly mentions: number;
}

export const defaultLimits: Limits = { functions: 300, callers: 60, depth: 16, mentions: 600 };

/** Functions whose sections are kept from one question to the next. */
const MOST_LOCALS = 1500;

/** The part of what is left that one caller may use up. */
const SHARE = 3;
/** At least so many functions are looked at behind each caller. */
const LEAST = 6;

export interface Entries {
  /** On entry of a function. */
  of(f: FunctionFacts): Situation;
  /** Before a point of the function's flow: its own sections on top of what it was entered with. */
  at(f: FunctionFacts, point: number): Situation;
  /** The same with a situation on entry that is known. */
  over(f: FunctionFacts, point: number, entry: Situation): Situation;
  sections(f: FunctionFacts): Sections | undefined;
  /** What was found before, without working anything out. */
  known(f: FunctionFacts): Situation | undefined;
}

interface Outcome {
  readonly situation: Situation;
  /** Depth of the outermost unfinished function that went into it. */
  readonly low: number;
}

interface Kept {
  readonly analysis: FunctionFacts['analysis'];
  readonly situation: Situation;
  /** How many functions could be looked at. */
  readonly allowance: number;
}

interface KeptLocals {
  readonly analysis: FunctionFacts['analysis'];
  readonly sections: LocalSections;
  readonly states: Map<number, LocalState>;
}

export function createEntries(input: EntriesInput): Entries {
  const limits = { ...defaultLimits, ...input.limits };
  const callers = callersOf(input, limits.mentions);
  const kept = new Map<string, Kept>();
  const locals = new Map<string, KeptLocals>();
  const busy: string[] = [];
  const spent = { functions: 0 };

  const idOf = (f: FunctionFacts): string => `${f.file}:${f.item.start}:${f.name}`;
  const definition = (f: FunctionFacts): Link => ({
    name: f.name,
    file: f.file,
    line: input.lineOf(f.file, f.item.nameStart),
  });

  function keptOf(f: FunctionFacts, id: string, allowance: number): Situation | undefined {
    const k = kept.get(id);
    return k?.analysis === f.analysis && (k.situation.complete || k.allowance >= allowance)
      ? k.situation
      : undefined;
  }

  /** With a parameter that can only be this: callers that pass something else do not count. */
  function evaluateAs(f: FunctionFacts, choice: Choice | undefined, allowance: number): Outcome {
    const all = evaluate(f, allowance);
    if (!choice || !aspects.some(a => all.situation[a].value === 'depends-on-caller')) return all;
    const some = evaluate(f, allowance, choice);
    return aspects.some(a => some.situation[a] !== open && !some.situation[a].unknown) ? some : all;
  }

  function evaluate(f: FunctionFacts, allowance: number, choice?: Choice): Outcome {
    const id = choice ? `${idOf(f)} ${choiceText(choice)}` : idOf(f);
    const old = keptOf(f, id, allowance);
    if (old) return { situation: old, low: Infinity };
    const circle = busy.indexOf(id);
    if (circle >= 0) return { situation: bottom, low: circle };
    if (busy.length >= limits.depth || allowance <= 0) return { situation: unread(f), low: Infinity };
    spent.functions++;
    const depth = busy.length;
    busy.push(id);
    const { situation, low } = gather(f, depth, allowance, choice);
    busy.pop();
    if (low >= depth) {
      kept.set(id, { analysis: f.analysis, situation, allowance });
      return { situation, low: Infinity };
    }
    return { situation, low };
  }

  function unread(f: FunctionFacts): Situation {
    const because = `the callers of ${f.name}() were not read`;
    const j: Judged = {
      value: 'depends-on-caller',
      because,
      chain: [definition(f)],
      unknown: true,
      unread: true,
    };
    return { reader: j, bhOff: j, irqOff: j, maySleep: j, locks: [], contexts: [], complete: false };
  }

  /** Callers in other files, of which anything may be true. */
  function elsewhere(f: FunctionFacts): Situation {
    const because = `callers of ${f.name}() in other files were not read`;
    const j: Judged = { value: 'depends-on-caller', because, chain: [definition(f)] };
    return { reader: j, bhOff: j, irqOff: j, maySleep: j, locks: [], contexts: [], complete: false };
  }

  function gather(
    f: FunctionFacts,
    depth: number,
    allowance: number,
    choice: Choice | undefined,
  ): { situation: Situation; low: number } {
    const sum = createSum();
    let low = Infinity;
    let read = 0;
    let cut = false;
    const most = Math.max(6, Math.floor(limits.callers / (1 + depth)));
    const end = spent.functions + allowance - 1;
    for (const c of callers.of(f)) {
      if (c.kind === 'exported' || (choice && !passesOn(c, choice))) continue;
      if (sum.settled()) {
        cut = true;
        break;
      }
      if (++read > most || spent.functions > end || input.enough?.()) {
        cut = true;
        break;
      }
      const left = end - spent.functions;
      const one = situationOf(c, f, Math.min(left, Math.max(LEAST, Math.floor(left / SHARE))), choice);
      low = Math.min(low, one.low);
      sum.add(one.situation);
      // Who is registered somewhere behind the function asked about is taken to be called so.
      if (depth > 0 && c.kind === 'surroundings' && definite(c.in)) break;
    }
    if (input.oneFile && (read === 0 || !(f.item.isStatic && f.file.endsWith('.c')))) sum.add(elsewhere(f));
    // What nobody here calls adds nothing to what it calls.
    else if (read === 0 && depth > 0 && !callable(f)) return { situation: bottom, low };
    const all = sum.result(cut, aspect => nobody(f, aspect));
    const first = input.corpus.complete() ? all : { ...all, complete: false };
    return { situation: documented(f, asserted(f, first), read === 0), low };
  }

  /** Where callers cannot be read, what the comment above the function demands of them. */
  function documented(f: FunctionFacts, s: Situation, nobodyCalls: boolean): Situation {
    const open = aspects.filter(
      a => s[a].value === 'depends-on-caller' && (nobodyCalls || (s[a].unknown ?? false)),
    );
    if (open.length === 0) return s;
    const comment = commentAbove(input.textOf(f.file), f.item.start);
    const says = comment === undefined ? undefined : documentedIn(comment);
    if (!says) return s;
    const because = `documented: "${says.words.length > 100 ? `${says.words.slice(0, 97)}…` : says.words}"`;
    const chain = [definition(f)];
    const judge = (aspect: Aspect): Judged => {
      const value = open.includes(aspect) ? says.aspects[aspect] : undefined;
      return value === undefined ? s[aspect] : { value, because, chain };
    };
    const held: Judged = { value: 'yes', because, chain };
    const more = says.locks.filter(l => !s.locks.some(o => sameLock(l.lock, o.lock)));
    return {
      ...s,
      reader: judge('reader'),
      bhOff: judge('bhOff'),
      irqOff: judge('irqOff'),
      maySleep: judge('maySleep'),
      locks: [...s.locks, ...more.map(l => ({ ...l, held }))],
    };
  }

  function definite(s: Surroundings): boolean {
    return (
      s.reader !== 'depends-on-caller' &&
      s.bhOff !== 'depends-on-caller' &&
      s.maySleep !== 'depends-on-caller'
    );
  }

  /** Called by what is no C: assembly, the linker's tables, the engine of a harness. */
  function callable(f: FunctionFacts): boolean {
    if (f.item.kind === 'invocation') return true;
    const head = f.analysis.text.slice(f.analysis.node.start, f.analysis.body?.start ?? f.analysis.node.end);
    return /\b(?:asmlinkage|__visible|__init|__exit|__net_init|__net_exit|__weak|main)\b/.test(head);
  }

  // --- one caller --------------------------------------------------------------------------------------------------

  function situationOf(
    c: Exclude<Caller, { kind: 'exported' }>,
    f: FunctionFacts,
    allowance: number,
    choice: Choice | undefined,
  ): Outcome {
    switch (c.kind) {
      case 'unknown':
        return { situation: { ...unknownSituation(c.because), complete: !input.oneFile }, low: Infinity };
      case 'surroundings':
        return { situation: fromSurroundings(c.in, [definition(f), ...c.links], f), low: Infinity };
      case 'after': {
        const base = fromSurroundings(c.in, [definition(f), ...c.links], f);
        const left = c.succeeded ? atSuccess(c.f) : atExit(c.f);
        return { situation: unsure(over(base, left, c.f, [definition(f)]), c.f), low: Infinity };
      }
      case 'calls': {
        const outermost = c.frames[c.frames.length - 1];
        if (!outermost) return { situation: bottom, low: Infinity };
        const known =
          choiceAt(outermost.f.analysis, outermost.node) ??
          (choice && c.frames.length === 1
            ? choiceOfCaller(outermost.f, outermost.args[choice.parameter], choice)
            : undefined);
        const { situation: entry, low } = evaluateAs(outermost.f, known, allowance);
        let situation = entry;
        for (let i = c.frames.length - 1; i >= 0; i--) {
          const frame = c.frames[i];
          if (!frame) continue;
          situation = crossed(frame, situation, c.frames[i - 1]?.f ?? f);
        }
        return { situation, low };
      }
    }
  }

  /** Whether a caller may pass one of the values on. */
  function passesOn(c: Caller, choice: Choice): boolean {
    const frame = c.kind === 'calls' && c.frames.length === 1 ? c.frames[0] : undefined;
    return !frame || mayPass(frame.f, frame.node, frame.args[choice.parameter], choice);
  }

  /** What a callee is entered with, by what the caller was. */
  function crossed(frame: Frame, entry: Situation, callee: FunctionFacts): Situation {
    const here = before(frame.f, frame.point, entry);
    const line = callers.frameLine(frame);
    const to = definition(callee);
    const from: Link = { name: frame.f.name, file: frame.f.file, line };
    const move = (chain: readonly Link[]): readonly Link[] => [to, from, ...chain.slice(1)];
    const judge = (j: Judged): Judged =>
      j === open
        ? open
        : j.value === 'some-paths'
          ? {
              value: 'depends-on-caller',
              because: `${frame.f.name}() calls it on some of its paths so (${j.because})`,
              chain: move(j.chain),
              // Paths that cannot be taken are told as well.
              unknown: true,
            }
          : { ...j, chain: move(j.chain) };
    const locks = inCallee(here.locks, frame.f, frame.args, callee).map(l => ({ ...l, held: judge(l.held) }));
    return {
      reader: judge(here.reader),
      bhOff: judge(here.bhOff),
      irqOff: judge(here.irqOff),
      maySleep: judge(here.maySleep),
      locks,
      contexts: here.contexts.map(c => ({ ...c, chain: move(c.chain) })),
      complete: here.complete,
    };
  }

  function fromSurroundings(s: Surroundings, chain: readonly Link[], f: FunctionFacts): Situation {
    const [self] = chain;
    const own = self ? [self] : [];
    const judge = (value: Answer): Judged => ({
      value,
      because: `runs in ${s.label}`,
      chain: own,
      ...(value === 'depends-on-caller' ? { unknown: true } : { context: true }),
    });
    return {
      reader: judge(s.reader),
      bhOff: judge(s.bhOff),
      irqOff: judge(s.irqOff),
      maySleep: judge(s.maySleep),
      locks: s.locks.map(l => ({ ...l, lock: inTerms(l.lock, f), held: judge('yes') })),
      contexts: s.contexts.map(context => ({ context, label: s.label, chain })),
      complete: true,
    };
  }

  function stateAt(f: FunctionFacts, point: number): LocalState {
    const key = idOf(f);
    let k = locals.get(key);
    if (k?.analysis !== f.analysis) {
      const sections = localSections(f, input.sections);
      locals.set(key, (k = { analysis: f.analysis, sections, states: new Map() }));
    }
    let state = k.states.get(point);
    if (!state)
      k.states.set(point, (state = localState(f, k.sections, point, w => input.primitiveOf?.(w, f.file))));
    return state;
  }

  /** What a function leaves open for whoever comes after it. */
  function atExit(f: FunctionFacts): LocalState {
    return stateAt(f, f.analysis.flow.exit);
  }

  /** The same where it returns 0. */
  function atSuccess(f: FunctionFacts): LocalState {
    const { exit } = f.analysis.flow;
    const all = atExit(f);
    const own = locals.get(idOf(f))?.sections.own;
    const failed = (s: State): boolean => s.truth.get('return') === true;
    if (!own?.states[exit]?.some(s => !failed(s))) return all;
    const sections = { own: onlyWith(own, exit, s => !failed(s)), assumed: undefined };
    return localState(f, sections, exit, w => input.primitiveOf?.(w, f.file));
  }

  /** What another function leaves on some of its paths depends on what it is asked for. */
  function unsure(s: Situation, by: FunctionFacts): Situation {
    const judge = (j: Judged): Judged =>
      j.value === 'some-paths'
        ? {
            ...j,
            value: 'depends-on-caller',
            because: `${by.name}() leaves it so on some of its paths`,
            unknown: true,
          }
        : j;
    return {
      ...s,
      reader: judge(s.reader),
      bhOff: judge(s.bhOff),
      irqOff: judge(s.irqOff),
      maySleep: judge(s.maySleep),
      locks: s.locks.map(l => ({ ...l, held: judge(l.held) })),
    };
  }

  // --- a point of a function ---------------------------------------------------------------------------------------

  function before(f: FunctionFacts, point: number, entry: Situation): Situation {
    const here = over(entry, stateAt(f, point), f, [definition(f)]);
    return assertedAt(f, point, here);
  }

  /** Sections of `of` on top of a situation of `f`. */
  function over(entry: Situation, local: LocalState, of: FunctionFacts, chain: readonly Link[]): Situation {
    const locks = locksOver(entry.locks, local, of, chain);
    const judge = (aspect: Aspect): Judged => {
      const yes: Answer = aspect === 'maySleep' ? 'no' : 'yes';
      const part = local.parts[aspect];
      const words = (): string =>
        part ? `${part.words} in line ${String(input.lineOf(of.file, part.start))}` : '';
      const before = entry[aspect];
      // What the context gives was there first, and outlives the section.
      const base =
        part?.must && !(before.context && before.value === yes && local.ended.length === 0)
          ? undefined
          : basis(entry, aspect, local, locks);
      if (base?.context && base.value === yes) return base;
      if (part?.must) return { value: yes, because: words(), chain };
      if (!part) return base ?? open;
      if (base?.value === yes) return base;
      return { value: 'some-paths', because: `${words()}, on some paths only`, chain };
    };
    return {
      reader: judge('reader'),
      bhOff: judge('bhOff'),
      irqOff: judge('irqOff'),
      maySleep: judge('maySleep'),
      locks,
      contexts: entry.contexts,
      complete: entry.complete,
    };
  }

  /** What is left of the entry situation's answer when the function has ended something of its caller's. */
  function basis(entry: Situation, aspect: Aspect, local: LocalState, locks: readonly HeldLock[]): Judged {
    const base = entry[aspect];
    if (base === open) return base;
    const yes: Answer = aspect === 'maySleep' ? 'no' : 'yes';
    const ended = local.ended.filter(e =>
      [e.effect.kind, ...(e.effect.switches ? [e.effect.switches] : [])].some(k =>
        aspectsOf(k).includes(aspect),
      ),
    );
    const [first] = ended;
    if (!first || base.value === (yes === 'yes' ? 'no' : 'yes')) return base;
    // A release never weakens what a context gives.
    if (base.context && (aspect !== 'irqOff' || ended.every(e => restores(e)))) return base;
    // Something else of the caller's still decides it.
    if (locks.some(l => l.held.value === 'yes' && aspectsOf(l.kind).includes(aspect))) return base;
    const endsIrq = ended.some(e => e.effect.kind === 'irq' || e.effect.switches === 'irq');
    const endsBh = ended.some(
      e => e.effect.kind === 'bh' || e.effect.kind === 'rcu-bh' || e.effect.switches === 'bh',
    );
    if (aspect !== 'irqOff' && !endsIrq) {
      if (entry.irqOff.value === 'yes') return { ...entry.irqOff, value: yes };
      if (aspect !== 'bhOff' && !endsBh && entry.bhOff.value === 'yes') return { ...entry.bhOff, value: yes };
    }
    const anyway =
      entry.contexts.length === 0
        ? undefined
        : entry.contexts.every(c => c.context === 'process' || c.context === 'kthread')
          ? 'no'
          : entry.contexts.every(c => c.context !== 'process' && c.context !== 'kthread')
            ? aspect === 'irqOff'
              ? entry.contexts.every(c => c.context === 'softirq')
                ? 'no'
                : undefined
              : 'yes'
            : undefined;
    const must = ended.some(e => e.must);
    const how = `ended by ${nameOfEnd(first)}`;
    if (anyway === 'yes') return base;
    const opposite: Answer = yes === 'yes' ? 'no' : 'yes';
    // Who has softirqs among its callers and others as well goes on as they were; not if it turns interrupts on.
    const mixed =
      aspect !== 'irqOff' &&
      !endsIrq &&
      entry.contexts.some(c => c.context !== 'process' && c.context !== 'kthread');
    const context = !mixed && ended.some(e => e.must && (e.effect.kind === 'irq' || e.effect.kind === 'bh'));
    if (must && (anyway === 'no' || context)) return { value: opposite, because: how, chain: base.chain };
    if (must)
      return { value: 'depends-on-caller', because: `${how}; otherwise ${base.because}`, chain: base.chain };
    return { value: 'some-paths', because: `${how} on some paths`, chain: base.chain };
  }

  /** Gives interrupts back as they were found. */
  function restores(e: LocalState['ended'][number]): boolean {
    return /restore/.test(e.words);
  }

  function nameOfEnd(e: LocalState['ended'][number]): string {
    return e.effect.via ?? `the end of ${e.effect.lock ?? e.effect.kind}`;
  }

  function locksOver(
    entry: readonly HeldLock[],
    local: LocalState,
    of: FunctionFacts,
    chain: readonly Link[],
  ): readonly HeldLock[] {
    const found: HeldLock[] = [];
    for (const l of entry) {
      const isOther = (name: string | undefined): boolean =>
        name !== l.lock && entry.some(o => o.kind === l.kind && o.lock === name);
      const end = local.ended.find(
        e =>
          e.effect.kind === l.kind &&
          (sameLock(e.effect.lock, l.lock) || (!isOther(e.lock) && sameLock(e.lock, l.lock))),
      );
      if (end?.must) continue;
      found.push(
        end && l.held.value === 'yes'
          ? { ...l, held: { ...l.held, value: 'some-paths', because: `released on some paths` } }
          : l,
      );
    }
    for (const l of local.locks) {
      const exact = found.findIndex(o => o.kind === l.kind && o.lock === l.lock);
      // Dropped and taken again, it is the caller's under another name.
      const at =
        exact < 0 && l.ofCaller ? found.findIndex(o => o.kind === l.kind && sameLock(l.lock, o.lock)) : exact;
      const held: Judged = {
        value: l.part.must ? 'yes' : 'some-paths',
        because: `${l.part.words} in line ${String(input.lineOf(of.file, l.part.start))}${l.part.must ? '' : ', on some paths only'}`,
        chain,
      };
      const mine: HeldLock = { lock: l.lock, kind: l.kind, held, ...(l.shared && { shared: true }) };
      const old = found[at];
      if (!old) found.push(mine);
      else if (l.part.must || old.held.value !== 'yes') found[at] = mine;
    }
    return found;
  }

  function sameLock(a: string | undefined, b: string): boolean {
    if (a === undefined) return true;
    const last = (s: string): string => s.replace(/^.*(?:->|\.)/, '');
    return a === b || last(a) === last(b);
  }

  // --- assertions --------------------------------------------------------------------------------------------------

  /** What assertions on every way through the function say of its entry. */
  function asserted(f: FunctionFacts, s: Situation): Situation {
    return applied(
      f,
      firstEnds(f, s),
      [
        ...assertionsIn(f).filter(a => isAlways(f, a.point) && !(a.releases && keeps(f, a))),
        ...rtnlBelow(f, s),
      ],
      a => stateAt(f, a.point),
    );
  }

  /** On every way through a function, or before anything is decided in it. */
  function isAlways(f: FunctionFacts, point: number): boolean {
    return dominates(f, point, f.analysis.flow.exit) || straight(f, point);
  }

  /** What is called in any case asserts RTNL, of which callers do not say enough. */
  function rtnlBelow(f: FunctionFacts, s: Situation): readonly Assertion[] {
    if (!s.locks.some(l => l.kind === 'rtnl' && l.held.value === 'depends-on-caller')) return [];
    const { flow, events } = f.analysis;
    for (const p of flow.points) {
      const names = events(p).flatMap(e => (e.kind === 'call' && e.name !== undefined ? [e.name] : []));
      if (names.length === 0 || !isAlways(f, p.id)) continue;
      for (const name of names) {
        const [g] = input.corpus.functions(name, f.file);
        if (!g?.analysis.calls.has('ASSERT_RTNL')) continue;
        const below = assertionsIn(g).find(a => a.lock?.kind === 'rtnl' && isAlways(g, a.point));
        const start = below && p.node && spanOf(f, p.node).start;
        if (below && start !== undefined)
          return [
            {
              point: p.id,
              aspects: {},
              lock: { lock: 'rtnl_mutex', kind: 'rtnl' },
              words: `${name}()`,
              start,
            },
          ];
      }
    }
    return [];
  }

  function assertionsIn(f: FunctionFacts): readonly Assertion[] {
    return assertionsOf(f, input.typesIn(f.file), () => input.textOf(f.file));
  }

  /** A function whose first call ends an RCU reader that it did not begin is called inside of one. */
  function firstEnds(f: FunctionFacts, s: Situation): Situation {
    if (s.reader.value === 'yes') return s;
    const end = input
      .sections(f)
      ?.strayEnds.find(e => e.effect.kind === 'rcu' && !e.effect.when && !e.effect.result);
    if (!end || !straight(f, end.point)) return s;
    const before = f.analysis.flow.points.some(
      p =>
        p.node !== undefined &&
        p.node.start < end.node.start &&
        f.analysis.events(p).some(e => e.kind === 'call' && e.node.start < end.node.start),
    );
    if (before) return s;
    const line = String(input.lineOf(f.file, spanOf(f, end.node).start));
    const because = `ended in line ${line} by ${nameOfEnd({ effect: end.effect, must: true, words: '' })}`;
    const chain = [definition(f)];
    return {
      ...s,
      reader: { value: 'yes', because, chain },
      maySleep: s.maySleep.value === 'no' ? s.maySleep : { value: 'no', because, chain },
    };
  }

  /** It says that it releases a lock, but where cannot be seen. */
  function keeps(f: FunctionFacts, a: Assertion): boolean {
    const ends = input.sections(f)?.strayEnds ?? [];
    const { lock } = a;
    return !ends.some(
      e =>
        lock === undefined ||
        sameLock(e.effect.lock, lock.lock) ||
        sameLock(
          lockName(f, e, w => input.primitiveOf?.(w, f.file)),
          lock.lock,
        ),
    );
  }

  /** In the run of points before anything is decided. */
  function straight(f: FunctionFacts, point: number): boolean {
    const { points, entry } = f.analysis.flow;
    for (let id = entry, n = 0; n < points.length; n++) {
      if (id === point) return true;
      const next = points[id]?.next ?? [];
      const [only] = next;
      if (!only || next.some(e => e.to !== only.to)) return false;
      id = only.to;
    }
    return false;
  }

  /** What assertions on every way to a point say there, if nothing changed in between. */
  function assertedAt(f: FunctionFacts, point: number, s: Situation): Situation {
    const here = stateAt(f, point);
    const list = assertionsIn(f).filter(a => !a.releases && dominates(f, a.point, point));
    if (list.length === 0) return s;
    const usable = list.filter(a => {
      const there = stateAt(f, a.point);
      if (there.ended.length !== here.ended.length) return false;
      return true;
    });
    return applied(f, s, usable, a => {
      const there = stateAt(f, a.point);
      // A section that is open here or was there decides for itself.
      return { ...there, parts: { ...there.parts, ...here.parts }, locks: [...there.locks, ...here.locks] };
    });
  }

  function applied(
    f: FunctionFacts,
    s: Situation,
    list: readonly Assertion[],
    localAt: (a: Assertion) => LocalState,
  ): Situation {
    if (list.length === 0) return s;
    const answers: Record<Aspect, Judged> = {
      reader: s.reader,
      bhOff: s.bhOff,
      irqOff: s.irqOff,
      maySleep: s.maySleep,
    };
    const locks = [...s.locks];
    for (const a of [...list].sort((x, y) => Number(x.weak ?? false) - Number(y.weak ?? false))) {
      const local = localAt(a);
      const line = String(input.lineOf(f.file, a.start));
      const because = `${a.words} in line ${line}${a.weak ? ' may sleep' : ' says so'}`;
      for (const aspect of aspects) {
        const value = a.aspects[aspect];
        const old = answers[aspect];
        if (value === undefined || local.parts[aspect] || old.value === value) continue;
        if (a.weak && old.value !== 'depends-on-caller') continue;
        // Callers that are known to hold it count more than a function that only says it may sleep.
        if (value === (aspect === 'maySleep' ? 'yes' : 'no') && old.value !== 'depends-on-caller') continue;
        answers[aspect] = { value, because, chain: [definition(f)] };
      }
      const { lock } = a;
      if (!lock || local.locks.some(l => sameLock(lock.lock, l.lock))) continue;
      const exact = locks.findIndex(l => l.kind === lock.kind && l.lock === lock.lock);
      const at =
        exact >= 0
          ? exact
          : locks.findIndex(
              l =>
                l.lock === lock.lock ||
                (l.kind === lock.kind &&
                  sameLock(lock.lock, l.lock) &&
                  !ofOtherParameter(f, lock.lock, l.lock)),
            );
      const held: Judged = { value: 'yes', because, chain: [definition(f)] };
      const old = locks[at];
      if (!old) locks.push({ ...lock, held });
      else if (old.held.value !== 'yes') locks[at] = { ...lock, held };
    }
    return { ...s, ...answers, locks };
  }

  /** `parent->lock` beside `child->lock`, of two parameters. */
  function ofOtherParameter(f: FunctionFacts, a: string, b: string): boolean {
    const { parameters } = f.analysis.locals;
    const [x, y] = [a, b].map(lock => /^\w+/.exec(lock)?.[0] ?? '');
    return x !== y && x !== undefined && y !== undefined && parameters.includes(x) && parameters.includes(y);
  }

  // --- all callers -------------------------------------------------------------------------------------------------

  /** No caller was found. */
  function nobody(f: FunctionFacts, aspect: Aspect): Judged {
    const thread = threadOf(f);
    if (thread) {
      const soft = thread === 'softirq' || thread === 'hardirq';
      const yes = aspect === 'irqOff' ? thread === 'hardirq' : soft;
      return {
        value: (aspect === 'maySleep' ? !soft : yes) ? 'yes' : 'no',
        because: `a thread of a harness, in ${thread} context`,
        chain: [definition(f)],
      };
    }
    const head = f.analysis.text.slice(f.analysis.node.start, f.analysis.body?.start ?? f.analysis.node.end);
    if (/\b__(?:init|exit|net_init|net_exit|meminit)\b/.test(head))
      return {
        value: aspect === 'maySleep' ? 'yes' : 'no',
        because: 'runs at init or exit',
        chain: [definition(f)],
      };
    return {
      value: 'depends-on-caller',
      because: f.item.isStatic
        ? `no caller of ${f.name}() was found`
        : `${f.name}() has no caller in this tree`,
      chain: [],
    };
  }

  function threadOf(f: FunctionFacts): string | undefined {
    if (f.item.kind !== 'invocation' || !/^RACE_/.test(f.item.name)) return undefined;
    const call = child(f.analysis.node, 'call');
    const first = call && callArguments(call)[0];
    return first && f.analysis.text.slice(first.start, first.end);
  }

  const ask = (f: FunctionFacts, point?: number): Situation => {
    spent.functions = 0;
    // They hold on to syntax trees.
    if (locals.size > MOST_LOCALS) locals.clear();
    const choice =
      point === undefined ? undefined : choiceAt(f.analysis, f.analysis.flow.points[point]?.node);
    const s = evaluateAs(f, choice, limits.functions).situation;
    if (!aspects.some(a => s[a] === open)) return s;
    const nothing = unknownSituation(`nothing is known of who calls ${f.name}()`).reader;
    const known = (j: Judged): Judged => (j === open ? nothing : j);
    return {
      ...s,
      reader: known(s.reader),
      bhOff: known(s.bhOff),
      irqOff: known(s.irqOff),
      maySleep: known(s.maySleep),
    };
  };
  return {
    of: f => ask(f),
    at: (f, point) => before(f, point, ask(f, point)),
    over: before,
    sections: f => input.sections(f),
    known: f => {
      const k = kept.get(idOf(f));
      return k?.analysis === f.analysis ? k.situation : undefined;
    },
  };
}

/** The kinds of locks whose being held makes a reader. */
export function isAtomicLock(kind: SectionKind): boolean {
  return aspectsOf(kind).includes('reader');
}

/** Offset of a node of a function in its file. */
export function startOf(f: FunctionFacts, node: { readonly start: number; readonly end: number }): number {
  return spanOf(f, node).start;
}

/**
 * non-atomic-op-on-shared-word: a plain read-modify-write (`w |= A`, `__set_bit(B, &w)`) of a word that other functions
 * change by atomic operations, with no lock that both hold. Either change can be lost: the plain one writes back an old
 * value.
 *
 * Silent before the object is published and after it is withdrawn (it was allocated here, or the names of the function or of
 * all its callers say that they set up or tear down), where a lock may be common, and where the structs are not known to be
 * the same. What some callers hold that were not read is not known: then it is told as information.
 */
import { spanOf, type FunctionFacts } from '../functions';
import { accessesOf, type Access } from '../words/accesses';
import { primitive } from '../primitives';
import { keyOfPath } from '../places';
import type { HeldLock, Situation } from '../entry/answers';
import { meanings } from '../sections/sections';
import { callersOf, enteredWith, isAtomic, openAt } from './entries';
import { isSame, perInput, type Check, type CheckInput, type Finding } from './input';
import { setsUp } from './lifetime';
import { isSameLock } from './updates';

interface WordAccess {
  readonly f: FunctionFacts;
  readonly access: Access;
}

/** Mentions of a field that are looked at, functions parsed for them, and changes that are enough. */
const MOST_MENTIONS = 500;
const MOST_PARSED = 24;
const ENOUGH = 6;

const changesByWord = perInput(() => new Map<string, readonly WordAccess[]>());

/** Atomic changes of a word (`hci_dev.flags`) in the open files, the headers they use, and the folder of `from`. */
function atomicChanges(input: CheckInput, key: string, from: string): readonly WordAccess[] {
  const known = changesByWord(input);
  let found = known.get(key);
  if (!found) known.set(key, (found = search(input, key, from)));
  return found;
}

function search(input: CheckInput, key: string, from: string): readonly WordAccess[] {
  const found: WordAccess[] = [];
  const field = key.slice(key.lastIndexOf('.') + 1);
  if (!/^\w+$/.test(field)) return [];
  const learn = (f: FunctionFacts): void => {
    if (setsUp.test(f.name) || found.some(o => isSame(o.f, f))) return;
    for (const access of accessesOf(f.analysis))
      if (access.strong && access.atomic && changes(access) && keyOfPath(access.path, input.types) === key)
        found.push({ f, access });
  };
  const changing = new RegExp(
    `(?:(?:set|clear|change)_bit|cmpxchg|atomic\\w*_(?:or|and|andnot|xor))\\w*\\s*\\([^;]*\\b${field}\\b`,
  );
  for (const f of [...input.survey.functions, ...input.survey.related])
    if (changing.test(f.analysis.text)) learn(f);
  const folder = from.slice(0, from.lastIndexOf('/') + 1);
  let mentions = 0;
  let parsed = 0;
  for (const m of input.corpus.mentions(field, from)) {
    if (found.length >= ENOUGH || ++mentions > MOST_MENTIONS || parsed >= MOST_PARSED) break;
    if (m.kind !== 'function' || m.source.path === from) continue;
    // Nearest first: behind the folder comes the whole tree.
    if (!m.source.path.startsWith(folder)) break;
    if (!changing.test(m.source.text.slice(m.item.start, m.item.end))) continue;
    parsed++;
    learn(m.facts);
  }
  return found;
}

function changes(a: Access): boolean {
  return a.kind === 'set' || a.kind === 'clear' || a.kind === 'change' || a.kind === 'rmw';
}

function isPlainChange(a: Access): boolean {
  if (a.atomic || !changes(a)) return false;
  return a.via === 'plain' ? a.kind !== 'rmw' : primitive(a.via)?.class === 'bitop_nonatomic';
}

export const nonAtomicOpOnSharedWord: Check = (f, input) => {
  if (setsUp.test(f.name)) return [];
  for (const access of accessesOf(f.analysis)) {
    if (!isPlainChange(access) || allocatedHere(f, access)) continue;
    const key = keyOfPath(access.path, input.types);
    if (key === undefined || key.startsWith('.')) continue;
    const all = atomicChanges(input, key, f.file);
    // Who does both knows why.
    if (all.length === 0 || all.some(o => isSame(o.f, f))) continue;
    const atomic = all.filter(o => !isInside(access) || isInside(o.access));
    const callers = callersOf(input, f);
    if (callers.length > 0 && callers.every(c => setsUp.test(c.name))) return [];
    const here = placeOf(input, f, access);
    const others = atomic.filter(o => isApart(here, placeOf(input, o.f, o.access)));
    if (others.length > 0) return [finding(here, access, key, others)];
  }
  return [];
};

/** What is so where a word is changed. */
interface Place {
  readonly f: FunctionFacts;
  readonly situation: Situation;
  /** Locks that may be held. */
  readonly locks: readonly HeldLock[];
  /** All callers were read, and none of them is a table whose user is not known. */
  readonly isKnown: boolean;
  /** The same, or nobody in the tree uses the function: then whoever does brings nothing. */
  readonly isEntered: boolean;
  /** Sleeping is a bug for a reason that names no lock. */
  readonly isVeiled: boolean;
}

function placeOf(input: CheckInput, f: FunctionFacts, access: Access): Place {
  const situation = input.entries.at(f, access.point);
  const locks = situation.locks.filter(l => l.held.value !== 'no');
  const isKnown =
    situation.complete &&
    situation.maySleep.unknown !== true &&
    (situation.contexts.length > 0 || situation.maySleep.value !== 'depends-on-caller');
  const p = f.analysis.flow.points[access.point];
  const own = p ? openAt(input.survey.sections(f), p).may : [];
  const { maySleep } = situation;
  return {
    f,
    situation,
    locks,
    isKnown,
    isEntered: isKnown || enteredWith(input, f) !== 'unknown',
    isVeiled:
      maySleep.value === 'no' &&
      maySleep.context !== true &&
      !own.some(isAtomic) &&
      !locks.some(l => meanings[l.kind].atomic),
  };
}

/** No lock is held at both places, as far as those who call are known. */
function isApart(a: Place, b: Place): boolean {
  if (a.isVeiled || b.isVeiled || a.locks.some(l => b.locks.some(m => isSameLock(l, m)))) return false;
  if (a.locks.length === 0 && b.locks.length === 0)
    return a.isKnown || b.isKnown || (a.isEntered && b.isEntered);
  return a.locks.length === 0 ? a.isEntered : b.isEntered || interrupts(b.situation);
}

/** Runs in interrupts alone, where nothing is held that may be slept under. */
function interrupts(s: Situation): boolean {
  return s.contexts.length > 0 && s.maySleep.value === 'no' && s.maySleep.context === true;
}

function finding(here: Place, access: Access, key: string, others: readonly WordAccess[]): Finding {
  const { f, situation, isEntered } = here;
  const [other] = others;
  const what = access.via === 'plain' ? 'a plain read-modify-write' : `${access.via}()`;
  const held = situation.locks.find(l => l.held.value === 'yes');
  return {
    span: spanOf(f, access.node),
    message: `${what} of ${key} ${held ? `under ${held.lock} ` : ''}shares no lock with ${other?.f.name ?? ''}(), which changes the word by ${other?.access.via ?? ''}(): either change may be lost`,
    related: others.slice(0, 4).map(o => ({
      span: spanOf(o.f, o.access.node),
      message: `${o.f.name}() changes it atomically: ${o.access.via}()`,
    })),
    ...(isEntered ? {} : { level: 'information' as const }),
  };
}

/** The word of an object that is a member of another: there may be one such object for a purpose of its own. */
function isInside(a: Access): boolean {
  return /\.\w+$/.test(a.word.replace(/\[[^\]]*\]$/, ''));
}

/** The word belongs to a local object, or to one that this function allocates. */
function allocatedHere(f: FunctionFacts, access: Access): boolean {
  const { text, events, flow } = f.analysis;
  if (access.path.kind !== 'local') return access.path.kind === 'other' && !access.word.includes('->');
  if (!access.word.includes('->')) return true;
  return flow.points.some(p =>
    events(p).some(
      e =>
        e.kind === 'assign' &&
        e.right !== undefined &&
        text.slice(e.left.start, e.left.end) === access.path.root &&
        /alloc|_new\b|_create|_dup\b|_clone|skb_copy/.test(text.slice(e.right.start, e.right.end)),
    ),
  );
}

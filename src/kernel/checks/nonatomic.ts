/**
 * non-atomic-op-on-shared-word: a plain read-modify-write (`w |= A`, `__set_bit(B, &w)`) of a word that other functions
 * change by atomic operations, where no lock is held. Either change can be lost: the plain one writes back an old value.
 *
 * Silent before the object is published and after it is withdrawn (it was allocated here, or the function's name says
 * that it sets up or tears down), where a caller holds a lock or callers are not all known, and where the structs are not
 * known to be the same.
 */
import { spanOf, type FunctionFacts } from '../functions';
import { accessesOf, type Access } from '../words/accesses';
import { primitive } from '../primitives';
import { keyOfPath } from '../places';
import { enteredWith, entriesOf, isAtomic, openAt } from './entries';

import { perInput, type Check, type CheckInput, type Finding } from './input';

const setsUp =
  /(^|_)(init|probe|alloc|create|setup|new|register|attach|clone|open|start|add|build|parse|config|remove|exit|destroy|free|release|close|stop|detach|disconnect|unregister|del|cleanup|teardown|uninit|fini|suspend|resume|reset|shutdown|bind|unbind|down|up|restart|reinit|prepare|kill|die|purge)(_|\d|$)/;

interface WordAccess {
  readonly f: FunctionFacts;
  readonly access: Access;
}

/** Atomic changes by word (`hci_dev.flags`), in the open files and the headers they use; words of unknown structs left out. */
const atomicChanges = perInput(input => {
  const found = new Map<string, WordAccess[]>();
  for (const f of [...input.survey.functions, ...input.survey.related])
    for (const access of accessesOf(f.analysis)) {
      if (!access.strong || !access.atomic || !changes(access) || setsUp.test(f.name)) continue;
      const key = keyOfPath(access.path, input.types);
      if (key === undefined || key.startsWith('.')) continue;
      const list = found.get(key);
      if (list) list.push({ f, access });
      else found.set(key, [{ f, access }]);
    }
  return found;
});

function changes(a: Access): boolean {
  return a.kind === 'set' || a.kind === 'clear' || a.kind === 'change' || a.kind === 'rmw';
}

function isPlainChange(a: Access): boolean {
  if (a.atomic || !changes(a)) return false;
  return a.via === 'plain' ? a.kind !== 'rmw' : primitive(a.via)?.class === 'bitop_nonatomic';
}

export const nonAtomicOpOnSharedWord: Check = (f, input) => {
  if (setsUp.test(f.name)) return [];
  const found: Finding[] = [];
  for (const access of accessesOf(f.analysis)) {
    if (!isPlainChange(access)) continue;
    const p = f.analysis.flow.points[access.point];
    const open = p && openAt(input.survey.sections(f), p).may;
    if (!open || open.some(isAtomic) || allocatedHere(f, access)) continue;
    const key = keyOfPath(access.path, input.types);
    const atomic = (key === undefined ? [] : (atomicChanges(input).get(key) ?? [])).filter(o => o.f !== f);
    if (key === undefined || atomic.length === 0) continue;
    const entered = enteredWith(input, f);
    if (entered === 'unknown') continue;
    // What holds only locks that one may sleep under shares none with a softirq or an interrupt.
    const others =
      entered === 'nothing' && open.length === 0 ? atomic : atomic.filter(o => interrupts(input, o));
    const [other] = others;
    if (!other) continue;
    const name = access.via === 'plain' ? 'a plain read-modify-write' : `${access.via}()`;
    found.push({
      span: spanOf(f, access.node),
      message: `${name} of ${key} shares no lock with ${other.f.name}(), which changes the word by ${other.access.via}(): either change may be lost`,
      related: others.slice(0, 4).map(o => ({
        span: spanOf(o.f, o.access.node),
        message: `${o.f.name}() changes it atomically: ${o.access.via}()`,
      })),
    });
    break;
  }
  return found;
};

/** The change is made in a softirq or an interrupt, by a certain chain of calls. */
function interrupts(input: CheckInput, o: WordAccess): boolean {
  return entriesOf(input, o.f, 'file').some(e => e.root.in.maySleep === 'no' && e.root.in.bhOff === 'yes');
}

/** The word belongs to a local object, or to one that this function allocates. */
function allocatedHere(f: FunctionFacts, access: Access): boolean {
  const { text, events, flow } = f.analysis;
  if (access.path.kind !== 'local') return access.path.kind === 'other';
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

/**
 * non-atomic-op-on-shared-word: a plain read-modify-write (`w |= A`, `__set_bit(B, &w)`) of a word that other functions
 * change by atomic operations, where no lock is held. Either change can be lost: the plain one writes back an old value.
 *
 * Silent before the object is published and after it is withdrawn (it was allocated here, or the function's name says
 * that it sets up or tears down), where a caller holds a lock or callers are not all known, and where the structs are not
 * known to be the same.
 */
import { spanOf, type FunctionFacts } from '../functions';
import type { Access } from '../accesses';
import { primitive } from '../primitives';
import type { StateWord, WordAccess } from '../words';
import { entersBare, openAt } from './entries';

import { perInput, type Check, type Finding } from './input';

const setsUp =
  /(^|_)(init|probe|alloc|create|setup|new|register|attach|clone|open|start|add|build|parse|config|remove|exit|destroy|free|release|close|stop|detach|disconnect|unregister|del|cleanup|teardown|uninit|fini|suspend|resume|reset|shutdown|bind|unbind|down|up|restart|reinit|prepare|kill|die|purge)(_|\d|$)/;

interface Suspect {
  readonly word: StateWord;
  readonly plain: WordAccess;
  readonly others: readonly WordAccess[];
}

const suspects = perInput(input => {
  const found = new Map<FunctionFacts, Suspect[]>();
  for (const word of input.words) {
    if (word.key.startsWith('.')) continue;
    const atomic = word.accesses.filter(a => a.access.strong && a.access.atomic && changes(a.access));
    if (atomic.length === 0) continue;
    for (const plain of word.accesses) {
      if (!isPlainChange(plain.access)) continue;
      const others = atomic.filter(a => a.f !== plain.f && !setsUp.test(a.f.name));
      if (others.length === 0) continue;
      found.set(plain.f, [...(found.get(plain.f) ?? []), { word, plain, others }]);
    }
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
  for (const { word, plain, others } of suspects(input).get(f) ?? []) {
    const { access } = plain;
    const p = f.analysis.flow.points[access.point];
    if (!p || openAt(input.survey.sections(f), p).may.length > 0) continue;
    if (allocatedHere(f, access) || entersBare(input, f) !== 'always') continue;
    const [other] = others;
    if (!other) continue;
    const name = access.via === 'plain' ? 'a plain read-modify-write' : `${access.via}()`;
    found.push({
      span: spanOf(f, access.node),
      message: `${name} of ${word.key} with no lock held, while ${other.f.name}() changes the word with ${other.access.via}(): either change may be lost`,
      related: others.slice(0, 4).map(o => ({
        span: spanOf(o.f, o.access.node),
        message: `${o.f.name}() changes it atomically: ${o.access.via}()`,
      })),
    });
    break;
  }
  return found;
};

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

/**
 * rcu-dereference-outside-reader: rcu_dereference() where nothing protects it in fact. Protection is an RCU reader, what
 * implies one (BH, preemption, interrupts off; spinlocks; softirq and hardirq), or a lock that updates of the pointer take,
 * since an update-side lock keeps the pointer as well (where only PROVE_RCU would complain about that, the hover says so).
 *
 * Said where a certain chain of calls reaches it from where the kernel enters (a work item, a system call …) without any of
 * those, or where all callers were read and none brings any.
 */
import type { Span } from '../../base/span';
import { nameSpan, spanOf, type FunctionFacts } from '../functions';
import { callArguments, callee, textOf } from '../expression';
import { walk, type Node } from '../../syntax/node';
import { chainText, type Link, type Situation } from '../entry/answers';
import {
  chainRelated,
  chainWords,
  entriesOf,
  entersUnread,
  givesNothing,
  openAt,
  passesNothing,
  wayIn,
  type Root,
} from './entries';
import type { Check, CheckInput, Related } from './input';
import { protects, type Lock } from './updates';
import { firstTaken } from './ways';

const reading = /^rcu_dereference(_bh|_sched)?$/;

export const rcuDereferenceOutsideReader: Check = (f, input) => {
  if (![...f.analysis.calls].some(c => reading.test(c))) return [];
  const sections = input.survey.sections(f);
  if (sections && (sections.strayEnds.length > 0 || sections.atExit.size > 0)) return [];
  for (const p of f.analysis.flow.points) {
    const call = p.node && firstRead(f, p.node);
    const pointer = call && callArguments(call)[0];
    if (!call || !pointer) continue;
    const isOutside = (locks: readonly Lock[]): boolean => locks.every(l => !protects(input, f, pointer, l));
    if (!isOutside(openAt(sections, p).may.map(s => s.effect)) || !firstTaken(f.analysis, p)) continue;
    const story = storyOf(f, input, isOutside, () => input.entries.at(f, p.id));
    if (!story) continue;
    return [
      {
        span: spanOf(f, call),
        message: `${callee(f.analysis.text, call) ?? ''}(${textOf(f.analysis.text, pointer)}) is read with no reader open and ${story.locks} held: ${story.words}`,
        related: story.related,
      },
    ];
  }
  return [];
};

function firstRead(f: FunctionFacts, node: Node): Node | undefined {
  let found: Node | undefined;
  walk(node, n => {
    if (!found && n.kind === 'call_expression' && reading.test(callee(f.analysis.text, n) ?? '')) found = n;
    return found === undefined;
  });
  return found;
}

interface Story {
  readonly locks: string;
  readonly words: string;
  readonly related: readonly Related[];
}

/** How one comes there with nothing that protects. */
function storyOf(
  f: FunctionFacts,
  input: CheckInput,
  isOutside: (locks: readonly Lock[]) => boolean,
  situation: () => Situation,
): Story | undefined {
  const entry = wayIn(
    input,
    f,
    link => {
      const s = input.survey.sections(link.f);
      const isOpen = !isOutside(link.may.map(x => x.effect));
      return !isOpen && !givesNothing(link) && !s?.strayEnds.length && !s?.atExit.size;
    },
    root => entersUnread(root) && isOutside(locksOf(root)),
  );
  const here = situation();
  const held = here.locks.filter(l => l.held.value === 'yes');
  if (here.reader.value === 'yes' || !isOutside(held)) return undefined;
  const locks = held.length > 0 ? 'no lock of its updates' : 'no lock';
  if (entry)
    return { locks, words: `${f.name}() ← ${chainWords(entry)}`, related: chainRelated(entry, f.name) };
  const { value, unknown, unread, chain, because } = here.reader;
  if (value !== 'no' || unknown || unread || !here.complete || chain.length < 2) return undefined;
  if (!isOutside(here.locks) || entriesOf(input, f, 'tree').some(passesNothing)) return undefined;
  return { locks, words: `${chainText(chain)}, which ${because}`, related: linksRelated(input, chain) };
}

/** proto.connect and its like are called with the socket locked. */
function locksOf(root: Root): readonly Lock[] {
  const isLocked = / of proto$/.test(root.by) && !/\.(sendmsg|recvmsg|sendpage) /.test(root.by);
  return isLocked ? [...root.in.locks, { kind: 'socket' }] : root.in.locks;
}

/** The functions of a chain, outermost first. */
function linksRelated(input: CheckInput, chain: readonly Link[]): readonly Related[] {
  return [...chain].reverse().flatMap((l, i, all) => {
    const inner = all[i + 1];
    const span = spanOfLink(input, l);
    return span && inner ? [{ span, message: `${l.name}() calls ${inner.name}()` }] : [];
  });
}

function spanOfLink(input: CheckInput, l: Link): Span | undefined {
  const found = input.corpus.functions(l.name, l.file).find(g => g.file === l.file);
  return found && nameSpan(found);
}

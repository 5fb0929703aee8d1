/**
 * In what a place runs, for a hover: `RCU reader: runs in NET_RX softirq (net_rx_action → napi_poll); BH disabled`, with a
 * link to each call of the chain, then what else is so there: sleeping, locks. From the entry states over the tree; the
 * function under the pointer is worked out if it has not been yet, once the index is made.
 */
import type { Judged, Link, Situation } from '../../kernel/entry/answers';
import type { FunctionFacts } from '../../kernel/functions';
import { entriesOf, entryOf, knownEntry } from '../entries';
import { reasonWords } from '../facts/lineFacts';
import type { LinkTo, Scene } from '../scene';

/** Locks and contexts beyond so many are counted. */
const MOST = 4;

/** What is so before the point that covers an offset of a function (in its file); on its head, when it is entered. */
export function contextText(
  scene: Scene,
  f: FunctionFacts,
  offset: number,
  link: LinkTo,
): string | undefined {
  const entry = knownEntry(scene, f) ?? (scene.corpus.complete() ? entryOf(scene, f) : undefined);
  if (!entry) return undefined;
  const point = pointAt(f, offset - f.shift);
  const here = point === undefined ? entry : entriesOf(scene).over(f, point, entry);
  return situationText(scene, here, point === undefined ? `On entry of \`${f.name}()\`` : 'Here', link);
}

/** The innermost point around an offset of the analysis. */
function pointAt(f: FunctionFacts, offset: number): number | undefined {
  const { flow, body } = f.analysis;
  if (!body || offset < body.start) return undefined;
  let best: { id: number; size: number } | undefined;
  for (const p of flow.points) {
    if (!p.node || p.kind === 'leave' || p.node.start > offset || p.node.end < offset) continue;
    const size = p.node.end - p.node.start;
    if (!best || size < best.size) best = { id: p.id, size };
  }
  return best?.id;
}

function situationText(scene: Scene, s: Situation, where: string, link: LinkTo): string {
  const reason = (j: Judged): string => `${j.because}${chainLinks(scene, j.chain, link)}`;
  const { reader, bhOff, irqOff, maySleep } = s;
  const off = irqOff.value === 'yes' ? '; interrupts disabled' : bhOff.value === 'yes' ? '; BH disabled' : '';
  const first = `**${where}** — ${reasonWords.reader[reader.value]}: ${reason(reader)}${off}`;
  const sameReason = maySleep.because === reader.because;
  const sleeps = `${reasonWords.maySleep[maySleep.value]}${sameReason ? '' : `: ${reason(maySleep)}`}`;
  const held = s.locks.filter(l => l.held.value === 'yes');
  const maybe = s.locks.filter(l => l.held.value === 'some-paths');
  const names = (list: Situation['locks']): string =>
    list
      .slice(0, MOST)
      .map(l => `\`${l.lock}\``)
      .join(', ') + (list.length > MOST ? ` and ${String(list.length - MOST)} more` : '');
  return [
    first,
    [
      sleeps.charAt(0).toUpperCase() + sleeps.slice(1),
      held.length > 0 ? `holds ${names(held)}` : '',
      maybe.length > 0 ? `holds ${names(maybe)} on some paths` : '',
    ]
      .filter(Boolean)
      .join('; ') + '.',
    ...(reader.value === 'depends-on-caller' ? contextsText(scene, s, link) : []),
  ].join('\n\n');
}

/** Where callers differ, the contexts that are known. */
function contextsText(scene: Scene, s: Situation, link: LinkTo): readonly string[] {
  if (s.contexts.length === 0) return [];
  const lines = s.contexts
    .slice(0, MOST)
    .map(c => `- ${c.context}, ${c.label}${chainLinks(scene, c.chain, link)}`);
  const more = s.contexts.length > MOST ? [`- and ${String(s.contexts.length - MOST)} more`] : [];
  return [['Known to run in', ...lines, ...more].join('\n')];
}

/** ` (a → b)`, outermost first; each call is a link to its line. The function alone is no news. */
function chainLinks(scene: Scene, chain: readonly Link[], link: LinkTo): string {
  if (chain.length < 2) return '';
  const links = [...chain].reverse().map(l => {
    const source = scene.files.find(f => f.path === l.file) ?? scene.tree.file(l.file);
    if (!source) return `\`${l.name}\``;
    const start = source.lines.offsetAt({ line: l.line - 1, column: 0 });
    return `[\`${l.name}\`](${link({ file: l.file, start, end: start })})`;
  });
  return ` (${links.join(' → ')})`;
}

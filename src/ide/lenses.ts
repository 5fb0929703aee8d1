/**
 * The code lens over a function that publishes an RCU pointer without a grace period while some reader takes no lock
 * as long as the pointer is NULL. Its states: not simulated; simulated, with what the engine said without and with.
 */
import type { Span } from '../base/span';
import type { VerdictKind } from '../engine/report';
import type { Publication } from '../kernel/publish';
import type { SourceFile } from '../syntax/source';
import { knowledge } from './knowledge';
import type { Scene } from './scene';

/** What the engine said about one publication; `without` is the text as it stands, `with` has the fix applied. */
export interface LensVerdict {
  readonly state: 'running' | 'done';
  readonly without?: VerdictKind;
  readonly with?: VerdictKind;
}

export interface Lens {
  /** Stable over edits elsewhere: verdicts are kept under it. */
  readonly key: string;
  /** The function's name. */
  readonly span: Span;
  /** `publishes dev->npinfo without a grace period · simulate`, `hang -> holds with synchronize_rcu() · apply`. */
  readonly title: string;
  readonly tooltip: string;
  readonly action: 'simulate' | 'apply' | 'none';
  readonly publication: Publication;
}

export function lenses(
  scene: Scene,
  file: SourceFile,
  verdict: (key: string) => LensVerdict | undefined,
): readonly Lens[] {
  return publicationsIn(scene, file).map(publication => {
    const key = keyOf(publication);
    const said = verdict(key);
    return {
      key,
      span: publication.functionSpan,
      tooltip: tooltip(publication),
      publication,
      ...face(publication, said),
    };
  });
}

/** The publications whose lens stands in a file. */
export function publicationsIn(scene: Scene, file: SourceFile): readonly Publication[] {
  return knowledge(scene).publications.filter(p => p.functionSpan.file === file.path);
}

/** `net/core/netpoll.c netpoll_setup net_device.npinfo`. */
export function keyOf(publication: Publication): string {
  return `${publication.functionSpan.file} ${publication.function} ${publication.key}`;
}

function face(publication: Publication, said: LensVerdict | undefined): Pick<Lens, 'title' | 'action'> {
  const plain = `publishes ${publication.pointer} without a grace period`;
  if (!said) return { title: `${plain} · simulate`, action: 'simulate' };
  if (said.state === 'running') return { title: `${plain} · simulating…`, action: 'none' };
  if (said.without === undefined) return { title: `${plain} · simulate`, action: 'simulate' };
  if (said.with === undefined || !publication.place)
    return { title: `${plain}: ${said.without} · simulate`, action: 'simulate' };
  const change = `${said.without} -> ${said.with} with synchronize_rcu()`;
  // A fix that does not help is not offered.
  return said.with === 'holds' && said.without !== 'holds'
    ? { title: `${change} · apply`, action: 'apply' }
    : { title: `${change} · simulate`, action: 'simulate' };
}

function tooltip(p: Publication): string {
  const readers = p.readers.map(r => `${r.function}() (lock ${r.lock})`);
  return [
    `${p.publisher}() publishes ${p.pointer}; no grace period follows${p.chain.length > 1 ? ` on the way back through ${p.chain.slice(0, -1).reverse().join('(), ')}()` : ''}.`,
    `While it is NULL, no lock is taken by ${[...new Set(readers)].join(', ')}: a reader that began before still runs without it.`,
    p.place
      ? 'synchronize_rcu() after the locks are dropped waits for those readers.'
      : 'No place that may sleep was found for synchronize_rcu().',
  ].join('\n');
}

/**
 * What `racelens facts --function NAME` answers: the sections of a function, what calling it does to its caller's, its
 * conditional locks, and what it is entered with. docs/facts.md documents the object.
 */
import { balanceOf, stretchesOf } from '../kernel/extents';
import { functionsOf, spanOf, type FunctionFacts } from '../kernel/functions';
import { meanings } from '../kernel/sections';
import type { SourceFile } from '../syntax/source';
import { entryOf, wideSurvey } from './entries';
import { situationJson, type ContextJson, type LinkJson, type SituationJson } from './lineFacts';
import type { Scene } from './scene';

export interface FunctionRegionJson {
  readonly kind: string;
  readonly lock?: string;
  readonly shared?: true;
  readonly line: number;
  readonly endLine: number;
  /** Why a reader there is one without rcu_read_lock(). */
  readonly implicit?: string;
  /** `some`: not all paths end it; `open`: it is handed to the caller. */
  readonly paths: 'all' | 'some' | 'open';
}

export interface EffectJson {
  readonly role: string;
  readonly kind: string;
  readonly lock?: string;
  readonly shared?: true;
  readonly switches?: string;
  /** Only then. */
  readonly when?: string;
}

export interface FunctionFactsJson {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly endLine: number;
  readonly regions: readonly FunctionRegionJson[];
  /** What calling it does: `begin`, `end`, `try` (if it returns nonzero), `try-zero`, `conditional`; null if nothing. */
  readonly wrapperRole: string | null;
  /** From the call in this function down to the primitive. */
  readonly wrapperChain: readonly LinkJson[];
  readonly effects: readonly EffectJson[];
  readonly conditionalLocks: readonly {
    readonly lock: string;
    readonly kind: string;
    readonly line: number;
    /** `dev->npinfo is NULL or 0`. */
    readonly unless: string;
  }[];
  readonly contexts: readonly ContextJson[];
  readonly entry: Omit<SituationJson, 'contexts' | 'why'>;
  readonly why: SituationJson['why'];
}

/** The facts of all definitions of a name: those of a file, or those of the whole tree. */
export function factsOfFunctions(
  scene: Scene,
  name: string,
  file: SourceFile | undefined,
  show: (path: string) => string = p => p,
): readonly FunctionFactsJson[] {
  const found = file
    ? functionsOf(file, scene.facts).filter(f => f.name === name)
    : scene.corpus.functions(name);
  return found.map(f => functionFacts(scene, f, show));
}

/** The facts of one function. */
export function functionFacts(
  scene: Scene,
  f: FunctionFacts,
  show: (path: string) => string = p => p,
): FunctionFactsJson {
  const survey = wideSurvey(scene);
  const lineOf = (file: string, offset: number): number => {
    const source = scene.files.find(s => s.path === file) ?? scene.tree.file(file);
    return (source?.lines.positionAt(offset).line ?? 0) + 1;
  };
  const line = (offset: number): number => lineOf(f.file, offset);
  const sections = survey.sections(f);
  const regions = (sections ? stretchesOf(f, sections) : []).flatMap(({ sites, extents }) => {
    const [site] = sites;
    if (!site || !sections) return [];
    const { kind, lock, shared, switches } = site.effect;
    const implicit = meanings[kind].implicitReader ?? (switches && meanings[switches].implicitReader);
    return extents.map(e => {
      const span = spanOf(f, e);
      return {
        kind,
        ...(lock !== undefined && { lock }),
        ...(shared && { shared }),
        line: line(span.start),
        endLine: line(span.end),
        ...(implicit !== undefined && { implicit }),
        paths: balanceOf(f, sections, site.id),
      } as const;
    });
  });
  const found = survey.wrapper(f.name, f.file);
  const wrapper = found?.kind === 'function' && found.facts.file === f.file ? found : undefined;
  const { contexts, why, ...entry } = situationJson(entryOf(scene, f), show);
  return {
    function: f.name,
    file: show(f.file),
    line: line(f.item.nameStart),
    endLine: line(f.item.end),
    regions: [...regions].sort((a, b) => a.line - b.line || b.endLine - a.endLine),
    wrapperRole: wrapper ? (wrapper.conditional ? 'conditional' : (wrapper.effects[0]?.role ?? null)) : null,
    wrapperChain: (wrapper?.chain ?? []).map(l => ({
      name: l.name,
      file: show(l.span.file),
      line: lineOf(l.span.file, l.span.start),
    })),
    effects: (wrapper?.effects ?? []).map(e => ({
      role: e.role,
      kind: e.kind,
      ...(e.lock !== undefined && { lock: e.lock }),
      ...(e.shared && { shared: e.shared }),
      ...(e.switches && { switches: e.switches }),
      ...(e.when && { when: e.when.nonzero ? e.when.text : `!(${e.when.text})` }),
    })),
    conditionalLocks: survey.conditionalLocks(f).map(l => ({
      lock: l.lock,
      kind: l.kind,
      line: line(spanOf(f, l.site.node).start),
      unless: l.guards.map(g => `${g.text} is ${g.when === 'set' ? 'NULL or 0' : 'set'}`).join(' or '),
    })),
    contexts,
    entry,
    why,
  };
}

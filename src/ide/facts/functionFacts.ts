/**
 * What `racelens facts --function NAME` answers: the sections of a function, what calling it does to its caller's, its
 * conditional locks, and what it is entered with. docs/facts.md documents the object.
 */
import { balanceOf, fateWords, stretchesOf, type Fate } from '../../kernel/sections/extents';
import { functionOf, functionsOf, spanOf, type FunctionFacts } from '../../kernel/functions';
import { primitive } from '../../kernel/primitives';
import { meanings, type Effect } from '../../kernel/sections/sections';
import type { AnyWrapper, Survey } from '../../kernel/sections/survey';
import type { SourceFile } from '../../syntax/source';
import { entryOf, wideSurvey } from '../entries';
import { situationJson, type ContextJson, type LinkJson, type SituationJson } from './lineFacts';
import type { Scene } from '../scene';

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
  /** What becomes of it, by name (docs/facts.md), and in words. */
  readonly fate: Fate['kind'];
  readonly ending: string;
}

/** An end of a section that the function did not begin. */
export interface FunctionEndJson {
  readonly kind: string;
  readonly lock?: string;
  readonly line: number;
  readonly fate: Fate['kind'];
  readonly ending: string;
}

export interface EffectJson {
  readonly role: string;
  readonly kind: string;
  readonly lock?: string;
  readonly shared?: true;
  readonly switches?: string;
  /** Only then. */
  readonly when?: string;
  /** Of an end: only if the call returns so. */
  readonly result?: 'nonzero' | 'zero';
}

export interface FunctionFactsJson {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly endLine: number;
  /** Whether it is a macro: then there are no regions, and nothing is said about its entry. */
  readonly macro?: true;
  readonly regions: readonly FunctionRegionJson[];
  readonly ends: readonly FunctionEndJson[];
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

/** The facts of all definitions of a name, functions or else macros: those of a file, or those of the whole tree. */
export function factsOfFunctions(
  scene: Scene,
  name: string,
  file: SourceFile | undefined,
  show: (path: string) => string = p => p,
): readonly FunctionFactsJson[] {
  const found = definitionsOf(scene, name, file).map(f => functionFacts(scene, f, show));
  return found.length > 0 ? found : macroFacts(scene, name, file, show);
}

function definitionsOf(scene: Scene, name: string, file: SourceFile | undefined): readonly FunctionFacts[] {
  if (file) return functionsOf(file, scene.facts).filter(f => f.name === name);
  const known = scene.corpus.functions(name);
  if (known.length > 0) return known;
  // Functions that no other file can call are found where the name is mentioned.
  const found: FunctionFacts[] = [];
  for (const { source, item } of scene.corpus.mentions(name)) {
    if (item.kind !== 'function' || item.name !== name) continue;
    const f = functionOf(source, item, scene.facts);
    if (f) found.push(f);
    if (found.length >= MOST_DEFINITIONS) break;
  }
  return found;
}

/** Statics like `init` are defined everywhere. */
const MOST_DEFINITIONS = 40;

/** The facts of one function. */
export function functionFacts(
  scene: Scene,
  f: FunctionFacts,
  show: (path: string) => string = p => p,
): FunctionFactsJson {
  const survey = wideSurvey(scene);
  const line = (offset: number): number => lineOf(scene, f.file, offset);
  const effects = effectsOf(survey, f);
  const wrapper = survey.wrapperOf(f);
  const { contexts, why, ...entry } = situationJson(entryOf(scene, f), show);
  return {
    function: f.name,
    file: show(f.file),
    line: line(f.item.nameStart),
    endLine: line(f.item.end),
    regions: regionsOf(survey, f, line),
    ends: endsOf(survey, f, line),
    wrapperRole: wrapper?.conditional ? 'conditional' : (effects[0]?.role ?? null),
    wrapperChain: chainJson(scene, wrapper, show),
    effects: effects.map(effectJson),
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

function regionsOf(
  survey: Survey,
  f: FunctionFacts,
  line: (offset: number) => number,
): readonly FunctionRegionJson[] {
  const sections = survey.sections(f);
  if (!sections) return [];
  const found = stretchesOf(f, sections).flatMap(({ sites, extents }) => {
    const [site] = sites;
    if (!site) return [];
    const { kind, lock, shared, switches } = site.effect;
    const implicit = meanings[kind].implicitReader ?? (switches && meanings[switches].implicitReader);
    const fate = survey.fate(f, site);
    return extents.map((e): FunctionRegionJson => {
      const span = spanOf(f, e);
      return {
        kind,
        ...(lock !== undefined && { lock }),
        ...(shared && { shared }),
        line: line(span.start),
        endLine: line(span.end),
        ...(implicit !== undefined && { implicit }),
        paths: balanceOf(f, sections, site.id),
        fate: fate.kind,
        ending: fateWords(fate),
      };
    });
  });
  return found.sort((a, b) => a.line - b.line || b.endLine - a.endLine);
}

function endsOf(
  survey: Survey,
  f: FunctionFacts,
  line: (offset: number) => number,
): readonly FunctionEndJson[] {
  return (survey.sections(f)?.strayEnds ?? []).map(site => {
    const { kind, lock } = site.effect;
    const fate = survey.fate(f, site);
    return {
      kind,
      ...(lock !== undefined && { lock }),
      line: line(spanOf(f, site.node).start),
      fate: fate.kind,
      ending: fateWords(fate),
    };
  });
}

/** What is inside counts; where that does not show, or there is only one of it (RTNL), the catalogue. */
function effectsOf(survey: Survey, f: FunctionFacts): readonly Effect[] {
  const inside = survey.wrapperOf(f)?.effects ?? [];
  const listed = primitive(f.name) ? survey.effects(f.name, f.analysis.locals.parameters, f.file) : [];
  const [own] = listed;
  return inside.length === 0 || (own && own.lock === undefined)
    ? listed.length > 0
      ? listed
      : inside
    : inside;
}

function effectJson(e: Effect): EffectJson {
  return {
    role: e.role,
    kind: e.kind,
    ...(e.lock !== undefined && { lock: e.lock }),
    ...(e.shared && { shared: e.shared }),
    ...(e.switches && { switches: e.switches }),
    ...(e.when && { when: e.when.nonzero ? e.when.text : `!(${e.when.text})` }),
    ...(e.result && { result: e.result }),
  };
}

function chainJson(
  scene: Scene,
  wrapper: AnyWrapper | undefined,
  show: (path: string) => string,
): readonly LinkJson[] {
  return (wrapper?.chain ?? []).map(l => ({
    name: l.name,
    file: show(l.span.file),
    line: lineOf(scene, l.span.file, l.span.start),
  }));
}

/** Macros that do something to sections. */
function macroFacts(
  scene: Scene,
  name: string,
  file: SourceFile | undefined,
  show: (path: string) => string,
): readonly FunctionFactsJson[] {
  const survey = wideSurvey(scene);
  return scene.corpus.macros(name, file?.path).flatMap(({ macro, source, item }) => {
    if (!macro.parameters || (file && source.path !== file.path)) return [];
    const wrapper = survey.wrapper(name, source.path);
    const effects = survey.effects(name, macro.parameters, source.path);
    return [
      {
        function: name,
        file: show(source.path),
        line: lineOf(scene, source.path, item.nameStart),
        endLine: lineOf(scene, source.path, Math.max(item.nameStart, item.end - 1)),
        macro: true as const,
        regions: [],
        ends: [],
        wrapperRole: effects[0]?.role ?? null,
        wrapperChain: chainJson(scene, wrapper, show),
        effects: effects.map(effectJson),
        conditionalLocks: [],
        contexts: [],
        entry: asCaller,
        why: { rcuReader: expanded, maySleep: expanded, bhOff: expanded, irqOff: expanded },
      },
    ];
  });
}

const expanded = 'a macro: it stands where it is used';

const asCaller: FunctionFactsJson['entry'] = {
  rcuReader: 'depends-on-caller',
  heldLocks: [],
  maySleep: 'depends-on-caller',
  bhOff: 'depends-on-caller',
  irqOff: 'depends-on-caller',
};

function lineOf(scene: Scene, file: string, offset: number): number {
  const source = scene.files.find(s => s.path === file) ?? scene.tree.file(file);
  return (source?.lines.positionAt(offset).line ?? 0) + 1;
}

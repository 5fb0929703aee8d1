/**
 * The functions of a file as they are built, for checks that must take neither two branches of an `#if` for one way through
 * a function nor what is left out for code.
 *
 * Names are decided as for a check of a harness, by the config, the file's own macros and its headers. A CONFIG_ name that
 * only the defaults leave out may well be set in somebody's kernel: such a function is looked at twice, with all of them
 * left out and with all of them set.
 */
import type { Span } from '../base/span';
import { createFactStore, type Analysis, type FunctionFacts } from '../kernel/functions';
import { walk, type Node } from '../syntax/node';
import type { Decide, Item, SourceFile } from '../syntax/source';
import { defaultConfig } from '../tree/config';
import type { Config } from '../tree/tree';
import type { Scene } from './scene';

/** A function as one choice of branches has it. */
export interface Variant {
  readonly facts: FunctionFacts;
  /** Whether another place of the tree is built under the same choice; so it is if nobody knows. */
  isBuilt(span: Span): boolean;
}

const directive = /^[ \t]*#[ \t]*(?:if|ifdef|ifndef)\b/m;

/** The variants of a function that differ; none if it is not built at all. */
export function variantsOf(scene: Scene, source: SourceFile, f: FunctionFacts): readonly Variant[] {
  const isBranched = directive.test(source.text.slice(f.item.start, f.item.end));
  const found: Variant[] = [];
  for (const config of configsOf(scene.config)) {
    const decide = scene.tree.decide(scene.scope, config);
    if (!mayHold(f.item, decide)) continue;
    const node = isBranched ? source.node(f.item, decide) : undefined;
    const analysis = node && analysisOf(source, f.item, node);
    if (found.some(o => o.facts.analysis === (analysis ?? f.analysis))) continue;
    found.push({
      facts: analysis ? { ...f, analysis, shift: f.item.start - analysis.base } : f,
      isBuilt: span => isBuilt(scene, span, decide),
    });
  }
  return found;
}

const analyses = new WeakMap<Node, Analysis>();

/** The parser gives the same node for the same choice of the same text. */
function analysisOf(source: SourceFile, item: Item, node: Node): Analysis | undefined {
  const old = analyses.get(node);
  if (old) return old;
  const made = createFactStore().analysis(source.text, item, () => node);
  if (made) analyses.set(node, made);
  return made;
}

const ample = new WeakMap<Config, Config>();

/** The config, and the one in which all is set that only the defaults leave out without a word. */
function configsOf(config: Config): readonly Config[] {
  let all = ample.get(config);
  if (!all) {
    const isFree = (name: string): boolean =>
      name.startsWith('CONFIG_') &&
      !name.endsWith('_MODULE') &&
      config.origin(name) === 'default' &&
      defaultConfig[name] === undefined;
    all = {
      value: name => (isFree(name) ? 'y' : config.value(name)),
      origin: name => config.origin(name),
    };
    ample.set(config, all);
  }
  return [config, all];
}

function mayHold(item: Item, decide: Decide): boolean {
  return item.conditions.every(c => decide(c.text) !== c.negated);
}

/** A place that a branch leaves out has no node in the tree of the others. */
function isBuilt(scene: Scene, span: Span, decide: Decide): boolean {
  const source = scene.files.find(s => s.path === span.file) ?? scene.tree.file(span.file);
  const item = source?.items.find(
    i => i.start <= span.start && span.start < i.end && (i.kind === 'function' || i.kind === 'variable'),
  );
  if (!source || !item) return true;
  if (!mayHold(item, decide)) return false;
  if (!directive.test(source.text.slice(item.start, item.end))) return true;
  const root = source.node(item, decide);
  if (!root) return true;
  let isThere = false;
  walk(root, n => {
    if (n.start >= span.start && n.end <= span.end) isThere = true;
    return !isThere && n.start < span.end && n.end > span.start;
  });
  return isThere;
}

/**
 * What the marks, lenses and lists of a file rest on, found out piece by piece: a large file that is opened takes several
 * hundred milliseconds, and a hover shall not wait for all of it. Nothing here is an answer; whoever asks afterwards finds
 * the answers made. After an edit nearly all is known already, and this costs next to nothing.
 */
import { notesOn } from '../base/notes';
import type { FunctionFacts } from '../kernel/functions';
import type { Survey } from '../kernel/sections/survey';
import type { SourceFile } from '../syntax/source';
import type { Scope } from '../tree/tree';
import { knowledge } from './knowledge';
import type { Scene } from './scene';

const begun = notesOn<Scene, Map<string, Iterator<undefined>>>('ready');
const scanned = notesOn<Scope, true>('headers scanned');

/** Goes on until `enough` says so, with one piece at least; true if all is there. */
export function ready(scene: Scene, file: SourceFile, enough: () => boolean): boolean {
  let mine = begun.get(scene);
  if (!mine) begun.set(scene, (mine = new Map()));
  let steps = mine.get(file.path);
  if (!steps) mine.set(file.path, (steps = pieces(scene, file)));
  do if (steps.next().done) return true;
  while (!enough());
  return false;
}

/** Each step is a few milliseconds, seldom more. */
function* pieces(scene: Scene, file: SourceFile): Generator<undefined, void> {
  if (!scanned.get(scene.scope)) {
    for (const path of [...scene.scope.sources, ...scene.scope.headers])
      if ((scene.tree.file(path)?.items.length ?? 0) > 0) yield;
    scanned.set(scene.scope, true);
  }
  const k = knowledge(scene);
  const functions: FunctionFacts[] = [];
  for (const source of scene.files) {
    functions.push(...k.functions(source));
    yield;
  }
  const { survey } = k;
  yield;
  const mine = new Set(k.functions(file));
  for (const f of functions) {
    if (mine.has(f)) ofFunction(survey, f);
    else survey.sections(f);
    yield;
    k.accesses(f);
    yield;
  }
  for (const f of survey.related) {
    survey.conditionalLocks(f);
    yield;
    k.accesses(f);
    yield;
  }
}

function ofFunction(survey: Survey, f: FunctionFacts): void {
  const sections = survey.sections(f);
  if (!sections) return;
  for (const site of sections.sites) survey.fate(f, site);
  survey.conditionalLocks(f);
}

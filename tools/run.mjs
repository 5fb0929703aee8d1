// Running other programs, for the tools: output shown or kept, never a shell.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A failure that its message explains completely; tools print it without a stack. */
export class Sentence extends Error {}

/** True for an error of ours that needs no stack. @param {unknown} error */
export function isSentence(error) {
  return error instanceof Sentence;
}

/**
 * Runs a program with its output on ours, and throws a Sentence if it fails.
 * @param {string} command @param {readonly string[]} args @param {NodeJS.ProcessEnv} [env] added to our own
 */
export function run(command, args, env = {}) {
  const r = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (r.error) throw new Sentence(`${command} could not be started: ${r.error.message}`);
  if (r.status !== 0)
    throw new Sentence(
      `${[command, ...args].join(' ')} ended with ${r.signal ?? `exit code ${String(r.status)}`}`,
    );
}

/**
 * Runs a program and keeps what it prints (stdout and stderr, in order).
 * @param {string} command @param {readonly string[]} args @param {NodeJS.ProcessEnv} [env] added to our own
 * @returns {Promise<{ code: number, output: string }>}
 */
export function capture(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let output = '';
    child.stdout.on('data', data => (output += String(data)));
    child.stderr.on('data', data => (output += String(data)));
    child.on('error', reject);
    child.on('close', code => resolve({ code: code ?? 1, output }));
  });
}

/** The first of these programs that is on PATH, as a full path. @param {readonly string[]} names */
export function onPath(...names) {
  for (const name of names)
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      const path = join(folder, process.platform === 'win32' ? `${name}.cmd` : name);
      if (!folder || !existsSync(path) || !statSync(path).isFile()) continue;
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not ours to run: look on.
      }
    }
  return undefined;
}

/** Whether a missing Debian package may be installed here: root, and apt-get is there. */
export function mayInstallPackages() {
  return process.getuid?.() === 0 && onPath('apt-get') !== undefined;
}

/** @type {{ updated: boolean }} the package lists are fetched once in a run */
const apt = { updated: false };

/** Installs Debian packages; the caller asked mayInstallPackages first. @param {readonly string[]} packages */
export function installPackages(packages) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  if (!apt.updated) run('apt-get', ['-qq', 'update'], env);
  apt.updated = true;
  run('apt-get', ['-qq', '-y', '--no-install-recommends', 'install', ...packages], env);
}

/**
 * Runs the command line's bundle with the code that V8 compiled of it last time, which spares a sixth of a short check. It is
 * kept in the user's cache, one file for each kind of command, since each runs other functions; what another text, V8 or
 * machine left there is not used. Without a folder, or where it cannot be read or written, everything is compiled as usual.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch } from 'node:os';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';

/**
 * Loads a CommonJS bundle. `kind` names the cache's file; undefined: none is kept. Gives what keeps the code, to be called when
 * all that is ever called was: now would be too early. Undefined if there is nothing to keep.
 */
export function runCached(
  bundle: string,
  folder: string | undefined,
  kind: string | undefined,
): (() => void) | undefined {
  const require = createRequire(bundle);
  if (folder === undefined || kind === undefined) {
    require(bundle);
    return undefined;
  }
  const text = readFileSync(bundle);
  // V8 itself asks for the length of the text only.
  const stamp = digest(`${process.version} ${arch()} ${bundle}\n`, text);
  const path = join(folder, `code-${kind}.bin`);
  const cachedData = cached(path, stamp);
  const script = new Script(wrapped(text.toString('utf8')), {
    filename: bundle,
    ...(cachedData ? { cachedData } : {}),
  });
  const module = { exports: {} };
  const run = script.runInThisContext() as (
    exports: object,
    require: NodeJS.Require,
    module: object,
    filename: string,
    dirname: string,
  ) => void;
  run(module.exports, require, module, bundle, dirname(bundle));
  if (cachedData && script.cachedDataRejected !== true) return undefined;
  return () => {
    keep(path, stamp, script.createCachedData());
  };
}

/** As Node wraps what is required. */
function wrapped(text: string): string {
  return `(function (exports, require, module, __filename, __dirname) {${text}\n})`;
}

const digestLength = 32;

function digest(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** The file is a digest of what it belongs to and of the code, then the code: V8 does not notice what was damaged. */
function cached(path: string, stamp: Buffer): Buffer | undefined {
  try {
    const bytes = readFileSync(path);
    const code = bytes.subarray(digestLength);
    return bytes.subarray(0, digestLength).equals(digest(stamp, code)) ? code : undefined;
  } catch {
    return undefined;
  }
}

function keep(path: string, stamp: Buffer, code: Buffer): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const beside = `${path}.${String(process.pid)}`;
    writeFileSync(beside, Buffer.concat([digest(stamp, code), code]));
    renameSync(beside, path);
  } catch {
    // It is compiled again next time.
  }
}

import { existsSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';

/** Paths of the files under a folder whose path matches, with `/`, sorted. */
export function filesUnder(dir: string, ending: RegExp): readonly string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter(name => ending.test(name))
    .map(name => posix.join(dir, name.replaceAll('\\', '/')))
    .sort();
}

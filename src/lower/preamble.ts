/** The first look at a harness: what it includes and pins, before there is a world to parse it in. */
import { tokenize } from './c/token';

/** What a harness says before anything is parsed: its includes and RACE_CONFIG lines. */
export function preambleOf(
  text: string,
  path: string,
): {
  readonly includes: readonly { target: string; angled: boolean; start: number; end: number }[];
  readonly pins: ReadonlyMap<string, string>;
} {
  const includes: { target: string; angled: boolean; start: number; end: number }[] = [];
  const re = /^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)/gm;
  const bare = text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, c => c.replace(/[^\n]/g, ' '));
  for (let m = re.exec(bare); m; m = re.exec(bare))
    includes.push({
      target: m[1] ?? m[2] ?? '',
      angled: m[2] !== undefined,
      start: m.index,
      end: m.index + m[0].length,
    });
  const pins = new Map<string, string>();
  const tokens = tokenize(text, path);
  tokens.forEach((t, i) => {
    if (t.text !== 'RACE_CONFIG' || tokens[i + 1]?.text !== '(') return;
    const name = tokens[i + 2]?.text ?? '';
    let value = '';
    for (let k = i + 4; k < tokens.length && tokens[k]?.text !== ')'; k++) value += tokens[k]?.text ?? '';
    pins.set(
      name.startsWith('CONFIG_') ? name : `CONFIG_${name}`,
      value === '1' ? 'y' : value === '0' ? 'n' : value,
    );
  });
  return { includes, pins };
}

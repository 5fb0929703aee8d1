/**
 * Functions that macros make by pasting the name of a bit together: `BUFFER_FNS(Lock, locked)` defines `buffer_locked()`,
 * which tests `BH_##bit`, that is BH_Lock. Found by the part of the name that stands before `##`; macros that call such
 * macros with their own parameters count.
 */
import type { CancelToken } from '../../base/cancel';
import { argumentsAt, callsIn, operationsInBody } from '../../kernel/words/bitWrappers';
import type { MacroUse } from '../../kernel/words/bitUses';
import type { MacroDefinition, SourceFile } from '../../syntax/source';
import type { Scene } from '../scene';

export interface Pasted {
  /** `buffer_locked`. */
  readonly name: string;
  readonly use: MacroUse;
  readonly source: SourceFile;
  /** The invocation that makes it. */
  readonly start: number;
}

/** Macros through which a name may be made, by name. */
type Makers = ReadonlyMap<string, MacroDefinition>;

/** Macros that only hand their arguments on are followed so many times. */
const ROUNDS = 3;

export function pastedFunctions(scene: Scene, bit: string, cancel?: CancelToken): readonly Pasted[] {
  const makers = makersOf(scene, bit, cancel);
  if (makers.size === 0) return [];
  const found: Pasted[] = [];
  const seen = new Set<SourceFile>();
  const calls = new RegExp(`\\b(${[...makers.keys()].join('|')})\\s*\\(`, 'g');
  for (const name of makers.keys())
    for (const { source } of scene.corpus.mentions(name)) {
      if (cancel?.cancelled) return found;
      if (seen.has(source)) continue;
      seen.add(source);
      for (const m of source.text.matchAll(calls)) {
        const line = source.text.lastIndexOf('\n', m.index) + 1;
        if (/^\s*#|^\s*\*/.test(source.text.slice(line, m.index))) continue;
        const args = argumentsAt(source.text, m.index + m[0].length);
        if (!args) continue;
        const text = expanded(m[1] ?? '', args, makers, 0);
        if (text.includes(bit))
          for (const made of functionsIn(text, bit)) found.push({ ...made, source, start: m.index });
      }
    }
  return found;
}

/** Macros that paste the end of the name to its beginning, and those that call them. */
function makersOf(scene: Scene, bit: string, cancel?: CancelToken): Makers {
  const makers = new Map<string, MacroDefinition>();
  let names: readonly string[] = [];
  const learn = (name: string, fits: (body: string) => boolean): readonly string[] => {
    const fresh: string[] = [];
    for (const m of scene.corpus.mentions(name)) {
      if (cancel?.cancelled) break;
      if (m.kind !== 'outer' || m.item.kind !== 'macro' || makers.has(m.item.name)) continue;
      const macro = m.source.macro(m.item);
      if (!macro?.parameters || !fits(macro.body)) continue;
      makers.set(m.item.name, macro);
      fresh.push(m.item.name);
    }
    return fresh;
  };
  for (const prefix of prefixesOf(bit)) {
    const paste = new RegExp(`\\b${prefix}\\s*##`);
    names = [...names, ...learn(prefix, body => paste.test(body))];
  }
  for (let round = 0; round < ROUNDS && names.length > 0; round++)
    names = names.flatMap(name => {
      const call = new RegExp(`\\b${name}\\s*\\(`);
      return learn(name, body => call.test(body));
    });
  return makers;
}

/** `PG_` of `PG_locked`; shorter and more common beginnings are not asked for. */
function prefixesOf(bit: string): readonly string[] {
  const found: string[] = [];
  for (let i = bit.indexOf('_', 1); i > 0 && i < bit.length - 1; i = bit.indexOf('_', i + 1))
    found.push(bit.slice(0, i + 1));
  return found.filter(p => p.length > 2);
}

/** The text that a call of a maker stands for, makers inside expanded too. */
function expanded(name: string, args: readonly string[], makers: Makers, depth: number): string {
  const macro = makers.get(name);
  if (!macro?.parameters || depth > ROUNDS) return '';
  const { parameters } = macro;
  const body = macro.body
    .replace(/[A-Za-z_]\w*/g, word => {
      const i = parameters.indexOf(word);
      return i < 0 ? word : (args[i] ?? word);
    })
    .replace(/\s*##\s*/g, '');
  const inner = callsIn(body)
    .filter(c => makers.has(c.name))
    .map(c => expanded(c.name, c.args, makers, depth + 1));
  return [body, ...inner].join('\n');
}

/** The functions that a text defines, and what they do to the bit. */
function functionsIn(
  text: string,
  bit: string,
): readonly { readonly name: string; readonly use: MacroUse }[] {
  const found: { name: string; use: MacroUse }[] = [];
  for (const m of text.matchAll(/([A-Za-z_]\w*)\s*\(([^(){}]*)\)\s*\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}/g)) {
    const parameters = (m[2] ?? '').split(',').map(p => /(\w+)\s*$/.exec(p)?.[1] ?? '');
    const uses = operationsInBody(m[3] ?? '', bit, parameters);
    // A test before a change is its way of deciding.
    const change = uses.find(u => u.kind !== 'test');
    const use = change && uses.length > 1 ? { ...change, maybe: true } : (change ?? uses[0]);
    if (use && m[1] !== undefined) found.push({ name: m[1], use });
  }
  return found;
}

/** What directives say: macros and includes. */
import type { Directive, Plain } from './plain';
import type { Include, Item, MacroDefinition } from './source';

/** The definition behind a `macro` item. */
export function macroDefinition(plain: Plain, item: Item): MacroDefinition | undefined {
  const text = plain.text.slice(item.nameStart + item.name.length, item.end);
  let at = 0;
  let parameters: readonly string[] | undefined;
  if (text.startsWith('(')) {
    const close = text.indexOf(')');
    at = close < 0 ? text.length : close + 1;
    const list = text.slice(1, close < 0 ? undefined : close).replace(/\\\n/g, ' ');
    parameters = list
      .split(',')
      .map(p => p.replace(/\s+/g, ''))
      .filter(p => p !== '');
  }
  const rest = text.slice(at);
  const body = rest.replace(/[ \t]*\\\n[ \t]*/g, ' ').trim();
  const lead = /^(?:\\\n|\s)*/.exec(rest)?.[0].length ?? 0;
  const bodyStart = item.nameStart + item.name.length + at + Math.min(lead, rest.length);
  return { name: item.name, ...(parameters ? { parameters } : {}), body, bodyStart };
}

const target = /^\s*(?:"([^"\n]+)"|<([^>\n]+)>)/;

/** All includes of a file, macro targets left out. */
export function includesOf(plain: Plain): readonly Include[] {
  const found: Include[] = [];
  for (const d of plain.directives) {
    if (d.word !== 'include' && d.word !== 'include_next') continue;
    const one = includeOf(plain, d);
    if (one) found.push(one);
  }
  return found;
}

function includeOf(plain: Plain, d: Directive): Include | undefined {
  const m = target.exec(plain.text.slice(d.bodyStart, d.end));
  if (!m) return undefined;
  return {
    target: m[1] ?? m[2] ?? '',
    angled: m[2] !== undefined,
    start: d.start,
    end: d.end,
    conditions: plain.conditionsAt(d.start),
  };
}

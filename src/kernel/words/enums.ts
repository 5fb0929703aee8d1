/** Reads an enum out of its text: names and values in order, comments and directives left out. */

export interface Enumerator {
  readonly name: string;
  /** As written after `=`. */
  readonly expression?: string;
  /** For one without a value: the last enumerator before it that has one, and how far behind; `undefined` counts from 0. */
  readonly after?: { readonly name: string | undefined; readonly steps: number };
}

/** The enumerators between the braces around an offset; none if there is no closing brace. */
export function enumeratorsAround(text: string, offset: number): readonly Enumerator[] {
  const open = openingBrace(text, offset);
  if (open === undefined) return [];
  const parts = split(text, open + 1);
  const found: Enumerator[] = [];
  let base: string | undefined;
  let steps = 0;
  for (const part of parts) {
    const m = /^\s*([A-Za-z_]\w*)[^=]*(?:=([\s\S]*))?$/.exec(part);
    if (!m?.[1]) continue;
    if (m[2] !== undefined) {
      found.push({ name: m[1], expression: m[2].trim().replace(/\s+/g, ' ') });
      base = m[1];
      steps = 1;
    } else {
      found.push({ name: m[1], after: { name: base, steps } });
      steps++;
    }
  }
  return found;
}

/** Goes back from a name inside an enum to its brace; comments on the way are skipped. */
function openingBrace(text: string, offset: number): number | undefined {
  for (let i = offset - 1; i >= 0; i--) {
    if (text[i] === '/' && text[i - 1] === '*') {
      const start = text.lastIndexOf('/*', i - 2);
      if (start < 0) return undefined;
      i = start;
    } else if (text[i] === '{') return i;
    else if (text[i] === '}' || text[i] === ';') return undefined;
  }
  return undefined;
}

/** The pieces between commas up to the closing brace, without comments and preprocessor lines. */
function split(text: string, from: number): readonly string[] {
  const parts: string[] = [];
  let part = '';
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const c = text[i] ?? '';
    if (c === '/' && text[i + 1] === '*') {
      const end = text.indexOf('*/', i + 2);
      i = end < 0 ? text.length : end + 1;
      part += ' ';
      continue;
    }
    if (c === '/' && text[i + 1] === '/') {
      while (i < text.length && text[i] !== '\n') i++;
      part += '\n';
      continue;
    }
    if (c === '#' && /(^|\n)\s*$/.test(part)) {
      while (i < text.length && text[i] !== '\n') i += text[i] === '\\' ? 2 : 1;
      part += '\n';
      continue;
    }
    if (c === '(') depth++;
    else if (c === ')') depth--;
    else if (c === '}' || c === ';') return [...parts, part];
    else if (c === ',' && depth === 0) {
      parts.push(part);
      part = '';
      continue;
    }
    part += c;
  }
  return [];
}

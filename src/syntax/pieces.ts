/**
 * Pieces of C through tree-sitter: masked, framed so that they are a whole translation unit, parsed, converted, deleted.
 * With convert.ts the only place that touches trees in wasm memory.
 */
import type { Language, Parser } from 'web-tree-sitter';
import { convert, leaves, type Grammar, type PartKind } from './convert';
import { mask, maskCall, type Masked, type Note } from './mask';
import { child, walk, type Node } from './node';
import type { ScannedItem } from './classify';
import type { Runtime } from './runtime';
import { tokensOf, type Context } from './tokens';

export type SnippetKind = 'expression' | 'statements' | 'declaration' | 'type';

/** The first node, parents first, that passes the test. */
export function find(root: Node, test: (node: Node) => boolean): Node | undefined {
  let found: Node | undefined;
  walk(root, n => {
    if (found) return false;
    if (test(n)) found = n;
    return !found;
  });
  return found;
}

/** Makes trees of pieces of code without comments and directives; `base` is where the piece starts in the file. */
export interface Pieces {
  snippet(code: string, kind: SnippetKind, base: number): Node | undefined;
  declaration(code: string, base: number): Node | undefined;
  definition(code: string, base: number, bodyStart: number): Node | undefined;
  invocation(code: string, base: number, item: ScannedItem): Node | undefined;
}

/** Text put around a piece so that it is a whole translation unit; behind it, braces that the piece left open are closed. */
interface Frame {
  readonly prefix: string;
  readonly suffix: string;
  readonly context: Context;
}

const statementFrame: Frame = { prefix: 'void _(void){', suffix: ';}', context: 'body' };
const bodyFrame: Frame = { prefix: 'void _(void)', suffix: '', context: 'top' };
const expressionFrame: Frame = { prefix: 'void _(void){_=(', suffix: ');}', context: 'value' };
const typeFrame: Frame = { prefix: 'void _(void){_=(', suffix: ')0;}', context: 'value' };
const parameterFrame: Frame = { prefix: 'void _', suffix: '{}', context: 'top' };
const topFrame: Frame = { prefix: '', suffix: '', context: 'top' };

/** The node kinds of the grammar, asked for once. */
export function grammarOf(language: Language): Grammar {
  const kinds: string[] = [];
  const named: boolean[] = [];
  for (let id = 0; id < language.nodeTypeCount; id++) {
    kinds.push(language.nodeTypeForId(id) ?? 'ERROR');
    named.push(language.nodeTypeIsNamed(id));
  }
  return {
    kinds,
    named,
    // Punctuation and keywords have none either.
    leaf: kinds.map((kind, id) => !named[id] || leaves.has(kind)),
    fields: Array.from(
      { length: language.fieldCount + 1 },
      (_, id) => language.fieldNameForId(id) ?? undefined,
    ),
  };
}

export function pieceParser(parser: Parser, grammar: Grammar, runtime: Runtime): Pieces {
  const framed = (
    code: string,
    base: number,
    frame: Frame,
    masked: Masked = mask(code, frame.context),
  ): Node | undefined => {
    const tree = parser.parse(frame.prefix + masked.code + '}'.repeat(masked.unclosed) + frame.suffix);
    if (!tree) return undefined;
    const conversion = {
      base: base - frame.prefix.length,
      limit: base + code.length,
      notes: masked.notes,
      noteShift: -frame.prefix.length,
      slice: (start: number, end: number) => code.slice(start - base, end - base),
      part: (start: number, end: number, kind: PartKind) =>
        part(code.slice(start - base, end - base), start, kind),
    };
    return runtime.through(tree, walk => convert(walk, conversion, grammar));
  };

  const part = (code: string, base: number, kind: PartKind): Node | undefined => {
    if (kind === 'call') return call(code, base);
    if (kind === 'parameters') {
      const root = framed(code, base, parameterFrame);
      return root && find(root, n => n.kind === 'parameter_list');
    }
    return snippet(code, kind, base);
  };

  const expression = (code: string, base: number): Node | undefined => {
    const root = framed(code, base, expressionFrame);
    if (!root) return undefined;
    const assignment = find(root, n => n.kind === 'assignment_expression' && n.start < base);
    const paren = assignment && child(assignment, 'right');
    if (paren?.kind !== 'parenthesized_expression' || paren.start !== base - 1)
      return broken(root, base, code.length);
    const inner = paren.children.filter(c => c.named);
    const only = inner[0];
    return inner.length === 1 && only && !root.hasError ? detached(only) : broken(paren, base, code.length);
  };

  const statements = (code: string, base: number): Node | undefined => {
    const own = code.trim().startsWith('{') && closesAtEnd(code);
    const root = framed(code, base, own ? bodyFrame : statementFrame);
    const body = root?.children.find(c => c.kind === 'function_definition');
    const compound = body && child(body, 'body');
    if (!root || !compound || compound.kind !== 'compound_statement')
      return root && broken(root, base, code.length);
    if (own) return detached(compound);
    const inside = compound.children.filter(c => c.kind !== '{' && c.kind !== '}');
    return {
      kind: 'compound_statement',
      start: base,
      end: base + code.length,
      named: true,
      children: inside,
      ...(root.hasError ? { hasError: true as const } : {}),
    };
  };

  const type = (code: string, base: number): Node | undefined => {
    const root = framed(code, base, typeFrame);
    const cast = root && find(root, n => n.kind === 'cast_expression' && n.start < base);
    const found = cast && child(cast, 'type');
    return found && !root.hasError ? detached(found) : undefined;
  };

  const declaration = (code: string, base: number): Node | undefined => {
    const root = framed(code, base, {
      ...topFrame,
      suffix: /;\s*$/.test(code) ? '' : endsInBody(code) ? '' : ';',
    });
    if (!root) return undefined;
    const named = root.children.filter(c => c.named);
    return named.length === 1 ? named[0] : named.length === 0 ? undefined : root;
  };

  const snippet = (code: string, kind: SnippetKind, base: number): Node | undefined => {
    if (code.trim() === '') return undefined;
    if (kind === 'expression') return expression(code, base);
    if (kind === 'statements') return statements(code, base);
    if (kind === 'type') return type(code, base);
    return declaration(code, base);
  };

  const call = (code: string, base: number): Node | undefined => {
    const root = framed(code, base, statementFrame, maskCall(code));
    const found = root && find(root, n => n.kind === 'call_expression' && n.start === base);
    if (found && !root.hasError) return detached(found);
    return callByArgument(code, base);
  };

  /** A call whose arguments are not all expressions: each argument on its own, with an ERROR for what is none. */
  const callByArgument = (code: string, base: number): Node | undefined => {
    const tokens = tokensOf(code, 'value');
    const name = tokens[0];
    const open = tokens[1];
    if (!name || open?.text !== '(') return undefined;
    const close = open.partner >= 0 ? open.partner : tokens.length;
    const list: Node[] = [leaf('(', base + open.start, base + open.end, false)];
    let hasError = false;
    let from = open.end;
    const argument = (end: number): void => {
      const text = code.slice(from, end);
      const trimmed = text.trim();
      if (trimmed === '') return;
      const start = from + text.indexOf(trimmed);
      const only = call1(trimmed, base + start);
      const node =
        only && !only.hasError ? only : leaf('ERROR', base + start, base + start + trimmed.length, true);
      if (node.kind === 'ERROR') hasError = true;
      list.push(node.kind === 'ERROR' ? { ...node, hasError: true } : node);
    };
    for (let k = 2; k < close; k++) {
      const t = tokens[k];
      if (!t) break;
      if (t.kind === 'sign' && t.partner > k) k = t.partner;
      else if (t.text === ',') {
        argument(t.start);
        list.push(leaf(',', base + t.start, base + t.end, false));
        from = t.end;
      }
    }
    const last = tokens[close];
    argument(last ? last.start : code.length);
    if (last) list.push(leaf(')', base + last.start, base + last.end, false));
    const end = last ? last.end : code.length;
    const errors = hasError ? { hasError: true as const } : {};
    return {
      ...leaf('call_expression', base + name.start, base + end, true),
      ...errors,
      children: [
        { ...leaf('identifier', base + name.start, base + name.end, true), field: 'function' },
        {
          ...leaf('argument_list', base + open.start, base + end, true),
          field: 'arguments',
          children: list,
          ...errors,
        },
      ],
    };
  };

  /** One argument: an expression, a type, a parameter list, or a parameter (`struct x *y`). */
  const call1 = (code: string, base: number): Node | undefined => {
    const whole = framed(
      `${code}`,
      base,
      { prefix: 'void _(void){_(', suffix: ');}', context: 'value' },
      argumentMask(code),
    );
    const inner = whole && !whole.hasError ? find(whole, n => n.kind === 'argument_list') : undefined;
    const named = inner?.children.filter(c => c.named) ?? [];
    if (named.length === 1 && named[0]) return detached(named[0]);
    const declared = framed(code, base, { prefix: 'void _(', suffix: '){}', context: 'top' });
    const list =
      declared && !declared.hasError ? find(declared, n => n.kind === 'parameter_list') : undefined;
    const parameters = list?.children.filter(c => c.named) ?? [];
    return parameters.length === 1 && parameters[0] ? detached(parameters[0]) : undefined;
  };

  const definition = (code: string, base: number, bodyStart: number): Node | undefined => {
    const root = framed(code, base, topFrame);
    const named = root?.children.filter(c => c.named) ?? [];
    const found = named.find(c => c.kind === 'function_definition');
    if (found && named.length === 1 && found.end >= base + code.trimEnd().length) return found;
    const at = bodyStart - base;
    if (at <= 0 || at >= code.length) return found ?? (root && broken(root, base, code.length));
    // Head and body on their own, so that damage in one leaves the other.
    const head = framed(code.slice(0, at), base, { ...topFrame, suffix: '{}' });
    const shell = head?.children.find(c => c.kind === 'function_definition');
    const closes = code.trimEnd().endsWith('}');
    const inside = code.slice(at + 1, closes ? code.trimEnd().length - 1 : code.length);
    const body = framed(inside, bodyStart + 1, { prefix: 'void _(void){', suffix: '}', context: 'body' });
    const compound = body && find(body, n => n.kind === 'compound_statement');
    if (!shell || !compound) return found ?? (root && broken(root, base, code.length));
    const end = base + code.trimEnd().length;
    const block: Node = {
      ...compound,
      start: bodyStart,
      end,
      field: 'body',
      children: [
        leaf('{', bodyStart, bodyStart + 1, false),
        ...compound.children.filter(
          (c, i, all) => !(i === 0 && c.kind === '{') && !(i === all.length - 1 && c.kind === '}'),
        ),
        ...(closes ? [leaf('}', end - 1, end, false)] : []),
      ],
      hasError: true,
    };
    return {
      ...shell,
      start: base + code.search(/\S/),
      end,
      hasError: true,
      children: [...shell.children.filter(c => c.field !== 'body'), block],
    };
  };

  const invocation = (code: string, base: number, item: ScannedItem): Node | undefined => {
    const callStart = (item.callStart ?? item.start) - base;
    const callEnd = (item.callEnd ?? item.end) - base;
    const made = call(code.slice(callStart, callEnd), base + callStart);
    const children: Node[] = made ? [{ ...made, field: 'call' }] : [];
    if (item.bodyStart !== undefined) {
      const body = statements(code.slice(item.bodyStart - base), item.bodyStart);
      if (body) children.push({ ...body, field: 'body' });
    } else {
      const equals = /^\s*(?:__\w+\b\s*)*=/.exec(code.slice(callEnd));
      if (equals) {
        const from = callEnd + equals[0].length;
        const end = code.trimEnd().endsWith(';') ? code.lastIndexOf(';') : code.length;
        const root = framed(code.slice(from, end), base + from, {
          prefix: 'int _[]=',
          suffix: ';',
          context: 'value',
        });
        const value = root && find(root, n => n.field === 'value');
        if (value) children.push(value);
      }
    }
    const hasError = children.some(c => c.hasError);
    return {
      ...leaf('invocation', base, base + code.length, true),
      children,
      ...(hasError ? { hasError: true as const } : {}),
    };
  };

  return { snippet, declaration, definition, invocation };
}

/** An argument on its own, masked as the argument of a call is. */
function argumentMask(code: string): Masked {
  const wrapped = maskCall(`_(${code})`);
  const notes = new Map([...wrapped.notes].map(([at, note]) => [at - 2, moved(note)] as const));
  return { code: wrapped.code.slice(2, -1), notes, unclosed: 0 };
}

function moved(note: Note): Note {
  return 'end' in note ? { ...note, end: note.end - 2 } : note;
}

/** Ends with a function's body, behind which no `;` stands. */
function endsInBody(code: string): boolean {
  const tokens = tokensOf(code, 'top');
  const last = tokens[tokens.length - 1];
  const open = last?.text === '}' ? tokens[last.partner] : undefined;
  return (
    open !== undefined &&
    last !== undefined &&
    open.context === 'top' &&
    tokens[last.partner - 1]?.text === ')'
  );
}

function closesAtEnd(code: string): boolean {
  const tokens = tokensOf(code, 'body');
  const first = tokens[0];
  return first?.text === '{' && (first.partner < 0 || first.partner === tokens.length - 1);
}

function leaf(kind: string, start: number, end: number, named: boolean): Node {
  return { kind, start, end, named, children: [] };
}

function detached(node: Node): Node {
  if (node.field === undefined) return node;
  const { field: _, ...rest } = node;
  return rest;
}

/** What is left of a piece that did not parse as asked: the nodes of the text under one ERROR. */
function broken(root: Node, base: number, length: number): Node {
  const inside: Node[] = [];
  walk(root, n => {
    if (n.start >= base && (n.end > n.start || n.missing)) {
      inside.push(detached(n));
      return false;
    }
    return true;
  });
  return { kind: 'ERROR', start: base, end: base + length, named: true, children: inside, hasError: true };
}

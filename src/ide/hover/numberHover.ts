/** Hover of a number that stands in an expression with a state word: its bits by name. */
import { child, walk, type Node } from '../../syntax/node';
import type { SourceFile } from '../../syntax/source';
import { evaluate } from '../../kernel/words/constants';
import type { FunctionFacts } from '../../kernel/functions';
import { keyOfPath, pathOf, sameKey } from '../../kernel/places';
import type { StateWord } from '../../kernel/words/words';
import { decode, decoderOf } from '../bits/decode';
import type { Token } from './hoverToken';
import type { Knowledge } from '../knowledge';

export function numberText(
  k: Knowledge,
  file: SourceFile,
  f: FunctionFacts | undefined,
  token: Token,
): string | undefined {
  const text = file.text.slice(token.start, token.end);
  const value = evaluate(text, k.names);
  const word = value === undefined ? undefined : f ? wordBeside(k, f, token) : undefined;
  if (!word || value === undefined) return undefined;
  const decoded = decode(decoderOf(k, word), value);
  const bits = decoded.bits.map(
    b => `- \`${b.name}\` (${b.number})${b.comment ? ` ${b.comment.split('\n')[0] ?? ''}` : ''}`,
  );
  return [`**\`${text}\`** as \`${word.key}\``, bits.length > 0 ? bits.join('\n') : 'No bit is set.'].join(
    '\n\n',
  );
}

/** The state word that an expression around the token reads, compares with or stores to. */
function wordBeside(k: Knowledge, f: FunctionFacts, token: Token): StateWord | undefined {
  const { text, node, locals } = f.analysis;
  const start = token.start - f.shift;
  const end = token.end - f.shift;
  let found: StateWord | undefined;
  walk(node, n => {
    if (n.start > start || n.end < end) return false;
    const beside =
      n.kind === 'binary_expression' || n.kind === 'assignment_expression'
        ? [child(n, 'left'), child(n, 'right')]
        : n.kind === 'call_expression'
          ? (child(n, 'arguments')?.children ?? [])
          : n.kind === 'init_declarator'
            ? [child(n, 'declarator'), child(n, 'value')]
            : [];
    for (const side of beside) {
      if (!side || (side.start <= start && side.end >= end)) continue;
      const word = wordIn(k, f, side);
      if (word) found = word;
    }
    return true;
  });
  return found;

  function wordIn(knowing: Knowledge, facts: FunctionFacts, root: Node): StateWord | undefined {
    let hit: StateWord | undefined;
    walk(root, n => {
      if (hit || (n.kind !== 'field_expression' && n.kind !== 'identifier')) return !hit;
      const aliases = n.kind === 'identifier' ? (locals.aliases.get(text.slice(n.start, n.end)) ?? n) : n;
      const key = keyOfPath(pathOf(text, aliases, facts.analysis.locals), knowing.types);
      hit = key === undefined ? undefined : knowing.words.find(w => sameKey(w.key, key));
      return true;
    });
    return hit;
  }
}

/** The mask of inline assembler, of which only the operands matter. */
import { type Work, put } from './maskWork';
import { type Token } from './tokens';

export const asmWords = new Set(['asm', '__asm__', '__asm', 'asm_volatile_goto', 'asm_inline']);

export const asmQualifiers = new Set(['volatile', '__volatile__', '__volatile', 'inline', 'goto']);

/** Assembler code is left as a string; what is no string in front of the operands goes. */
export function maskAsm(work: Work, i: number, t: Token): number {
  const { tokens } = work;
  let open = i + 1;
  while (asmQualifiers.has(tokens[open]?.text ?? '')) open++;
  const paren = tokens[open];
  if (paren?.text !== '(' || paren.partner < 0) return i;
  if (t.context === 'top' && i > 0) {
    // `register long x asm("rsp");`
    put(work, t.start, tokens[paren.partner]?.end ?? t.end, '');
    return paren.partner;
  }
  if (t.text.startsWith('asm_')) put(work, t.start, t.end, t.text.endsWith('goto') ? 'asm goto' : 'asm');
  let depth = 0;
  let plainStrings = true;
  let end = paren.partner;
  for (let k = open + 1; k < paren.partner; k++) {
    const s = tokens[k];
    if (!s) break;
    if (s.text === '(') depth++;
    else if (s.text === ')') depth--;
    else if (s.text === ':' && s.kind === 'sign' && depth === 0) {
      end = k;
      break;
    }
    if (s.kind !== 'string') plainStrings = false;
  }
  const first = tokens[open + 1];
  const last = tokens[end - 1];
  if (first && last && end > open + 1 && !plainStrings && last.end - first.start >= 2)
    put(work, first.start, last.end, '""');
  maskOperands(work, end, paren.partner);
  // Operands may hold types and statement expressions as other calls do; the general rules see to them.
  return end - 1;
}

/** Sections with operands that are macros go: the grammar wants `[name] "constraint" (value)`, strings and labels. */
function maskOperands(work: Work, from: number, to: number): void {
  const { tokens } = work;
  let start = from + 1;
  let section = 0;
  for (let k = from + 1; k <= to; k++) {
    const t = tokens[k];
    if (!t) return;
    if (k < to && t.kind === 'sign' && t.partner > k) k = t.partner;
    if (k < to && !(t.kind === 'sign' && t.text === ':')) continue;
    const first = tokens[start];
    const last = tokens[k - 1];
    if (first && last && k > start && !areOperands(tokens, start, k, section))
      put(work, first.start, last.end, '');
    start = k + 1;
    section++;
  }
}

function areOperands(tokens: readonly Token[], from: number, to: number, section: number): boolean {
  let expectsOperand = true;
  for (let k = from; k < to; k++) {
    const t = tokens[k];
    if (!t) return false;
    if (expectsOperand) {
      if (section === 3) return t.kind === 'word';
      if (section < 2 && t.text === '[' && t.partner > k) k = t.partner + 1;
      if (tokens[k]?.kind !== 'string') return false;
      const value = tokens[k + 1];
      if (section < 2) {
        if (value?.text !== '(' || value.partner < 0) return false;
        k = value.partner;
      }
      expectsOperand = false;
    } else {
      if (t.text !== ',') return false;
      expectsOperand = true;
    }
  }
  return !expectsOperand;
}

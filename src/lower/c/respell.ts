/**
 * Preprocessed tokens to a text that C's grammar reads in one way only. C is ambiguous where a name may be a type or a
 * value; here every name is printed as what it is: a value as `1`, a type as `int`, a name that is declared, a member, a
 * tag or a label as `x`, a literal as `1`. What the grammar lacks is printed in the shape of something that it has: typeof
 * as a struct whose bit-field holds the operand, case as a while whose condition holds the value. Attributes, qualifiers
 * and storage words are left out and remembered. Each piece leads back to its token, whose text counts afterwards.
 *
 * The scan goes from left to right with a stack of open brackets. Which names are types follows C's scopes: what a block,
 * a parameter list or a for header declares hides a typedef. Names of which nothing is known are types where only a type
 * can stand (`unknown_t *x;`, `(unknown_t)x`).
 */
import { frameOf, type Frame } from './frames';
import type { Respelled } from './respelled';
import { createScan, type Request, type Scan } from './scan';
import { addDeclarations } from './scanDeclarations';
import { addExpressions } from './scanExpressions';
import { addStatements } from './scanStatements';

/** Throws SyntaxFault where the text cannot be C. */
export function respell(request: Request): Respelled {
  const depth = request.scopes.length;
  const s = createScan(request);
  addDeclarations(s);
  addStatements(s);
  addExpressions(s);
  try {
    run(s, request);
    return s.done(request.start, s.index);
  } finally {
    request.scopes.length = depth;
  }
}

function run(s: Scan, { kind, more }: Request): void {
  const { at, text, put, insert, stack, closers } = s;
  if (kind === 'item') stack.push(frameOf('top', -1));
  else {
    insert(kind === 'block' ? 'int x ( )' : 'int x ( ) {', s.index);
    if (kind === 'block') s.enterBlock();
    else stack.push(frameOf('whole', -1));
  }
  for (;;) {
    if (s.finished) {
      if (kind !== 'item' || !more) break;
      while (text(s.index) === ';') put(';', s.index++);
      if (!more(s.index)) break;
      s.finished = false;
      stack.length = 0;
      stack.push(frameOf('top', -1));
    }
    const f = stack[stack.length - 1];
    if (!f) break;
    if (f.open >= 0 && closers[f.open] === s.index) leave(s, f);
    else if (/^[)\]}]$/.test(text(s.index)) && at(s.index).kind === 'punctuation') s.unexpected();
    else if (f.state === 'start') s.starts[f.kind](f);
    else s.states[f.state](f);
  }
  if (kind === 'expression') insert('; }', s.index);
}

/** Behind the bracket that ends a frame. */
function leave(s: Scan, f: Frame): void {
  const { put, insert, roles, records, scopes, stack, text } = s;
  if ((f.kind === 'block' || f.kind === 'record') && f.state !== 'start') s.expected(';');
  if (f.state === 'specifiers') s.implicitInt(f);
  if (f.kind === 'arguments') {
    if (f.wrapped) insert(')', s.index);
    if (f.state === 'start' && f.entry > 0) roles.set(insert('1', s.index), { kind: 'emptyArgument' });
  }
  put(text(s.index), s.index);
  s.index++;
  if (f.suffix) insert(f.suffix, s.index);
  stack.pop();
  const outer = stack[stack.length - 1];
  if (!outer) {
    s.finished = true;
    return;
  }
  switch (f.kind) {
    case 'block':
      scopes.length = f.scopes;
      if (outer.kind === 'top') s.finished = true;
      else if (outer.kind === 'block') s.beginStatement(outer);
      else outer.operand = true;
      return;
    case 'for':
    case 'condition':
      s.beginStatement(outer);
      return;
    case 'group':
    case 'list':
      if (outer.state === 'value') outer.operand = true;
      return;
    case 'type':
      if (outer.state === 'value') outer.operand = f.ends;
      return;
    case 'arguments':
      if (f.loop) s.beginStatement(outer);
      else outer.operand = true;
      return;
    case 'parameters':
      outer.state = 'named';
      outer.parameters = true;
      return;
    case 'nested':
      outer.state = 'named';
      outer.nameSeen ||= f.nameSeen;
      outer.parameters ||= f.parameters;
      return;
    case 'index':
      if (f.index === 'array') outer.state = 'named';
      else if (f.index === 'designator') outer.state = 'designator';
      else outer.operand = true;
      return;
    case 'record':
      records.set(f.record, [...(records.get(f.record) ?? []), ...s.takeAttributes()]);
      return;
    case 'enum':
      s.takeAttributes();
      return;
    case 'top':
    case 'whole':
      return;
  }
}

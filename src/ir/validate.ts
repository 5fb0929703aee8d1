/**
 * Looks for what a lowering must never hand out: indexes out of range, unknown operations. Each message names a bug of
 * ours, not of the user's C.
 */
import { operations } from './operations';
import type { Function, Instruction, Operand, Program } from './program';

/** Empty for a program that the engine can run. */
export function validateProgram(program: Program): readonly string[] {
  const messages: string[] = [];
  const within = (index: number, length: number): boolean =>
    Number.isInteger(index) && index >= 0 && index < length;
  const { sites, layouts, objects, functions } = program;

  const checkOperand = (o: Operand, f: Function | undefined, where: string): void => {
    switch (o.kind) {
      case 'register':
        if (!f || !within(o.register, f.registers)) messages.push(`${where}: no register r${o.register}`);
        break;
      case 'object':
        if (!within(o.object, objects.length)) messages.push(`${where}: no object ${o.object}`);
        break;
      case 'stack':
        if (!f || !within(o.slot, f.stack.length)) messages.push(`${where}: no stack object ${o.slot}`);
        break;
      case 'function':
        if (!within(o.function, functions.length)) messages.push(`${where}: no function ${o.function}`);
        break;
      case 'constant':
        if (
          typeof o.value === 'number' ? !Number.isSafeInteger(o.value) : Number.isSafeInteger(Number(o.value))
        )
          messages.push(`${where}: constant ${o.value} is not in canonical form`);
        break;
    }
  };

  const checkInstruction = (i: Instruction, f: Function, at: number): void => {
    const where = `${f.name}[${at}] ${i.op}`;
    if (!within(i.site, sites.length)) messages.push(`${where}: no site ${i.site}`);
    if ('to' in i && i.to !== undefined && !within(i.to, f.registers))
      messages.push(`${where}: no register r${i.to}`);
    for (const o of operandsOf(i)) checkOperand(o, f, where);
    if (i.op === 'jump' || i.op === 'branch') {
      for (const t of i.op === 'jump' ? [i.target] : [i.target, i.otherwise])
        if (!within(t, f.body.length)) messages.push(`${where}: jump to ${t} leaves the function`);
    } else if (i.op === 'call') {
      if (!within(i.function, functions.length)) messages.push(`${where}: no function ${i.function}`);
    } else if (i.op === 'allocate' || (i.op === 'unknown' && i.layout !== undefined)) {
      if (!within(i.layout ?? -1, layouts.length)) messages.push(`${where}: no layout ${i.layout}`);
    } else if (i.op === 'sync') {
      const operation = operations.get(i.name);
      if (!operation) messages.push(`${where}: no operation '${i.name}'`);
      else if (operation.arguments.length !== i.arguments.length)
        messages.push(
          `${where}: '${i.name}' takes ${operation.arguments.length} arguments, not ${i.arguments.length}`,
        );
    }
  };

  for (const l of layouts)
    for (const f of l.fields)
      if (f.offset < 0) messages.push(`layout ${l.name}: field ${f.name} before its start`);
  for (const o of objects) {
    if (!within(o.layout, layouts.length)) messages.push(`object ${o.name}: no layout ${o.layout}`);
    for (const v of o.initial) checkOperand(v.value, undefined, `object ${o.name}`);
  }
  for (const f of functions) {
    if (f.parameters > f.registers) messages.push(`${f.name}: more parameters than registers`);
    if (f.registerTypes.length !== f.registers)
      messages.push(`${f.name}: a type for each register is missing`);
    for (const s of f.stack)
      if (!within(s.layout, layouts.length)) messages.push(`${f.name}: stack object ${s.name} has no layout`);
    f.body.forEach((i, at) => {
      checkInstruction(i, f, at);
    });
    const last = f.body[f.body.length - 1];
    const ends = last && ['return', 'jump', 'branch', 'unsupported'].includes(last.op);
    if (!ends) messages.push(`${f.name}: control falls off its end`);
  }
  for (const t of program.threads) {
    if (!within(t.entry, functions.length)) messages.push(`thread ${t.name}: no function ${t.entry}`);
    if (t.task !== undefined && !within(t.task, objects.length))
      messages.push(`thread ${t.name}: no object ${t.task}`);
    if (t.repeat < 1) messages.push(`thread ${t.name}: repeat ${t.repeat} is less than 1`);
  }
  for (const f of program.init) if (!within(f, functions.length)) messages.push(`init: no function ${f}`);
  for (const f of program.finally) {
    if (!within(f.function, functions.length)) messages.push(`finally: no function ${f.function}`);
    if (!within(f.site, sites.length)) messages.push(`finally: no site ${f.site}`);
  }
  return messages;
}

/** The operands that an instruction reads. */
export function operandsOf(i: Instruction): readonly Operand[] {
  switch (i.op) {
    case 'copy':
    case 'convert':
      return [i.from];
    case 'binary':
      return [i.left, i.right];
    case 'load':
    case 'free':
      return [i.address];
    case 'store':
    case 'rmw':
      return [i.address, i.value];
    case 'cmpxchg':
      return [i.address, i.expected, i.value];
    case 'fill':
      return [i.address, i.byte, i.size];
    case 'move':
      return [i.target, i.source, i.size];
    case 'branch':
    case 'assert':
    case 'warn':
    case 'await':
      return [i.condition];
    case 'call':
    case 'sync':
      return i.arguments;
    case 'callPointer':
      return [i.target, ...i.arguments];
    case 'return':
      return i.value ? [i.value] : [];
    case 'allocate':
      return [i.size];
    case 'jump':
    case 'atomic':
    case 'choose':
    case 'unknown':
    case 'unsupported':
      return [];
  }
}

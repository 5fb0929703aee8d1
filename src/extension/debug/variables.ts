/** What the debugger lists of a moment: objects with their fields, words with their bits, and what a thread is about. */
import { cellText } from '../cellText';
import type { ViewMoment } from './moment';
import type { ViewCell, ViewStatus, ViewTrace } from '../../protocol/view';
import type { Translate } from './stage';

export interface Shown {
  readonly name: string;
  readonly value: string;
  readonly type?: string;
  /** What a data breakpoint on it watches. */
  readonly data?: { readonly cell: number; readonly bit?: string };
  /** C that a watch can be made of. */
  readonly expression?: string;
  readonly children: readonly Shown[];
}

const types: Readonly<Record<ViewCell['holds'], string>> = {
  pointer: 'pointer',
  function: 'function pointer',
  word: 'state word',
  lock: 'lock',
  boolean: 'bool',
  number: 'number',
};

/** All cells, those of one object under it. */
export function cellsShown(trace: ViewTrace, moment: ViewMoment): readonly Shown[] {
  const groups = new Map<string, Shown[]>();
  trace.cells.forEach((cell, index) => {
    const { object, field } = split(cell.name);
    const group = groups.get(object) ?? [];
    groups.set(object, group);
    group.push(cellShown(trace, moment, index, field || object));
  });
  return [...groups].map(([object, fields]): Shown => {
    const [first] = fields;
    if (fields.length === 1 && first && first.name === object) return first;
    return {
      name: object,
      value: fields
        .filter(field => field.type === types.word)
        .concat(fields.filter(field => field.type !== types.word))
        .slice(0, 3)
        .map(field => `${field.name} = ${field.value}`)
        .join(', ')
        .concat(fields.length > 3 ? ', …' : ''),
      children: fields,
    };
  });
}

/** What the last step changed. */
export function changesShown(trace: ViewTrace, moment: ViewMoment, position: number): readonly Shown[] {
  return (trace.steps[position - 1]?.changes ?? []).map(change => {
    const shown = cellShown(trace, moment, change.cell, trace.cells[change.cell]?.name ?? '');
    return { ...shown, value: `${change.before} → ${change.after}` };
  });
}

/** Context, CPU, locks, reader and what is waited for. */
export function threadShown(
  trace: ViewTrace,
  moment: ViewMoment,
  thread: number,
  t: Translate,
): readonly Shown[] {
  const { context, cpu } = trace.threads[thread] ?? { context: '', cpu: 0 };
  const status = moment.threads[thread];
  const lines: readonly (readonly [string, string | undefined])[] = [
    [t('context'), t('{0} on CPU {1}', context, cpu)],
    [t('state'), status && stateWord(status.state, t)],
    [t('RCU reader'), status?.reader ?? t('no')],
    [t('holds locks'), status?.holds.length ? status.holds.join(', ') : t('none')],
    [t('waits for'), status?.waitsFor],
    [t('grace period waits for'), status?.gracePeriod?.join(', ')],
  ];
  return lines.flatMap(([name, value]): Shown[] =>
    value === undefined ? [] : [{ name, value, children: [] }],
  );
}

function stateWord(state: ViewStatus['state'], t: Translate): string {
  const words: Readonly<Record<ViewStatus['state'], string>> = {
    'not-started': t('not started'),
    running: t('under way'),
    blocked: t('waits'),
    done: t('done'),
  };
  return words[state];
}

/** The cell that a C expression names: `napi.state`, `n->state` by its last part if only one cell has it. */
export function cellNamed(trace: ViewTrace, expression: string): number | undefined {
  const name = expression
    .trim()
    .replaceAll('->', '.')
    .replace(/^[&*(\s]+|[)\s]+$/g, '');
  const exact = trace.cells.findIndex(cell => cell.name.replaceAll('->', '.') === name);
  if (exact >= 0) return exact;
  const field = /\.\w+$/.exec(name)?.[0];
  if (field === undefined) return undefined;
  const same = trace.cells.flatMap((cell, index) =>
    cell.name.replaceAll('->', '.').endsWith(field) ? [index] : [],
  );
  return same.length === 1 ? same[0] : undefined;
}

export function cellShown(trace: ViewTrace, moment: ViewMoment, index: number, name: string): Shown {
  const cell = trace.cells[index];
  const value = moment.values[index];
  const number = value?.number === undefined ? undefined : BigInt(value.number);
  const bits = number === undefined ? [] : (cell?.bits ?? []);
  return {
    name,
    value: cellText(cell, value) ?? 'unknown',
    ...(cell ? { type: types[cell.holds], expression: cell.name } : {}),
    data: { cell: index },
    children: bits.map(bit => ({
      name: bit.name,
      value: (((number ?? 0n) >> BigInt(bit.number)) & 1n) === 1n ? '1' : '0',
      type: `bit ${String(bit.number)}`,
      data: { cell: index, bit: bit.name },
      children: [],
    })),
  };
}

/** `dev.qdisc.state` belongs to `dev`; an element of an array to its array's object. */
function split(name: string): { readonly object: string; readonly field: string } {
  const at = /[.[]|->/.exec(name)?.index;
  if (at === undefined) return { object: name, field: '' };
  return { object: name.slice(0, at), field: name.slice(at).replace(/^(\.|->)/, '') };
}

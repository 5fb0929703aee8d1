/**
 * "This thread is here": where every thread of the replayed schedule stands at the current step, in all visible editors,
 * with the lane's colour and the thread's name at the line's end. The thread that just moved has its line tinted as well.
 */
import * as vscode from 'vscode';
import type { ViewPlace, ViewTrace } from '../protocol/view';
import { cellText } from './cellText';
import { toPath } from './paths';
import { setting } from './settings';

export interface Marks extends vscode.Disposable {
  /** Shows the threads as they stand after `position` steps; without a trace, nothing. */
  show(trace: ViewTrace | undefined, position: number): void;
}

interface Mark {
  readonly thread: number;
  readonly place: ViewPlace;
  readonly text: string;
  readonly hover: string;
  readonly moved: boolean;
}

const colours = 8;

export function createMarks(): Marks {
  const types = new Map<string, vscode.TextEditorDecorationType>();
  /** As the debugger shows values. */
  const valueType = vscode.window.createTextEditorDecorationType({
    after: {
      color: new vscode.ThemeColor('editor.inlineValuesForeground'),
      backgroundColor: new vscode.ThemeColor('editor.inlineValuesBackground'),
      margin: '0 0 0 2em',
    },
  });
  let marks: readonly Mark[] = [];
  let values: readonly LineValues[] = [];

  function typeOf(thread: number, moved: boolean): vscode.TextEditorDecorationType {
    const number = (thread % colours) + 1;
    const key = `${String(number)} ${String(moved)}`;
    const colour = new vscode.ThemeColor(`racelens.thread${String(number)}`);
    const made =
      types.get(key) ??
      vscode.window.createTextEditorDecorationType({
        isWholeLine: true,
        borderColor: colour,
        borderStyle: 'solid',
        borderWidth: '0 0 0 4px',
        overviewRulerColor: colour,
        overviewRulerLane: vscode.OverviewRulerLane.Full,
        ...(moved ? { backgroundColor: new vscode.ThemeColor('racelens.currentStep') } : {}),
        after: { color: colour, margin: '0 0 0 2em', fontWeight: moved ? 'bold' : 'normal' },
      });
    types.set(key, made);
    return made;
  }

  const valuesAt = ({ path, start }: ViewPlace): readonly string[] =>
    values.filter(one => one.path === path && one.line === start.line).map(one => one.text.trim());
  const markedAt = (path: string, line: number): boolean =>
    marks.some(mark => mark.place.path === path && mark.place.start.line === line);

  function draw(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const path = toPath(editor.document.uri);
      const byType = new Map<vscode.TextEditorDecorationType, vscode.DecorationOptions[]>();
      for (const type of types.values()) byType.set(type, []);
      for (const mark of marks) {
        if (mark.place.path !== path || mark.place.start.line >= editor.document.lineCount) continue;
        const type = typeOf(mark.thread, mark.moved);
        const list = byType.get(type) ?? [];
        byType.set(type, list);
        list.push({
          range: editor.document.lineAt(mark.place.start.line).range,
          hoverMessage: mark.hover,
          // The thread's name comes first, and is not pushed out of sight by values.
          renderOptions: { after: { contentText: [mark.text, ...valuesAt(mark.place)].join('   ') } },
        });
      }
      for (const [type, options] of byType) editor.setDecorations(type, options);
      editor.setDecorations(
        valueType,
        values.flatMap(({ path: of, line, text }): vscode.DecorationOptions[] => {
          if (of !== path || line >= editor.document.lineCount || markedAt(of, line)) return [];
          const { end } = editor.document.lineAt(line).range;
          return [{ range: new vscode.Range(end, end), renderOptions: { after: { contentText: text } } }];
        }),
      );
    }
  }

  const listener = vscode.window.onDidChangeVisibleTextEditors(draw);
  return {
    show(trace, at) {
      marks = trace ? marksOf(trace, at) : [];
      values = trace && setting('replay.values') ? valuesOf(trace, at) : [];
      draw();
    },
    dispose() {
      vscode.Disposable.from(listener, valueType, ...types.values()).dispose();
    },
  };
}

interface LineValues {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** So many values stand behind a line. */
const mostValues = 3;

/**
 * What the shared state holds that a line reads or writes, in the functions in which threads now are: the schedule's own steps
 * say which line touches what.
 */
function valuesOf(trace: ViewTrace, position: number): readonly LineValues[] {
  const moment = trace.moments[position];
  const moved = trace.steps[position - 1];
  const inside = new Set<string>();
  for (const frames of [moved?.frames, ...(moment?.threads ?? []).map(status => status.frames)]) {
    const last = frames?.at(-1);
    if (last) inside.add(`${last.place.path} ${last.function}`);
  }
  const touched = new Map<
    string,
    { readonly path: string; readonly line: number; readonly cells: Set<number> }
  >();
  for (const { place, frames, reads, changes } of trace.steps) {
    const last = frames.at(-1);
    if (!last || !inside.has(`${last.place.path} ${last.function}`)) continue;
    const line = place.start.line;
    const key = `${place.path} ${String(line)}`;
    const there = touched.get(key) ?? { path: place.path, line, cells: new Set<number>() };
    touched.set(key, there);
    for (const { cell } of [...reads, ...changes]) there.cells.add(cell);
  }
  return [...touched.values()].flatMap(({ path, line, cells }): LineValues[] => {
    const parts = [...cells].slice(0, mostValues).flatMap(index => {
      const cell = trace.cells[index];
      const text = cellText(cell, moment?.values[index]);
      return cell && text !== undefined ? [`${cell.name} = ${text}`] : [];
    });
    return parts.length ? [{ path, line, text: ` ${parts.join(', ')} ` }] : [];
  });
}

/** One mark per thread that is somewhere. */
function marksOf(trace: ViewTrace, position: number): readonly Mark[] {
  const statuses = trace.moments[position]?.threads ?? [];
  const moved = trace.steps[position - 1];
  return trace.threads.flatMap((thread, index): Mark[] => {
    const status = statuses[index];
    const isMoved = moved?.thread === index;
    const place = isMoved ? moved.place : status?.frames.at(-1)?.place;
    if (!status || !place || (status.state === 'done' && !isMoved)) return [];
    const doing =
      status.state === 'blocked'
        ? vscode.l10n.t('waits')
        : status.state === 'done'
          ? vscode.l10n.t('done')
          : status.state === 'not-started'
            ? vscode.l10n.t('not started')
            : undefined;
    const facts = [
      ...(status.reader === undefined ? [] : [vscode.l10n.t('RCU reader by {0}', status.reader)]),
      ...(status.holds.length ? [vscode.l10n.t('holds {0}', status.holds.join(', '))] : []),
      ...(status.waitsFor === undefined ? [] : [vscode.l10n.t('waits for {0}', status.waitsFor)]),
    ];
    return [
      {
        thread: index,
        place,
        moved: isMoved,
        text: [`${isMoved ? '◀' : '◁'} ${thread.name}`, ...(doing === undefined ? [] : [doing])].join(' · '),
        hover: [
          vscode.l10n.t(
            'Thread {0} ({1}, CPU {2}) is here after step {3}',
            thread.name,
            thread.context,
            thread.cpu,
            position,
          ),
          ...facts,
        ].join(' · '),
      },
    ];
  });
}

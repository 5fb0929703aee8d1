/**
 * Draws regions and accesses into the editor. A region is a thin bar in the indentation of its lines, one column per level
 * of nesting; kinds differ in line style as well as in colour. An access is a fine line below the expression.
 */
import * as vscode from 'vscode';
import type { DecorationData } from '../host/methods';
import type { DecorationKind } from '../ide/decorations';
import { isC, markdown, openPaths, range } from './convert';
import type { Deepening } from './deepening';
import type { Log } from './log';
import { toPath } from './paths';
import { setting, type Settings } from './settings';
import { inSlices } from './slices';
import type { Workers } from './workers';

interface Look {
  readonly setting: keyof Settings;
  readonly colour: string;
  readonly style: 'solid' | 'dashed' | 'dotted' | 'double';
  /** Bar in the indentation (whole lines), or line below the expression. */
  readonly shape: 'bar' | 'line';
  /** Write the label behind the first line: where the code itself does not say it. */
  readonly labelled?: true;
}

const looks: Readonly<Record<DecorationKind, Look>> = {
  'rcu-reader': { setting: 'decorations.rcu', colour: 'rcuReader', style: 'solid', shape: 'bar' },
  'rcu-reader-implicit': {
    setting: 'decorations.rcu',
    colour: 'rcuReader',
    style: 'dashed',
    shape: 'bar',
    labelled: true,
  },
  lock: { setting: 'decorations.locks', colour: 'lock', style: 'solid', shape: 'bar' },
  'lock-of-callers': {
    setting: 'decorations.locks',
    colour: 'lock',
    style: 'dashed',
    shape: 'bar',
    labelled: true,
  },
  'conditional-lock': {
    setting: 'decorations.locks',
    colour: 'lock',
    style: 'dotted',
    shape: 'bar',
    labelled: true,
  },
  'bh-off': { setting: 'decorations.interrupts', colour: 'interruptsOff', style: 'solid', shape: 'bar' },
  'irq-off': { setting: 'decorations.interrupts', colour: 'interruptsOff', style: 'double', shape: 'bar' },
  'preempt-off': {
    setting: 'decorations.interrupts',
    colour: 'interruptsOff',
    style: 'dashed',
    shape: 'bar',
  },
  unbalanced: {
    setting: 'decorations.locks',
    colour: 'verdictUnknown',
    style: 'dotted',
    shape: 'line',
    labelled: true,
  },
  'bit-set': { setting: 'decorations.accesses', colour: 'stateWord', style: 'solid', shape: 'line' },
  'bit-clear': { setting: 'decorations.accesses', colour: 'stateWord', style: 'dashed', shape: 'line' },
  'bit-test': { setting: 'decorations.accesses', colour: 'stateWord', style: 'dotted', shape: 'line' },
  'bit-wait': { setting: 'decorations.accesses', colour: 'stateWord', style: 'double', shape: 'line' },
  'bit-rmw': { setting: 'decorations.accesses', colour: 'stateWord', style: 'solid', shape: 'line' },
  'pointer-publish': { setting: 'decorations.accesses', colour: 'rcuReader', style: 'solid', shape: 'line' },
  'pointer-unpublish': {
    setting: 'decorations.accesses',
    colour: 'rcuReader',
    style: 'dashed',
    shape: 'line',
  },
  'pointer-read': { setting: 'decorations.accesses', colour: 'rcuReader', style: 'dotted', shape: 'line' },
  'grace-period': { setting: 'decorations.accesses', colour: 'gracePeriod', style: 'double', shape: 'line' },
};

/** Time without typing after which a file is looked at again, in milliseconds. */
const rest = 250;

/** Bars stand so many pixels apart; deeper nesting than this shares the last column. */
const columns = { distance: 5, most: 6 };

export function createRegions(workers: Workers, deepening: Deepening, log: Log): vscode.Disposable {
  const types = new Map<string, vscode.TextEditorDecorationType>();
  const shown = new Map<vscode.TextEditor, ReadonlySet<string>>();
  const asked = new WeakMap<vscode.TextEditor, vscode.CancellationTokenSource>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();

  function typeOf(
    kind: DecorationKind,
    depth: number,
    ruler: boolean,
  ): readonly [string, vscode.TextEditorDecorationType] {
    const key = `${kind} ${String(depth)} ${String(ruler)}`;
    const made =
      types.get(key) ?? vscode.window.createTextEditorDecorationType(appearance(looks[kind], depth, ruler));
    types.set(key, made);
    return [key, made];
  }

  async function draw(editor: vscode.TextEditor): Promise<void> {
    const { document } = editor;
    if (!isC(document)) return;
    const { version } = document;
    const path = toPath(document.uri);
    const question = new vscode.CancellationTokenSource();
    asked.get(editor)?.cancel();
    asked.set(editor, question);
    const isStale = (): boolean =>
      document.version !== version || document.isClosed || question.token.isCancellationRequested;
    const found = await log.guard(vscode.l10n.t('marking regions'), undefined, () =>
      workers.ask('decorations', { path, open: openPaths() }, question.token),
    );
    if (!found || isStale()) return;
    const byType = new Map<string, vscode.DecorationOptions[]>();
    const ruler = setting('decorations.overviewRuler');
    const labels = setting('decorations.labels');
    const wanted = found.filter(one => setting(looks[one.kind].setting) === true);
    const whole = await inSlices(wanted, isStale, one => {
      const [key] = typeOf(one.kind, looks[one.kind].shape === 'bar' ? one.depth : 0, one.ruler && ruler);
      const list = byType.get(key) ?? [];
      byType.set(key, list);
      list.push(...optionsOf(one, document, labels));
    });
    if (!whole) return;
    // The new marks of a kind replace the old ones in one go, so that nothing flickers.
    const old = [...(shown.get(editor) ?? [])].filter(key => !byType.has(key));
    shown.set(editor, new Set([...byType.keys(), ...old]));
    const ready = [...byType, ...old.map(key => [key, []] as const)];
    const all = await inSlices(ready, isStale, ([key, options]) => {
      const type = types.get(key);
      if (type) editor.setDecorations(type, options);
    });
    if (all) shown.set(editor, new Set(byType.keys()));
  }

  function drawSoon(document: vscode.TextDocument, wait: number): void {
    const key = document.uri.toString();
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(() => {
        timers.delete(key);
        for (const editor of vscode.window.visibleTextEditors)
          if (editor.document === document) void draw(editor);
      }, wait),
    );
  }

  function drawAll(): void {
    for (const editor of shown.keys())
      if (!vscode.window.visibleTextEditors.includes(editor)) shown.delete(editor);
    for (const editor of vscode.window.visibleTextEditors)
      if (isC(editor.document)) drawSoon(editor.document, 30);
  }

  drawAll();
  const listeners = [
    vscode.window.onDidChangeVisibleTextEditors(drawAll),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length && isC(document)) drawSoon(document, rest);
    }),
    // What is known of other files (who defines a macro, which function runs in softirq) shows here as well.
    vscode.workspace.onDidOpenTextDocument(document => {
      if (isC(document)) drawAll();
    }),
    vscode.workspace.onDidChangeConfiguration(event => {
      if (event.affectsConfiguration('racelens.decorations')) drawAll();
    }),
    workers.onDidChangeFiles(drawAll),
    workers.onDidImprove(drawAll),
    deepening.onDidDeepen(drawAll),
  ];
  return {
    dispose() {
      vscode.Disposable.from(...listeners, ...types.values()).dispose();
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}

function appearance(look: Look, depth: number, ruler: boolean): vscode.DecorationRenderOptions {
  const colour = new vscode.ThemeColor(`racelens.${look.colour}`);
  const common = {
    borderColor: colour,
    borderStyle: look.style,
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    ...(ruler ? { overviewRulerColor: colour, overviewRulerLane: vscode.OverviewRulerLane.Left } : {}),
  };
  if (look.shape === 'line')
    return { ...common, borderWidth: `0 0 ${look.style === 'double' ? '3px' : '1px'} 0` };
  // VS Code puts the value into its style sheet as it is, which lets each level of nesting have a column of its own.
  const left = Math.min(depth, columns.most) * columns.distance;
  const width = look.style === 'double' ? 4 : 2;
  return {
    ...common,
    isWholeLine: true,
    borderWidth: `0 0 0 ${String(width)}px; margin-left: ${String(left)}px`,
  };
}

function optionsOf(
  data: DecorationData,
  document: vscode.TextDocument,
  labels: boolean,
): readonly vscode.DecorationOptions[] {
  const look = looks[data.kind];
  const whole = range(data.place);
  const hoverMessage = markdown(data.hover || data.label);
  const after =
    (look.labelled ?? data.written) && data.label && labels
      ? {
          renderOptions: {
            after: {
              contentText: data.label,
              color: new vscode.ThemeColor('editorCodeLens.foreground'),
              margin: '0 0 0 2em',
              fontStyle: 'italic',
            },
          },
        }
      : {};
  if (look.shape === 'line') {
    if (!('renderOptions' in after)) return [{ range: whole, hoverMessage }];
    // The words go behind the line, not into it.
    const { end } = document.lineAt(Math.min(whole.end.line, document.lineCount - 1)).range;
    return [
      { range: whole, hoverMessage },
      { range: new vscode.Range(end, end), ...after },
    ];
  }
  // The hover of a section belongs to its first and last line; in between it would be in the way of all others.
  const { start, end } = whole;
  const first = document.lineAt(start.line).range;
  const options: vscode.DecorationOptions[] = [
    { range: new vscode.Range(start, first.end), hoverMessage, ...after },
  ];
  if (end.line > start.line + 1)
    options.push({ range: new vscode.Range(start.line + 1, 0, end.line - 1, 0) });
  if (end.line > start.line)
    options.push({ range: new vscode.Range(end.line, 0, end.line, end.character), hoverMessage });
  return options;
}

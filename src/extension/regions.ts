/**
 * Draws regions and accesses into the editor. A region is a thin bar in the indentation of its lines, one column per level
 * of nesting; kinds differ in line style as well as in colour. An access is a fine line below the expression.
 */
import * as vscode from 'vscode';
import { decorationPage, type DecorationData } from '../host/methods';
import type { DecorationKind } from '../ide/decorations';
import { isC, markdown, openPaths, range, selector } from './convert';
import type { Deepening } from './deepening';
import type { Log } from './log';
import { toPath } from './paths';
import { settingsNow, type Settings } from './settings';
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
  sequence: { setting: 'decorations.locks', colour: 'lock', style: 'double', shape: 'bar' },
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
  const labelType = vscode.window.createTextEditorDecorationType({
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    after: {
      color: new vscode.ThemeColor('editorCodeLens.foreground'),
      margin: '0 0 0 2em',
      fontStyle: 'italic',
    },
  });
  /** What is drawn, for hovers: VS Code takes in thousands of ranges at once, but not thousands of texts. */
  const explained = new WeakMap<
    vscode.TextDocument,
    { readonly version: number; readonly marks: readonly DecorationData[] }
  >();
  const shown = new Map<vscode.TextEditor, ReadonlySet<string>>();
  const asked = new WeakMap<vscode.TextEditor, vscode.CancellationTokenSource>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();

  /** The key of the editor's type for such a mark. */
  function typeOf(kind: DecorationKind, depth: number, ruler: boolean): string {
    const key = `${kind} ${String(depth)} ${String(ruler)}`;
    if (!types.has(key))
      types.set(key, vscode.window.createTextEditorDecorationType(appearance(looks[kind], depth, ruler)));
    return key;
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
    const found = await log.guard(vscode.l10n.t('marking regions'), undefined, async () => {
      const all: DecorationData[] = [];
      for (let full = true; full && !isStale();) {
        const page = await workers.ask(
          'decorations',
          { path, open: openPaths(), from: all.length },
          question.token,
        );
        all.push(...page);
        full = page.length === decorationPage;
      }
      return all;
    });
    if (!found || isStale()) return;
    const now = settingsNow();
    const ruler = now('decorations.overviewRuler');
    const written = now('decorations.labels');
    const wanted: DecorationData[] = [];
    const byType = new Map<string, vscode.Range[]>();
    const labels: vscode.DecorationOptions[] = [];
    const whole = await inSlices(found, isStale, one => {
      const look = looks[one.kind];
      if (now(look.setting) !== true) return;
      wanted.push(one);
      const key = typeOf(one.kind, look.shape === 'bar' ? one.depth : 0, one.ruler && ruler);
      const list = byType.get(key) ?? [];
      byType.set(key, list);
      list.push(...rangesOf(one, document));
      if (written && one.label !== '' && (look.labelled ?? one.written)) labels.push(labelOf(one, document));
    });
    if (!whole) return;
    explained.set(document, { version, marks: wanted });
    // The new marks of a kind replace the old ones in one go, so that nothing flickers.
    const old = [...(shown.get(editor) ?? [])].filter(key => !byType.has(key));
    shown.set(editor, new Set([...byType.keys(), ...old]));
    const ready = [...byType, ...old.map(key => [key, []] as const)];
    const all = await inSlices(
      ready,
      isStale,
      ([key, ranges]) => {
        const type = types.get(key);
        if (type) editor.setDecorations(type, ranges);
      },
      1,
    );
    if (!all) return;
    editor.setDecorations(labelType, labels);
    shown.set(editor, new Set(byType.keys()));
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
    labelType,
    vscode.languages.registerHoverProvider(selector, {
      provideHover(document, position) {
        const known = explained.get(document);
        if (known?.version !== document.version) return undefined;
        // The hover on a bit says all of that, and more.
        const repeats = settingsNow()('hover.enabled');
        const texts = known.marks
          .filter(mark => isAt(mark, position) && !(repeats && mark.kind.startsWith('bit-')))
          .map(mark => mark.hover || mark.label);
        return texts.length === 0 ? undefined : new vscode.Hover([...new Set(texts)].map(markdown));
      },
    }),
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

function rangesOf(data: DecorationData, document: vscode.TextDocument): readonly vscode.Range[] {
  const whole = range(data.place);
  if (looks[data.kind].shape === 'line') return [whole];
  // In three parts, of which an edit inside moves the right ones.
  const { start, end } = whole;
  const ranges = [new vscode.Range(start, document.lineAt(start.line).range.end)];
  if (end.line > start.line + 1) ranges.push(new vscode.Range(start.line + 1, 0, end.line - 1, 0));
  if (end.line > start.line) ranges.push(new vscode.Range(end.line, 0, end.line, end.character));
  return ranges;
}

/** What is written behind the first line of a section, or behind the line of anything else. */
function labelOf(
  { kind, place, label }: DecorationData,
  document: vscode.TextDocument,
): vscode.DecorationOptions {
  const line = looks[kind].shape === 'bar' ? place.start.line : place.end.line;
  const { end } = document.lineAt(Math.min(line, document.lineCount - 1)).range;
  return { range: new vscode.Range(end, end), renderOptions: { after: { contentText: label } } };
}

/** The hover of a section belongs to its first and last line; in between it would be in the way of all others. */
function isAt({ kind, place }: DecorationData, position: vscode.Position): boolean {
  const whole = range(place);
  if (!whole.contains(position)) return false;
  return (
    looks[kind].shape === 'line' || position.line === whole.start.line || position.line === whole.end.line
  );
}

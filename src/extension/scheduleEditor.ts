/**
 * `.race-schedule` files open in the replay panel. The schedule is checked against the present source: where that has
 * changed, its steps are found again in it as far as they go, and it is said what no longer fits.
 */
import * as vscode from 'vscode';
import { hashOfText, parseScheduleFile, type ScheduleFile } from '../ide/scheduleFile';
import type { Told, ViewComparison } from '../protocol/examined';
import type { Log } from './log';
import type { Panels } from './panel';
import { nameOf, toPath, toUri } from './paths';
import { currentText } from './saving';
import type { Session } from './session';
import type { Simulation } from './simulate';
import type { Workers } from './workers';

export const scheduleEditorType = 'racelens.schedule';

export interface ScheduleEditorInput {
  readonly workers: Workers;
  readonly session: Session;
  readonly simulation: Simulation;
  readonly panels: Panels;
  readonly log: Log;
}

export function registerScheduleEditor(input: ScheduleEditorInput): vscode.Disposable {
  const { panels, log } = input;
  /** One run at a time: another one would end it. */
  let last: Promise<unknown> = Promise.resolve();
  return vscode.window.registerCustomEditorProvider(
    scheduleEditorType,
    {
      resolveCustomTextEditor(document, webview) {
        const file = parseScheduleFile(document.getText());
        if ('problem' in file) {
          webview.webview.html = plainPage(nameOf(document.uri), file.problem);
          return;
        }
        const folder = toPath(vscode.Uri.joinPath(document.uri, '..'));
        const harness = toUri(joined(folder, file.harness));
        panels.adopt(webview, harness);
        last = last.then(() =>
          log.guard(vscode.l10n.t('opening a schedule'), undefined, () => open(file, folder, harness, input)),
        );
      },
    },
    { supportsMultipleEditorsPerDocument: false },
  );
}

/** Runs the schedule on the present texts, or what of it still fits. */
async function open(
  file: ScheduleFile,
  folder: string,
  harness: vscode.Uri,
  { workers, session, simulation }: ScheduleEditorInput,
): Promise<void> {
  const changed: string[] = [];
  for (const [path, hash] of Object.entries(file.files)) {
    const text = await currentText(joined(folder, path));
    if (text === undefined || hashOfText(text) !== hash) changed.push(path.slice(path.lastIndexOf('/') + 1));
  }
  const { schedule, step, verdict } = file;
  const since = changed.length
    ? [vscode.l10n.t('{0} has changed since the schedule was saved', changed.join(', '))]
    : [];
  const ends = (kind: string): readonly string[] =>
    verdict === '' || kind === verdict
      ? []
      : [vscode.l10n.t('it ended in {0} then, and ends in {1} now', verdict, kind)];
  const run = async (now: string, note: (kind: string) => readonly string[]): Promise<void> => {
    const done = await simulation.run({ harness, schedule: now, step });
    const view = session.of(harness)?.run?.view;
    if (!done || !view) return;
    const kind = view.verdict.reason === 'bound' ? 'holds' : view.verdict.kind;
    session.setNote(note(kind).join('; ') || undefined, harness);
  };
  await run(schedule, kind => [...since, ...ends(kind)]);
  const { reason } = session.of(harness)?.run?.view.verdict ?? {};
  if (reason !== 'input' || file.steps.length === 0) return;
  // Another program: the steps are looked for in it one by one.
  const found: Told<ViewComparison> = await workers.run(
    'compare',
    { harness: toPath(harness), title: vscode.l10n.t('the present text'), steps: file.steps },
    {},
  );
  if ('cannotTell' in found) {
    session.setNote([...since, found.cannotTell].join('; '), harness);
    return;
  }
  await run(found.schedule, kind => [
    ...since,
    found.why === ''
      ? vscode.l10n.t('all its steps are still there')
      : vscode.l10n.t('it fits for {0} of {1} steps; {2}', found.partsAt, file.steps.length, found.why),
    ...ends(kind),
  ]);
}

function joined(folder: string, path: string): string {
  const parts = folder.split('/');
  for (const part of path.split('/'))
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  return parts.join('/');
}

/** A page that says what is wrong with a file. */
function plainPage(name: string, problem: string): string {
  const escaped = (text: string): string => text.replace(/[&<>"]/g, c => `&#${String(c.charCodeAt(0))};`);
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<title>${escaped(name)}</title>
</head>
<body><main><h1>${escaped(name)}</h1><p>${escaped(problem)}</p></main></body>
</html>`;
}

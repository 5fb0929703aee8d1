/** What a reader takes along of a panel: pictures and texts, and the schedule as a file that opens in the panel again. */
import * as vscode from 'vscode';
import { exported } from '../ide/exports';
import { filesOfSchedule, hashOfText, keptSteps, printScheduleFile, relativePath } from '../ide/scheduleFile';
import type { FromPanel, SaveFormat } from '../protocol/panel';
import { nameOf, toPath, toUri } from './paths';
import type { HarnessSession } from './session';

type Save = Extract<FromPanel, { type: 'save' }>;

interface Format {
  readonly extension: string;
  readonly label: string;
}

function formatOf(format: SaveFormat): Format {
  return {
    svg: { extension: 'svg', label: 'SVG' },
    png: { extension: 'png', label: 'PNG' },
    mermaid: { extension: 'mmd', label: 'Mermaid' },
    json: { extension: 'json', label: 'JSON' },
    schedule: { extension: 'race-schedule', label: vscode.l10n.t('Schedule') },
    transcript: { extension: 'txt', label: vscode.l10n.t('Text') },
  }[format];
}

/** Mermaid and JSON are made here; anything else by the page. */
export function textOf(what: string, shown: HarnessSession | undefined): string | undefined {
  if (what !== 'mermaid' && what !== 'json') return undefined;
  const { run, trace, play } = shown ?? {};
  if (!run || !trace) return undefined;
  const played = play && !('cannotTell' in play) ? play : undefined;
  const schedule = played ? played.schedule : run.view.schedule;
  return exported[what]({
    title: nameOf(run.harness),
    harness: run.view.harness,
    trace,
    verdict: played?.ended ?? (played ? undecided : run.view.verdict),
    ...(schedule === undefined ? {} : { schedule }),
  });
}

const undecided = { outcome: 'holds', kind: 'undecided', message: 'the run goes on' } as const;

/** Asks where to, and writes; gives back what to tell the reader, nothing if they left it. */
export async function save(
  { format, content }: Save,
  shown: HarnessSession | undefined,
): Promise<string | undefined> {
  if (!shown?.run) return undefined;
  const { extension, label } = formatOf(format);
  const folder = vscode.Uri.joinPath(shown.harness, '..');
  const name = nameOf(shown.harness).replace(/(\.race)?\.c$/, '');
  const uri = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(
      shown.harness.scheme === 'untitled' ? (vscode.workspace.workspaceFolders?.[0]?.uri ?? folder) : folder,
      `${name}.${extension}`,
    ),
    filters: { [label]: [extension] },
    title: vscode.l10n.t('Save as {0}', label),
  });
  if (!uri) return undefined;
  const bytes = await bytesOf(format, content, shown, uri);
  if (!bytes) return vscode.l10n.t('There is nothing to save.');
  await vscode.workspace.fs.writeFile(uri, bytes);
  return vscode.l10n.t('Saved as {0}', nameOf(uri));
}

async function bytesOf(
  format: SaveFormat,
  content: string | undefined,
  shown: HarnessSession,
  uri: vscode.Uri,
): Promise<Uint8Array | undefined> {
  if (format === 'png') {
    const data = /^data:image\/png;base64,([A-Za-z0-9+/=]+)$/.exec(content ?? '')?.[1];
    return data === undefined ? undefined : Uint8Array.from(atob(data), c => c.charCodeAt(0));
  }
  const text = format === 'schedule' ? await scheduleText(shown, uri) : (textOf(format, shown) ?? content);
  return text === undefined ? undefined : new TextEncoder().encode(text);
}

/** The schedule on show with what is needed to check it again. */
async function scheduleText(shown: HarnessSession, uri: vscode.Uri): Promise<string | undefined> {
  const { run, trace, play, step } = shown;
  const played = play && !('cannotTell' in play) ? play : undefined;
  const schedule = played ? played.schedule : run?.view.schedule;
  if (!run || !trace || schedule === undefined) return undefined;
  const folder = toPath(vscode.Uri.joinPath(uri, '..'));
  const files = await Promise.all(
    filesOfSchedule(run.view, trace).map(async path => {
      const text = await currentText(path);
      return text === undefined ? [] : [[relativePath(folder, path), hashOfText(text)] as const];
    }),
  );
  return printScheduleFile({
    harness: relativePath(folder, run.view.harness),
    schedule,
    step,
    verdict: (played?.ended ?? run.view.verdict).kind,
    files: Object.fromEntries(files.flat()),
    steps: keptSteps(trace),
  });
}

/** The text of a file as the engine sees it: of a document with changes, else of the disk. */
export async function currentText(path: string): Promise<string | undefined> {
  const uri = toUri(path);
  const open = vscode.workspace.textDocuments.find(document => document.uri.toString() === uri.toString());
  if (open && (open.isDirty || open.isUntitled)) return open.getText();
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return undefined;
  }
}

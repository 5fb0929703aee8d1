/**
 * Puts the parts together. Activation registers and returns: workers, grammar and panel come when they are needed. What
 * differs by host is handed in.
 */
import * as vscode from 'vscode';
import { createActions } from './actions';
import { createBitSites } from './bitSites';
import { createConcurrencyView } from './concurrencyView';
import { registerCommands, restore, type HostKind } from './commands';
import { openNamed } from './demo';
import { createDecode } from './decode';
import { registerDebugger } from './debug/register';
import { createDeepening } from './deepening';
import { createDiagnostics } from './diagnostics';
import { createHovers } from './hovers';
import { createIndexStatus } from './indexStatus';
import { createInlayHints } from './inlayHints';
import { createLenses } from './lenses';
import { createLog } from './log';
import { createMarks } from './marks';
import { createPanel } from './panel';
import { createRegions } from './regions';
import { createSession } from './session';
import { createSimulation } from './simulate';
import { createTesting } from './testing';
import { createWorkers, type Spawn } from './workers';

export function start(context: vscode.ExtensionContext, host: HostKind, spawn: Spawn): void {
  const began = performance.now();
  const log = createLog();
  const storage = context.storageUri ?? context.globalStorageUri;
  const workers = createWorkers(spawn, storage.scheme === 'file' ? storage.fsPath : undefined);
  const session = createSession(workers.onDidChangeFiles);
  const simulation = createSimulation(workers, session, log);
  const marks = createMarks();
  const deepening = createDeepening(workers, log);
  let shown = false;
  const showMarks = (): void => {
    marks.show(shown ? session.run?.view.trace : undefined, session.step);
  };
  const panel = createPanel(context.extensionUri, session, {
    again: () => void vscode.commands.executeCommand('racelens.again'),
    cancel: () => {
      simulation.cancel();
    },
    replay: schedule => void vscode.commands.executeCommand('racelens.replay', schedule),
    applyFix: () => void vscode.commands.executeCommand('racelens.applyFix'),
    // Marks without their panel would only be in the way.
    opened: open => {
      shown = open;
      showMarks();
    },
    restore: state =>
      void log.guard(vscode.l10n.t('restoring the panel'), undefined, () => restore(state, simulation)),
  });
  context.subscriptions.push(
    log,
    workers,
    session,
    simulation,
    marks,
    deepening,
    panel,
    session.onDidChange(change => {
      if (change === 'run' || change === 'step') showMarks();
    }),
    registerCommands({
      context,
      workers,
      session,
      simulation,
      panel: () => panel,
      log,
      host,
      activation: () => activation,
    }),
    createRegions(workers, deepening, log),
    createHovers(workers, log),
    createLenses(workers, session, log),
    createActions(workers, log),
    createDiagnostics(context, workers, log),
    createInlayHints(workers, log),
    createConcurrencyView(workers, deepening, log),
    createIndexStatus(workers, log),
    createBitSites(workers, log),
    createDecode(workers, log),
    createTesting(workers, log),
    registerDebugger({
      workers,
      session,
      simulation,
      log,
      reveal: () => {
        panel.reveal();
      },
    }),
  );
  const activation = performance.now() - began;
  void log.guard(vscode.l10n.t('opening the files named in the settings'), undefined, () =>
    openNamed(context),
  );
}

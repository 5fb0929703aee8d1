/**
 * Puts the parts together. Activation registers and returns: workers, grammar and panel come when they are needed. What
 * differs by host is handed in.
 */
import * as vscode from 'vscode';
import { createActions } from './actions';
import { createAfterwards } from './afterwards';
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
import { createPanels } from './panel';
import { createRegions } from './regions';
import { save, textOf } from './saving';
import { registerScheduleEditor } from './scheduleEditor';
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
  const afterwards = createAfterwards(workers, session, log);
  /** Panels of an earlier window come back one after another: a run would end the one before. */
  let restored: Promise<unknown> = Promise.resolve();
  // Marks without their panel would only be in the way.
  const showMarks = (): void => {
    marks.show(panels.isOpen(session.current?.harness) ? session.trace : undefined, session.step);
  };
  const panels = createPanels(context.extensionUri, session, {
    afterwards,
    again: harness => {
      if (harness) void log.guard(vscode.l10n.t('simulating'), false, () => simulation.run({ harness }));
      else void vscode.commands.executeCommand('racelens.again');
    },
    cancel: () => {
      simulation.cancel();
    },
    replay: (schedule, harness) =>
      void log.guard(vscode.l10n.t('replaying'), false, () => simulation.run({ harness, schedule })),
    applyFix: harness => {
      session.select(harness);
      void vscode.commands.executeCommand('racelens.applyFix');
    },
    save: (message, harness) => save(message, session.of(harness)),
    textOf: (what, harness) => textOf(what, session.of(harness)),
    debug: harness => void vscode.commands.executeCommand('racelens.debugSchedule', harness),
    changed: () => {
      showMarks();
    },
    restore: (state, named) => {
      restored = restored.then(() =>
        log.guard(vscode.l10n.t('restoring the panel'), undefined, () => restore(state, simulation, named)),
      );
    },
    guard: (feature, work) => void log.guard(feature, undefined, work),
    refused: message => {
      log.info(`a message from the panel is none of ours: ${(JSON.stringify(message) ?? '').slice(0, 200)}`);
    },
  });
  context.subscriptions.push(
    log,
    workers,
    session,
    simulation,
    marks,
    deepening,
    afterwards,
    panels,
    registerScheduleEditor({ workers, session, simulation, panels, log }),
    session.onDidChange(change => {
      if (change === 'run' || change === 'step' || change === 'play') showMarks();
    }),
    registerCommands({
      context,
      workers,
      session,
      simulation,
      panel: () => panels,
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
      watch: (harness, expressions) => afterwards.watch(harness, expressions),
      reveal: harness => {
        panels.reveal(harness);
      },
    }),
  );
  const activation = performance.now() - began;
  void log.guard(vscode.l10n.t('opening the files named in the settings'), undefined, () =>
    openNamed(context),
  );
}

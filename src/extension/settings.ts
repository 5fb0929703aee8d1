/** Settings, read when they are needed. */
import * as vscode from 'vscode';
import type { CheckKind } from '../ide/diagnostics';

export interface Settings extends Readonly<Record<`diagnostics.${CheckKind}`, boolean>> {
  readonly 'decorations.rcu': boolean;
  readonly 'decorations.locks': boolean;
  readonly 'decorations.interrupts': boolean;
  readonly 'decorations.accesses': boolean;
  readonly 'decorations.labels': boolean;
  readonly 'decorations.overviewRuler': boolean;
  readonly 'codeLens.enabled': boolean;
  readonly 'hover.enabled': boolean;
  readonly 'inlayHints.wrappers': boolean;
  readonly 'inlayHints.conditionalLocks': boolean;
  readonly 'inlayHints.sleeping': boolean;
  readonly 'inlayHints.ordering': boolean;
  readonly 'check.maxStates': number;
  readonly 'check.timeLimit': number;
  readonly 'replay.follow': boolean;
  readonly 'replay.values': boolean;
  readonly tree: string;
  readonly open: readonly string[];
}

/** For a window that has not read our package.json yet; which diagnostics are on is said there alone. */
const fallback: Omit<Settings, `diagnostics.${CheckKind}`> = {
  'decorations.rcu': true,
  'decorations.locks': true,
  'decorations.interrupts': true,
  'decorations.accesses': true,
  'decorations.labels': true,
  'decorations.overviewRuler': true,
  'codeLens.enabled': true,
  'hover.enabled': true,
  'inlayHints.wrappers': false,
  'inlayHints.conditionalLocks': false,
  'inlayHints.sleeping': false,
  'inlayHints.ordering': false,
  'check.maxStates': 2_000_000,
  'check.timeLimit': 120,
  'replay.follow': true,
  'replay.values': true,
  tree: '',
  open: [],
};

export function setting<K extends keyof Settings>(name: K): Settings[K] {
  return settingsNow()(name);
}

/** All settings as they are now. For loops: asking VS Code takes a good part of a millisecond. */
export function settingsNow(): <K extends keyof Settings>(name: K) => Settings[K] {
  const all: Partial<Settings> = fallback;
  const configuration = vscode.workspace.getConfiguration('racelens');
  const read = new Map<keyof Settings, unknown>();
  return <K extends keyof Settings>(name: K) => {
    if (!read.has(name)) read.set(name, configuration.get(name) ?? all[name]);
    return read.get(name) as Settings[K];
  };
}

/** Checks what arrives from the extension: the version and the shape of the outer object. */
import type { PanelState, PanelVersion, ToPanel } from '../protocol/panel';

export const version: PanelVersion = 1;

const types: readonly ToPanel['type'][] = ['run', 'step', 'stale', 'progress', 'failed', 'fix'];

export function asToPanel(message: unknown): ToPanel | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { version: theirs, type } = message as { version?: unknown; type?: unknown };
  if (theirs !== version || !types.some(known => known === type)) return undefined;
  if (type === 'run' && typeof (message as { run?: { view?: unknown } }).run?.view !== 'object')
    return undefined;
  return message as ToPanel;
}

/** What an earlier page of ours kept, if it is of this version. */
export function asState(state: unknown): PanelState | undefined {
  if (typeof state !== 'object' || state === null) return undefined;
  const { version: theirs, harness } = state as { version?: unknown; harness?: unknown };
  return theirs === version && typeof harness === 'string' ? (state as PanelState) : undefined;
}

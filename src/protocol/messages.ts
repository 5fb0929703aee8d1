/**
 * Messages between the extension, its worker and the replay panel. Types only. Every message carries the protocol's
 * version; a receiver ignores what it does not know.
 */
export type * from './examined';
export type * from './panel';
export type * from './view';
export type * from './worker';

/**
 * The engine's face: `check` explores a program, `replay` executes a schedule string. Pure and deterministic.
 */
export type * from './report';
export type * from './options';
export { defaultOptions } from './options';
export { check, createCheck, type Check } from './check';
export { replay, type Replay } from './replay';

/**
 * The text form of the ir, for tests, debug views and bug reports:
 *
 *     object flag: u32 = 0
 *     thread process setter { store u32 flag 1 once }
 *     thread softirq poll @0 { again: r0 = load u32 flag once; unless r0 goto again }
 *     finally { r0 = load u32 flag; return r0 }
 *
 * `printProgram` and `parseProgram` are inverse to each other on what is printed.
 */
export { printProgram, printInstruction } from './print';
export { parseProgram } from './parse';
export { validateProgram } from './validate';

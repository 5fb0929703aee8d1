/** An open bracket of the text that is being respelled, and how far the scan is inside it. */
import type { Head } from './respelled';

export type FrameKind =
  /** No bracket: one declaration or function. */
  | 'top'
  /** No bracket: one expression. */
  | 'whole'
  | 'block'
  | 'record'
  | 'enum'
  /** An initialiser's braces. */
  | 'list'
  | 'group'
  | 'arguments'
  | 'parameters'
  /** A type name: of a cast, sizeof, typeof. */
  | 'type'
  /** A declarator in brackets. */
  | 'nested'
  | 'index'
  | 'for'
  | 'condition';

export type State =
  /** Of a statement, member, parameter, argument, entry. */
  | 'start'
  | 'specifiers'
  /** Before a declarator's name. */
  | 'declarator'
  /** Behind it. */
  | 'named'
  | 'designator'
  | 'value';

export interface Frame {
  readonly kind: FrameKind;
  /** Index of the opening bracket. */
  readonly open: number;
  state: State;

  // Expressions
  /** An operand stands before the cursor. */
  operand: boolean;
  /** The name that follows is a member. */
  member: boolean;
  /** `?` without their `:`. */
  questions: number;
  /** The value of a case is read. */
  inCase: boolean;
  /** The value belongs to a declarator. */
  initial: boolean;

  // Declarations
  head: Head;
  /** The type has been seen. */
  typed: boolean;
  /** Its builtin words, shared with the role. */
  words: string[] | undefined;
  nameSeen: boolean;
  /** A parameter list has been seen: what follows may be a function's body. */
  parameters: boolean;
  /** Counts declarators or arguments. */
  entry: number;
  /** Names of parameters, of a function's head. */
  names: string[];
  /** Declarators have no name, or a name that does not count. */
  abstract: boolean;
  /** Declarators declare variables or types. */
  declaring: boolean;

  // Arguments
  /** A type argument is open. */
  wrapped: boolean;
  /** Which arguments of a special call are types. */
  readonly pattern: string;
  /** The arguments are the head of a loop. */
  readonly loop: boolean;

  /** Printed behind the closing bracket. */
  readonly suffix: string;
  /** How many scopes there were before. */
  scopes: number;
  /** Its end is the end of an operand (sizeof), or not (a cast). */
  readonly ends: boolean;
  /** An index that is an array's size, or a designator. */
  readonly index: 'array' | 'designator' | 'operand';
  /** The piece of the word before a record's body. */
  readonly record: number;
}

const firstStates: Readonly<Record<FrameKind, State>> = {
  top: 'specifiers',
  whole: 'value',
  block: 'start',
  record: 'start',
  enum: 'start',
  list: 'start',
  group: 'value',
  arguments: 'start',
  parameters: 'start',
  type: 'specifiers',
  nested: 'declarator',
  index: 'value',
  for: 'start',
  condition: 'value',
};

export const emptyHead = (): Head => ({
  storage: undefined,
  inline: false,
  attributes: [],
  declarators: [],
});

export function frameOf(kind: FrameKind, open: number, more: Partial<Frame> = {}): Frame {
  return {
    kind,
    open,
    state: firstStates[kind],
    operand: false,
    member: false,
    questions: 0,
    inCase: false,
    initial: false,
    head: emptyHead(),
    typed: false,
    words: undefined,
    nameSeen: false,
    parameters: false,
    entry: 0,
    names: [],
    abstract: kind === 'type' || kind === 'arguments',
    declaring: kind === 'top' || kind === 'block' || kind === 'for',
    wrapped: false,
    pattern: '',
    loop: false,
    suffix: '',
    scopes: 0,
    ends: false,
    index: 'operand',
    record: -1,
    ...more,
  };
}

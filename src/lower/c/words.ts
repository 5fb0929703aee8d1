/** Words of C and of GNU C by what they do in a declaration or an expression. */

export const storageWords: ReadonlySet<string> = new Set(['static', 'extern', 'typedef', 'register', 'auto']);

/** Words that change nothing that is looked at. */
export const qualifiers: ReadonlySet<string> = new Set([
  'const', 'volatile', 'restrict', '__restrict', '__restrict__', '__const', '__const__', '__volatile__', '__volatile', '_Atomic', '__extension__',
  'inline', '__inline', '__inline__', '_Noreturn', 'noinline', '__always_inline', '_Thread_local', '__thread',
]); // prettier-ignore

export const inlineWords: ReadonlySet<string> = new Set([
  'inline',
  '__inline',
  '__inline__',
  '__always_inline',
]);

export const builtinWords: ReadonlySet<string> = new Set([
  'void', 'char', 'short', 'int', 'long', 'float', 'double', 'signed', '__signed__', '__signed', 'unsigned', '_Bool', 'bool', '__int128',
  '_Complex', '__builtin_va_list', '__int128_t', '__uint128_t',
]); // prettier-ignore

export const typeofWords: ReadonlySet<string> = new Set([
  'typeof', '__typeof__', '__typeof', 'typeof_unqual', '__typeof_unqual__',
]); // prettier-ignore

export const attributeWords: ReadonlySet<string> = new Set([
  '__attribute__',
  '__attribute',
  '_Alignas',
  '__declspec',
]);

export const assemblerWords: ReadonlySet<string> = new Set(['asm', '__asm__', '__asm']);

/** `sizeof` and what asks for an alignment. */
export const sizeWords: ReadonlySet<string> = new Set(['sizeof', '_Alignof', '__alignof__', '__alignof']);

/** Words like functions with types among their arguments: t is a type, v a value; of _Generic by what stands before. */
export const specialCalls: ReadonlyMap<string, string> = new Map([
  ['offsetof', 'tv'],
  ['__builtin_offsetof', 'tv'],
  ['__builtin_types_compatible_p', 'tt'],
  ['__builtin_va_arg', 'vt'],
  ['_Generic', 'generic'],
]);

export const assignments: ReadonlySet<string> = new Set([
  '=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>=',
]); // prettier-ignore

/** Words that no declaration can give to anything. */
export const statementWords: ReadonlySet<string> = new Set([
  'if', 'else', 'while', 'do', 'for', 'switch', 'case', 'return', 'goto', 'break', 'continue',
]); // prettier-ignore

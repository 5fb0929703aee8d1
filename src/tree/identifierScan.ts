/**
 * Finds the identifiers of a C file in its bytes: as 32-bit hashes, each once, comments, strings and numbers left out, and
 * which of them are defined at the top level. Works on bytes because making strings of 82 MB costs more than reading them;
 * can stop at any token and go on, so that a file of many megabytes holds nobody up.
 *
 * No preprocessor: both branches of an `#if` count. Definitions are found by shape, and a name too many is fine (whoever
 * asks looks at the file): macros; what stands before a `(`, and first in it where a macro declares, if a `{` follows before
 * the next `;`; tags before a `{`; enumerators; names of typedefs. Variables are not among them. A `{` or `}` in column 0
 * says where the top level is, so that branches which open the same block twice cost little.
 */

/** What a file does with an identifier, the strongest that was found. */
export const uses = { defines: 0, definesStatic: 1, mentions: 2 } as const;

/** Any character beyond ASCII: it is in no identifier. */
const BEYOND = 0x80;

const BLANK = 0;
const LETTER = 1;
const DIGIT = 2;
const SLASH = 3;
const QUOTE = 4;
const MARK = 5;
const OTHER = 6;

const classes = ((): Uint8Array => {
  const made = new Uint8Array(256);
  for (let c = 33; c < 127; c++) {
    const character = String.fromCharCode(c);
    made[c] = /[A-Za-z_$]/.test(character)
      ? LETTER
      : /\d/.test(character)
        ? DIGIT
        : character === '/'
          ? SLASH
          : character === '"' || character === "'"
            ? QUOTE
            : '{}();,#*'.includes(character)
              ? MARK
              : character === '\\'
                ? BLANK
                : OTHER;
  }
  made[10] = MARK;
  return made;
})();

/** FNV-1a, 32 bits unsigned: what the scan makes of an identifier. */
export function hashOfName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

const DEFINE = hashOfName('define');
const STATIC = hashOfName('static');
const ENUM = hashOfName('enum');
const TYPEDEF = hashOfName('typedef');

/** A text as the scan takes it, one byte a UTF-16 code unit. */
export function scanBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    bytes[i] = c < BEYOND ? c : BEYOND;
  }
  return bytes;
}

/** A zero near the start: no text. */
export function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 65536).includes(0);
}

export interface IdentifierScan {
  /** Forgets what was found. */
  begin(): void;
  /** Scans from a token's start to the first token's end at or behind `to`, and gives that place. */
  scan(bytes: Uint8Array, from: number, to: number): number;
  /** Hashes since `begin`, each once, and what the file does with each (of `uses`). A copy. */
  found(): { readonly hashes: Uint32Array; readonly uses: Uint8Array };
}

/** The token before, as far as it matters. */
const NOTHING = 0;
const WORD = 1;
const OPEN = 2;
const LIST = 3;
const STAR = 4;

/** Where a directive is: before its word, behind `#define`, behind both. */
const NONE = 0;
const BEGUN = 1;
const NAMING = 2;
const BODY = 3;

/** Names before a `(` at the top level that may turn out to be a function's. */
const mostOpen = 16;

/** Holds its tables between files: one per index. */
export function createIdentifierScan(): IdentifierScan {
  let size = 1 << 15;
  let table = new Uint32Array(size);
  let numbers = new Uint32Array(size);
  let stamps = new Uint32Array(size);
  let hashes = new Uint32Array(size >> 1);
  let flags = new Uint8Array(size >> 1);
  let count = 0;
  let stamp = 0;
  const open = new Uint32Array(mostOpen);
  const start = {
    opened: 0,
    depth: 0,
    parens: 0,
    before: NOTHING,
    /** `before`, while a directive stands between. */
    outside: NOTHING,
    last: 0,
    lineStart: true,
    directive: NONE,
    afterEnum: false,
    enumDepth: 0,
    inTypedef: false,
    afterStar: false,
    isStatic: false,
    /** The word before begins with a capital letter, and so does the one before the bracket that is open. */
    isCapital: false,
    inMacro: false,
  };
  let kept = { ...start };

  function grow(): void {
    const oldHashes = hashes;
    const oldFlags = flags;
    size *= 2;
    table = new Uint32Array(size);
    numbers = new Uint32Array(size);
    stamps = new Uint32Array(size);
    hashes = new Uint32Array(size >> 1);
    flags = new Uint8Array(size >> 1);
    hashes.set(oldHashes);
    flags.set(oldFlags);
    stamp = 1;
    for (let i = 0; i < count; i++) {
      const hash = hashes[i] as number;
      let slot = (hash ^ (hash >>> 16)) & (size - 1);
      while (stamps[slot] === stamp) slot = (slot + 1) & (size - 1);
      stamps[slot] = stamp;
      table[slot] = hash;
      numbers[slot] = i;
    }
  }

  /** The number of an identifier in `hashes`. */
  function numberOf(hash: number): number {
    let slot = (hash ^ (hash >>> 16)) & (size - 1);
    while (stamps[slot] === stamp) {
      if (table[slot] === hash) return numbers[slot] as number;
      slot = (slot + 1) & (size - 1);
    }
    stamps[slot] = stamp;
    table[slot] = hash;
    numbers[slot] = count;
    hashes[count] = hash;
    flags[count] = uses.mentions;
    const number = count++;
    if (count === size >> 1) grow();
    return number;
  }

  function define(number: number, use: number): void {
    if (use < (flags[number] as number)) flags[number] = use;
  }

  function scan(bytes: Uint8Array, from: number, to: number): number {
    const n = bytes.length;
    const end = Math.min(to, n);
    let { opened, depth, parens, before, outside, last, lineStart, directive } = kept;
    let { afterEnum, enumDepth, inTypedef, afterStar, isStatic, isCapital, inMacro } = kept;
    let i = from;
    while (i < end) {
      const first = bytes[i] as number;
      const kind = classes[first] as number;
      if (kind === BLANK) {
        i++;
        continue;
      }
      if (kind === LETTER) {
        let hash = 0x811c9dc5;
        let byte = first;
        do {
          hash = Math.imul(hash ^ byte, 0x01000193);
          if (++i >= n) break;
          byte = bytes[i] as number;
        } while (((classes[byte] as number) - 1) >>> 0 < 2);
        hash >>>= 0;
        last = numberOf(hash);
        if (directive !== NONE) {
          if (directive === NAMING) define(last, uses.defines);
          directive = directive === BEGUN && hash === DEFINE ? NAMING : BODY;
        } else if (depth === 0) {
          if (hash === STATIC) isStatic = true;
          else if (hash === TYPEDEF) inTypedef = true;
          else if (hash === ENUM) afterEnum = true;
          afterStar = before === STAR || before === OPEN;
          // BPF_CALL_2(name, …) { … }
          if (before === OPEN && inMacro && parens === 1 && opened < mostOpen) open[opened++] = last;
          isCapital = first >= 65 && first <= 90;
        } else if (enumDepth === depth) {
          if (before === LIST) define(last, uses.defines);
        } else if (hash === ENUM) afterEnum = true;
        before = WORD;
        lineStart = false;
        continue;
      }
      if (kind === MARK) {
        if (first === 10) {
          lineStart = true;
          if (directive !== NONE && bytes[i - 1] !== 92 && !(bytes[i - 1] === 13 && bytes[i - 2] === 92)) {
            directive = NONE;
            before = outside;
          }
          i++;
          continue;
        }
        if (first === 35) {
          if (lineStart && directive === NONE) {
            directive = BEGUN;
            outside = before;
          }
          lineStart = false;
          i++;
          continue;
        }
        const column0 = lineStart && (i === 0 || bytes[i - 1] === 10);
        lineStart = false;
        i++;
        if (directive !== NONE) {
          before = NOTHING;
          continue;
        }
        switch (first) {
          case 123: // {
            if (column0) depth = 0;
            if (depth === 0) {
              const use = isStatic ? uses.definesStatic : uses.defines;
              for (let k = 0; k < opened; k++) define(open[k] as number, use);
              if (before === WORD) define(last, uses.defines);
              opened = 0;
              parens = 0;
              isStatic = false;
            } else if (before === WORD && afterEnum) define(last, uses.defines);
            depth++;
            if (afterEnum) enumDepth = depth;
            afterEnum = false;
            before = LIST;
            continue;
          case 125: // }
            depth = column0 ? 0 : Math.max(0, depth - 1);
            if (depth < enumDepth) enumDepth = 0;
            if (depth === 0) {
              opened = 0;
              isStatic = false;
            }
            break;
          case 40: // (
            if (depth === 0) {
              if (parens === 0 && before === WORD) {
                // Macro calls without a `;` may stand before a function by the dozen.
                if (opened === mostOpen) opened = 0;
                open[opened++] = last;
                inMacro = isCapital;
              }
              parens++;
            }
            afterEnum = false;
            before = OPEN;
            continue;
          case 41: // )
            if (depth === 0) {
              if (parens > 0) parens--;
              if (inTypedef && afterStar && before === WORD) define(last, uses.defines);
            }
            break;
          case 59: // ;
            if (depth === 0) {
              if (inTypedef) {
                if (before === WORD) define(last, uses.defines);
                for (let k = 0; k < opened; k++) define(open[k] as number, uses.defines);
              }
              opened = 0;
              parens = 0;
              inTypedef = false;
              isStatic = false;
            }
            afterEnum = false;
            break;
          case 44: // ,
            before = LIST;
            continue;
          default: // *
            before = STAR;
            continue;
        }
        before = NOTHING;
        continue;
      }
      lineStart = false;
      if (kind === SLASH) {
        const behind = behindSlash(bytes, i);
        // A comment is nothing between two tokens.
        if (behind === i + 1) before = NOTHING;
        i = behind;
        continue;
      }
      // The name of an array type.
      if (first === 91 && inTypedef && depth === 0 && before === WORD) define(last, uses.defines);
      before = NOTHING;
      if (kind === DIGIT) {
        // The letters of 0x10UL are no name.
        do i++;
        while (i < n && ((classes[bytes[i] as number] as number) - 1) >>> 0 < 2);
      } else if (kind === QUOTE) {
        for (i++; i < n; i++) {
          const byte = bytes[i] as number;
          if (byte === 92) i++;
          else if (byte === first || byte === 10) break;
        }
        if (bytes[i] !== 10) i++;
      } else i++;
    }
    kept = {
      opened,
      depth,
      parens,
      before,
      outside,
      last,
      lineStart,
      directive,
      afterEnum,
      enumDepth,
      inTypedef,
      afterStar,
      isStatic,
      isCapital,
      inMacro,
    };
    return Math.min(i, n);
  }

  return {
    begin() {
      count = 0;
      stamp++;
      kept = { ...start };
    },
    scan,
    found: () => ({ hashes: hashes.slice(0, count), uses: flags.slice(0, count) }),
  };
}

function behindSlash(bytes: Uint8Array, at: number): number {
  const next = bytes[at + 1];
  if (next === 47) {
    const line = bytes.indexOf(10, at);
    return line < 0 ? bytes.length : line;
  }
  if (next !== 42) return at + 1;
  for (let star = bytes.indexOf(42, at + 2); star >= 0; star = bytes.indexOf(42, star + 1))
    if (bytes[star + 1] === 47) return star + 2;
  return bytes.length;
}

/**
 * Finds the identifiers of a C file in its bytes: as 32-bit hashes, each once, comments, strings and numbers left out. Works
 * on bytes because making strings of 82 MB costs more than reading them; can stop at any token and go on, so that a file of
 * many megabytes holds nobody up. No preprocessor: both branches of an `#if` count.
 */

/** Any character beyond ASCII: it is in no identifier. */
const BEYOND = 0x80;

const OTHER = 0;
const LETTER = 1;
const DIGIT = 2;
const SLASH = 3;
const QUOTE = 4;

const classes = ((): Uint8Array => {
  const made = new Uint8Array(256);
  for (let c = 0; c < 128; c++) {
    const character = String.fromCharCode(c);
    made[c] = /[A-Za-z_$]/.test(character)
      ? LETTER
      : /\d/.test(character)
        ? DIGIT
        : character === '/'
          ? SLASH
          : character === '"' || character === "'"
            ? QUOTE
            : OTHER;
  }
  return made;
})();

/** FNV-1a, 32 bits unsigned: what the scan makes of an identifier. */
export function hashOfName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

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
  /** Hashes since `begin`, each once; valid until the next call. */
  found(): Uint32Array;
}

/** Holds its tables between files: one per index. */
export function createIdentifierScan(): IdentifierScan {
  let size = 1 << 15;
  let table = new Uint32Array(size);
  let stamps = new Uint32Array(size);
  let hashes = new Uint32Array(size >> 1);
  let count = 0;
  let stamp = 0;

  function grow(): void {
    const old = hashes;
    size *= 2;
    table = new Uint32Array(size);
    stamps = new Uint32Array(size);
    hashes = new Uint32Array(size >> 1);
    hashes.set(old);
    stamp = 1;
    for (let i = 0; i < count; i++) {
      const hash = hashes[i] as number;
      let slot = (hash ^ (hash >>> 16)) & (size - 1);
      while (stamps[slot] === stamp) slot = (slot + 1) & (size - 1);
      stamps[slot] = stamp;
      table[slot] = hash;
    }
  }

  return {
    begin() {
      count = 0;
      stamp++;
    },
    scan(bytes, from, to) {
      const n = bytes.length;
      const end = Math.min(to, n);
      let i = from;
      while (i < end) {
        const first = bytes[i] as number;
        const kind = classes[first] as number;
        if (kind === OTHER) {
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
          let slot = (hash ^ (hash >>> 16)) & (size - 1);
          while (stamps[slot] === stamp && table[slot] !== hash) slot = (slot + 1) & (size - 1);
          if (stamps[slot] !== stamp) {
            stamps[slot] = stamp;
            table[slot] = hash;
            hashes[count++] = hash;
            if (count === size >> 1) grow();
          }
        } else if (kind === DIGIT) {
          // The letters of 0x10UL are no name.
          do i++;
          while (i < n && ((classes[bytes[i] as number] as number) - 1) >>> 0 < 2);
        } else if (kind === SLASH) i = behindSlash(bytes, i);
        else {
          for (i++; i < n; i++) {
            const byte = bytes[i] as number;
            if (byte === 92) i++;
            else if (byte === first || byte === 10) break;
          }
          i++;
        }
      }
      return Math.min(i, n);
    },
    found: () => hashes.subarray(0, count),
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

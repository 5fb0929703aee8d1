/** Declarations: specifiers in any order, declarators, records, enums, initialisers, attributes. */
import { noAttributes } from './ast';
import type {
  Attributes,
  Declarator,
  Derived,
  Designator,
  Enumerator,
  Expression,
  Initializer,
  InitializerEntry,
  Member,
  Parameter,
  Specifier,
  Storage,
  TypeName,
} from './ast';
import type { Parser } from './cursor';

const storageWords = new Set(['static', 'extern', 'typedef', 'register', 'auto']);
const qualifiers = new Set([
  'const', 'volatile', 'restrict', '__restrict', '__restrict__', '__const', '__const__', '__volatile__', '__volatile', '_Atomic', '__extension__',
  'inline', '__inline', '__inline__', '_Noreturn', 'noinline', '__always_inline', '_Thread_local', '__thread',
]); // prettier-ignore
const inlineWords = new Set(['inline', '__inline', '__inline__', '__always_inline']);
const builtinWords = new Set([
  'void', 'char', 'short', 'int', 'long', 'float', 'double', 'signed', '__signed__', '__signed', 'unsigned', '_Bool', 'bool', '__int128',
  '_Complex', '__builtin_va_list', '__int128_t', '__uint128_t',
]); // prettier-ignore
const typeofWords = new Set(['typeof', '__typeof__', '__typeof', 'typeof_unqual', '__typeof_unqual__']);
const attributeWords = new Set(['__attribute__', '__attribute', '_Alignas', '__declspec']);
const asmWords = new Set(['asm', '__asm__', '__asm']);

function merge(a: Attributes, b: Attributes): Attributes {
  return {
    packed: a.packed || b.packed,
    aligned: b.aligned ?? a.aligned,
    cleanup: b.cleanup ?? a.cleanup,
    percpu: a.percpu || b.percpu,
  };
}

export function addDeclarations(p: Parser): void {
  const skipParens = (): void => {
    p.expect('(');
    for (let depth = 1; depth;) {
      const t = p.next();
      if (t.kind === 'end') p.fail('a ")" is missing');
      if (t.text === '(') depth++;
      else if (t.text === ')') depth--;
    }
  };

  p.attributes = () => {
    let found = noAttributes;
    for (;;) {
      const t = p.peek();
      if (asmWords.has(t.text) && p.peek(1).text === '(') {
        p.next();
        skipParens();
        continue;
      }
      if (t.text === '_Alignas') {
        p.next();
        skipParens();
        continue;
      }
      if (!attributeWords.has(t.text)) return found;
      p.next();
      p.expect('(');
      if (!p.accept('(')) {
        while (!p.at(')') && p.peek().kind !== 'end') p.next();
        p.expect(')');
        continue;
      }
      while (!p.at(')') && p.peek().kind !== 'end') {
        const name = p.next().text.replace(/^__(.*)__$/, '$1');
        let argument: Expression | undefined;
        let word: string | undefined;
        if (p.at('(')) {
          if (name === 'aligned') {
            p.next();
            argument = p.at(')') ? undefined : p.conditional();
            p.expect(')');
          } else {
            word = p.peek(1).text;
            skipParens();
          }
        }
        if (name === 'packed') found = { ...found, packed: true };
        else if (name === 'aligned') found = { ...found, aligned: argument ?? 'max' };
        else if (name === 'cleanup') found = { ...found, cleanup: word };
        else if (name === 'percpu') found = { ...found, percpu: true };
        p.accept(',');
      }
      p.expect(')');
      p.expect(')');
    }
  };

  p.startsType = () => {
    const t = p.peek();
    if (t.kind !== 'name') return false;
    if (p.localKind(t.text) === 'value') return false;
    return (
      builtinWords.has(t.text) ||
      qualifiers.has(t.text) ||
      storageWords.has(t.text) ||
      typeofWords.has(t.text) ||
      t.text === 'struct' ||
      t.text === 'union' ||
      t.text === 'enum' ||
      t.text === '__auto_type' ||
      t.text === '__attribute__' ||
      p.isType(t.text)
    );
  };

  const record = (): Specifier => {
    const union = p.next().text === 'union';
    let attributes = p.attributes();
    const tag = p.peek().kind === 'name' ? p.next().text : undefined;
    attributes = merge(attributes, p.attributes());
    const file = p.last().file;
    if (!p.accept('{')) {
      if (!tag) p.fail('a struct without tag or body');
      return { kind: 'record', union, tag, members: undefined, packed: false, aligned: undefined, file };
    }
    const members: Member[] = [];
    while (!p.at('}')) {
      if (p.accept(';')) continue;
      if (p.peek().text === '_Static_assert' || p.peek().text === 'static_assert') {
        p.next();
        skipParens();
        continue;
      }
      const first = p.peek();
      const head = p.specifiers();
      if (p.accept(';')) {
        members.push({
          name: undefined,
          type: { specifier: head.specifier, derived: [], ...p.since(first) },
          bits: undefined,
          aligned: head.attributes.aligned,
          packed: head.attributes.packed,
        });
        continue;
      }
      do {
        const d = p.at(':')
          ? {
              name: undefined,
              type: { specifier: head.specifier, derived: [], ...p.since(first) },
              attributes: noAttributes,
            }
          : p.declarator(head.specifier);
        const bits = p.accept(':') ? p.conditional() : undefined;
        const a = merge(merge(head.attributes, d.attributes), p.attributes());
        members.push({
          name: d.name,
          type: d.type,
          bits: bits ?? undefined,
          aligned: a.aligned,
          packed: a.packed,
        });
      } while (p.accept(','));
      p.expect(';');
    }
    p.expect('}');
    attributes = merge(attributes, p.attributes());
    return {
      kind: 'record',
      union,
      tag,
      members,
      packed: attributes.packed,
      aligned: attributes.aligned,
      file,
    };
  };

  const enumeration = (): Specifier => {
    p.next();
    p.attributes();
    const tag = p.peek().kind === 'name' ? p.next().text : undefined;
    if (p.accept(':')) p.specifiers();
    if (!p.accept('{')) return { kind: 'enum', tag, enumerators: undefined };
    const enumerators: Enumerator[] = [];
    while (!p.at('}')) {
      const t = p.next();
      if (t.kind !== 'name') p.fail('an enumerator name is missing');
      p.attributes();
      const value = p.accept('=') ? p.conditional() : undefined;
      enumerators.push({ name: t.text, value, ...p.since(t) });
      p.declareLocal(t.text, 'value');
      if (!p.accept(',')) break;
    }
    p.expect('}');
    p.attributes();
    return { kind: 'enum', tag, enumerators };
  };

  p.specifiers = () => {
    let storage: Storage;
    let inline = false;
    let specifier: Specifier | undefined;
    let attributes = noAttributes;
    const words: string[] = [];
    for (;;) {
      const t = p.peek();
      if (t.kind !== 'name') break;
      if (storageWords.has(t.text)) {
        storage = p.next().text as Storage;
      } else if (qualifiers.has(t.text)) {
        inline ||= inlineWords.has(t.text);
        p.next();
      } else if (attributeWords.has(t.text)) {
        attributes = merge(attributes, p.attributes());
      } else if (builtinWords.has(t.text)) {
        words.push(p.next().text);
      } else if (specifier || words.length) {
        break;
      } else if (t.text === 'struct' || t.text === 'union') {
        specifier = record();
      } else if (t.text === 'enum') {
        specifier = enumeration();
      } else if (typeofWords.has(t.text)) {
        p.next();
        p.expect('(');
        if (p.startsType()) specifier = { kind: 'typeofType', type: p.typeName() };
        else specifier = { kind: 'typeofExpression', expression: p.expression() };
        p.expect(')');
      } else if (t.text === '__auto_type') {
        p.next();
        specifier = { kind: 'auto' };
      } else if (p.isType(t.text) && p.localKind(t.text) !== 'value') {
        p.next();
        specifier = { kind: 'typedef', name: t.text };
      } else {
        // An unknown name where a type must stand: a typedef whose header is not here, or a forgotten annotation.
        const following = p.peek(1);
        if (
          following.kind === 'name' ||
          following.text === '*' ||
          following.text === ')' ||
          following.text === ','
        ) {
          p.next();
          if (following.kind === 'name' && (p.startsType() || p.peek(1).kind === 'name')) continue;
          specifier = { kind: 'typedef', name: t.text };
        } else break;
      }
    }
    if (words.length) specifier = { kind: 'builtin', words };
    if (!specifier) {
      if (storage === undefined) p.fail(`"${p.peek().text}" is not a type`);
      specifier = storage === 'auto' ? { kind: 'auto' } : { kind: 'builtin', words: ['int'] };
    }
    return { storage, inline, specifier, attributes };
  };

  const skipQualifiers = (): void => {
    while (qualifiers.has(p.peek().text)) p.next();
  };

  const parameters = (): Derived => {
    const out: Parameter[] = [];
    let variadic = false;
    if (p.accept(')')) return { kind: 'function', parameters: out, variadic: true };
    do {
      if (p.accept('...')) {
        variadic = true;
        break;
      }
      const head = p.specifiers();
      const d = p.declarator(head.specifier);
      out.push({ name: d.name, type: d.type });
    } while (p.accept(','));
    p.expect(')');
    const only = out[0];
    if (
      out.length === 1 &&
      only &&
      !only.name &&
      only.type.derived.length === 0 &&
      only.type.specifier.kind === 'builtin' &&
      only.type.specifier.words[0] === 'void'
    )
      out.pop();
    return { kind: 'function', parameters: out, variadic };
  };

  /** Gives the derivations from the name outwards. */
  const derivations = (): { name: string | undefined; derived: Derived[]; attributes: Attributes } => {
    let attributes = p.attributes();
    skipQualifiers();
    const pointers: Derived[] = [];
    while (p.accept('*')) {
      pointers.push({ kind: 'pointer' });
      for (;;) {
        const before = p.mark();
        skipQualifiers();
        attributes = merge(attributes, p.attributes());
        // `char __user *buf` where nothing defines the annotation: a name followed by `*` or a further name.
        if (p.peek().kind === 'name' && /^__\w+$/.test(p.peek().text) && p.peek(1).kind === 'name') p.next();
        if (p.mark() === before) break;
      }
    }
    let name: string | undefined;
    let inner: Derived[] = [];
    if (p.at('(') && !opensParameters()) {
      p.next();
      const d = derivations();
      name = d.name;
      inner = d.derived;
      attributes = merge(attributes, d.attributes);
      p.expect(')');
    } else if (p.peek().kind === 'name' && !attributeWords.has(p.peek().text)) {
      name = p.next().text;
    }
    const suffixes: Derived[] = [];
    for (;;) {
      attributes = merge(attributes, p.attributes());
      if (p.accept('[')) {
        while (qualifiers.has(p.peek().text) || p.at('static')) p.next();
        const size = p.at(']') ? undefined : p.expression();
        p.expect(']');
        suffixes.push({ kind: 'array', size });
      } else if (p.at('(')) {
        p.next();
        p.openScope();
        suffixes.push(parameters());
        p.closeScope();
      } else break;
    }
    return { name, derived: [...inner, ...suffixes, ...pointers.reverse()], attributes };
  };

  /** `(` in an abstract declarator: parameters or a nested declarator? */
  const opensParameters = (): boolean => {
    const t = p.peek(1);
    if (t.text === '*' || t.text === '(' || t.text === '[' || t.text === '__attribute__') return false;
    if (t.text === ')' || t.text === '...') return true;
    if (t.kind !== 'name') return true;
    const mark = p.mark();
    p.next();
    const type = p.startsType();
    p.reset(mark);
    return type;
  };

  p.declarator = specifier => {
    const first = p.peek();
    const d = derivations();
    const located = p.since(first);
    return {
      name: d.name,
      type: { specifier, derived: d.derived, ...located },
      attributes: d.attributes,
    };
  };

  p.typeName = (): TypeName => {
    const first = p.peek();
    const head = p.specifiers();
    const d = derivations();
    return { specifier: head.specifier, derived: d.derived, ...p.since(first) };
  };

  const designators = (): Designator[] => {
    const out: Designator[] = [];
    // The old GNU form `name: value`.
    if (p.peek().kind === 'name' && p.peek(1).text === ':') {
      const name = p.next().text;
      p.next();
      return [{ kind: 'member', name }];
    }
    for (;;) {
      if (p.at('.') && p.peek(1).kind === 'name') {
        p.next();
        out.push({ kind: 'member', name: p.next().text });
      } else if (p.accept('[')) {
        const from = p.conditional();
        const to = p.accept('...') ? p.conditional() : undefined;
        p.expect(']');
        out.push({ kind: 'index', from, to });
      } else break;
    }
    if (out.length) p.accept('=');
    return out;
  };

  p.initializer = (): Initializer => {
    const first = p.peek();
    if (!p.accept('{')) return { kind: 'expression', value: p.assignment() };
    const entries: InitializerEntry[] = [];
    while (!p.at('}')) {
      const d = designators();
      entries.push({ designators: d, value: p.initializer() });
      if (!p.accept(',')) break;
    }
    p.expect('}');
    return { kind: 'list', entries, ...p.since(first) };
  };

  p.declaration = () => {
    const first = p.peek();
    const head = p.specifiers();
    const declarators: Declarator[] = [];
    if (!p.at(';')) {
      do {
        const start = p.peek();
        const d = p.declarator(head.specifier);
        const a = merge(merge(head.attributes, d.attributes), p.attributes());
        if (!d.name) p.fail('a name is missing in the declaration');
        p.declareLocal(d.name ?? '', head.storage === 'typedef' ? 'type' : 'value');
        const initializer = p.accept('=') ? p.initializer() : undefined;
        declarators.push({
          name: d.name ?? '',
          type: d.type,
          initializer,
          cleanup: a.cleanup,
          percpu: a.percpu,
          ...p.since(start),
        });
      } while (p.accept(','));
    }
    p.expect(';');
    return {
      kind: 'declaration',
      storage: head.storage,
      inline: head.inline,
      specifier: head.specifier,
      declarators,
      ...p.since(first),
    };
  };
}

import { strict as assert } from 'node:assert';
import type {
  Declaration,
  Derived,
  Expression,
  Initializer,
  Specifier,
  Statement,
  TypeName,
} from '../../../src/lower/c/ast';
import { endToken, tokenize } from '../../../src/lower/c/token';
import { parseExpression, parseUnit, type Unit } from '../../../src/lower/c/unit';
import { loadParser } from '../syntax/load';

const types: ReadonlySet<string> = new Set(['u32', 'list_t']);
const names = { isType: (name: string): boolean => types.has(name) };

function derivation(d: Derived): string {
  if (d.kind === 'pointer') return '*';
  if (d.kind === 'array') return `[${d.size ? shown(d.size) : ''}]`;
  const list = d.parameters.map(p => `${typed(p.type)}${p.name ? ` ${p.name}` : ''}`);
  return `(${[...list, ...(d.variadic ? ['...'] : [])].join(', ')})`;
}

function specified(s: Specifier): string {
  switch (s.kind) {
    case 'builtin':
      return s.words.join(' ');
    case 'typedef':
      return s.name;
    case 'record': {
      const members = s.members?.map(
        m =>
          `${m.name ?? ''}${m.bits ? `:${shown(m.bits)}` : ''} ${typed(m.type)}${m.aligned ? ' aligned' : ''}`,
      );
      return `struct ${s.tag ?? ''}${members ? `{${members.join('; ')}}` : ''}${s.packed ? ' packed' : ''}`;
    }
    case 'enum':
      return `enum ${(s.enumerators ?? []).map(e => e.name + (e.value ? `=${shown(e.value)}` : '')).join(' ')}`;
    case 'typeofExpression':
      return `typeof ${shown(s.expression)}`;
    case 'typeofType':
      return `typeof <${typed(s.type)}>`;
    case 'auto':
      return 'auto';
  }
}

/** The derivations from the name outwards, then what they are made of. */
function typed(t: TypeName): string {
  return `${t.derived.map(derivation).join('')}${t.derived.length ? ' of ' : ''}${specified(t.specifier)}`;
}

function initial(i: Initializer): string {
  if (i.kind === 'expression') return shown(i.value);
  const entries = i.entries.map(e => {
    const path = e.designators.map(d =>
      d.kind === 'member' ? `.${d.name}` : `[${shown(d.from)}${d.to ? `...${shown(d.to)}` : ''}]`,
    );
    return path.length ? `${path.join('')}=${initial(e.value)}` : initial(e.value);
  });
  return `{${entries.join(', ')}}`;
}

/** Everything in brackets, types in `<>`. */
function shown(e: Expression): string {
  switch (e.kind) {
    case 'number':
    case 'character':
      return e.text;
    case 'string':
      return e.texts.join(' ');
    case 'name':
      return e.name;
    case 'call':
      return `${shown(e.callee)}(${e.arguments.map(shown).join(', ')})`;
    case 'member':
      return `${shown(e.object)}${e.arrow ? '->' : '.'}${e.name}`;
    case 'index':
      return `${shown(e.object)}[${shown(e.index)}]`;
    case 'unary':
      return `(${e.operator}${shown(e.operand)})`;
    case 'postfix':
      return `(${shown(e.operand)}${e.operator})`;
    case 'binary':
    case 'assign':
      return `(${shown(e.left)} ${e.operator} ${shown(e.right)})`;
    case 'conditional':
      return `(${shown(e.condition)} ? ${e.then ? shown(e.then) : ''} : ${shown(e.otherwise)})`;
    case 'cast':
      return `<${typed(e.type)}>${shown(e.operand)}`;
    case 'sizeof':
    case 'alignof':
      return `${e.kind} ${e.type ? `<${typed(e.type)}>` : e.operand ? shown(e.operand) : ''}`;
    case 'offsetof': {
      const path = e.path.map(p => ('member' in p ? `.${p.member}` : `[${shown(p.index)}]`));
      return `offsetof <${typed(e.type)}>${path.join('')}`;
    }
    case 'compound':
      return `<${typed(e.type)}>${initial(e.initializer)}`;
    case 'block':
      return told(e.body);
    case 'comma':
      return `(${shown(e.left)}, ${shown(e.right)})`;
    case 'compatible':
      return `<${typed(e.left)}> ~ <${typed(e.right)}>`;
    case 'generic': {
      const cases = e.cases.map(c => `${c.type ? `<${typed(c.type)}>` : 'default'}: ${shown(c.value)}`);
      return `generic ${shown(e.operand)} ${cases.join(', ')}`;
    }
    case 'type':
      return `<${typed(e.type)}>`;
    case 'labelAddress':
      return `&&${e.name}`;
  }
}

function declared(d: Declaration): string {
  const list = d.declarators.map(
    x =>
      `${x.name} ${typed(x.type)}${x.initializer ? ` = ${initial(x.initializer)}` : ''}${x.percpu ? ' percpu' : ''}${x.cleanup ? ` cleanup ${x.cleanup}` : ''}`,
  );
  return `${d.storage ?? 'var'}${d.inline ? ' inline' : ''} ${list.length ? list.join(', ') : specified(d.specifier)}`;
}

function told(s: Statement): string {
  switch (s.kind) {
    case 'block':
      return `{ ${s.items.map(told).join(' ')} }`;
    case 'expression':
      return `${s.expression ? shown(s.expression) : ''};`;
    case 'declare':
      return `${declared(s.declaration)};`;
    case 'if':
      return `if ${shown(s.condition)} ${told(s.then)}${s.otherwise ? ` else ${told(s.otherwise)}` : ''}`;
    case 'while':
      return `while ${shown(s.condition)} ${told(s.body)}`;
    case 'do':
      return `do ${told(s.body)} while ${shown(s.condition)}`;
    case 'for':
      return `for [${s.start ? told(s.start) : ';'} ${s.condition ? shown(s.condition) : ''}; ${s.step ? shown(s.step) : ''}] ${told(s.body)}`;
    case 'switch':
      return `switch ${shown(s.value)} ${told(s.body)}`;
    case 'case':
      return `${s.from ? `case ${shown(s.from)}` : 'default'}${s.to ? `...${shown(s.to)}` : ''}: ${told(s.body)}`;
    case 'label':
      return `${s.name}: ${told(s.body)}`;
    case 'goto':
      return `goto ${s.name ?? '*'};`;
    case 'return':
      return `return ${s.value ? shown(s.value) : ''};`;
    case 'guard':
      return `guard ${s.lock}(${s.arguments.map(shown).join(', ')})${s.body ? ` ${told(s.body)}` : ';'}`;
    case 'break':
    case 'continue':
    case 'assembler':
      return `${s.kind};`;
  }
}

async function unitOf(text: string): Promise<Unit> {
  return parseUnit([...tokenize(text, '/f.c'), endToken('/f.c', text.length)], names, await loadParser());
}

async function checkExpression(text: string, expected: string | undefined): Promise<void> {
  const e = parseExpression(tokenize(text, '/f.c'), names, await loadParser());
  assert.equal(e && shown(e), expected, text);
}

/** What a text at the top level says; problems by their message. */
async function checkUnit(text: string, ...expected: readonly string[]): Promise<void> {
  const unit = await unitOf(text);
  const externals = unit.externals.map(e => {
    if (e.kind === 'declaration') return declared(e);
    if (e.kind === 'function') return `${e.name} ${typed(e.type)} ${told(e.body)}`;
    return `${e.kind} ${e.kind === 'race' ? e.word : e.name}`;
  });
  assert.deepEqual([...externals, ...unit.problems.map(p => p.message)], expected, text);
}

async function checkBody(text: string, expected: string): Promise<void> {
  await checkUnit(`void f(void) { ${text} }`, `f () of void { ${expected} }`);
}

describe('lowering: C to syntax', () => {
  const expressions: readonly (readonly [string, string | undefined])[] = [
    // A name in brackets: a type or a value
    ['(u32)(x) + 1', '(<u32>x + 1)'],
    ['(u32)-x', '<u32>(-x)'],
    ['(u32)*p', '<u32>(*p)'],
    ['(u32)&x', '<u32>(&x)'],
    ['(u32 *)p', '<* of u32>p'],
    ['(a)-1', '(a - 1)'],
    ['(a)*b', '(a * b)'],
    ['(a)&b', '(a & b)'],
    ['(a)(b)', 'a(b)'],
    ['(a[0]) - b', '(a[0] - b)'],
    ['(f(x)) & y', '(f(x) & y)'],
    ['(unknown *)p', '<* of unknown>p'],
    ['(unknown)p', '<unknown>p'],
    ['(unknown)(p)', 'unknown(p)'],
    ['p->u32', 'p->u32'],
    ['sizeof(u32) * 2', '(sizeof <u32> * 2)'],
    ['sizeof(a) * 2', '(sizeof a * 2)'],
    ['sizeof(a[0])', 'sizeof a[0]'],
    ['sizeof(u32){ 1 }', 'sizeof <u32>{1}'],
    ['__alignof__(a) + _Alignof(int)', '(alignof a + alignof <int>)'],
    // Operators
    ['-x++', '(-(x++))'],
    ['!p->n--', '(!(p->n--))'],
    ['*p++ = -1', '((*(p++)) = (-1))'],
    ['a - 1 - 2 << 3 & 4 == 5', '((((a - 1) - 2) << 3) & (4 == 5))'],
    ['a ?: b', '(a ?  : b)'],
    ['a ? b, c : d ? e : f', '(a ? (b, c) : (d ? e : f))'],
    ['a = b += c, d, e', '(((a = (b += c)), d), e)'],
    ['(void)0, (int)x.y++', '(<void>0, <int>(x.y++))'],
    // Arguments that are no expressions
    ['f(u32, struct s *, const u32 x, , b)', 'f(<u32>, <* of struct s>, <u32>, 0, b)'],
    ['f(list_t(*)(int), )', 'f(<*(int) of list_t>, 0)'],
    ['f()', 'f()'],
    // GNU and C11
    ['({ u32 *q = p; *q; })', '{ var q * of u32 = p; (*q); }'],
    ['(typeof(*p) *)q', '<* of typeof (*p)>q'],
    ['(__typeof__(u32 *))q', '<typeof <* of u32>>q'],
    ['f(typeof(({ int y = x; y; })))', 'f(<typeof { var y int = x; y; }>)'],
    ['(struct s){ .a = 1, [2 ... 3].b = 4, 5, x: 6 }.a', '<struct s>{.a=1, [2...3].b=4, 5, .x=6}.a'],
    ['__builtin_offsetof(struct s, a.b[2].u32)', 'offsetof <struct s>.a.b[2].u32'],
    ['__builtin_types_compatible_p(u32, typeof(x))', '<u32> ~ <typeof x>'],
    ['__builtin_va_arg(ap, u32 *)', '<* of u32>0'],
    ['_Generic(x, u32: a ? b : c, char *: g(1, 2), default: d)', 'generic x <u32>: (a ? b : c), <* of char>: g(1, 2), default: d'],
    ['__extension__ (u32)1', '<u32>1'],
    ['t[&&out - &&in]', 't[(&&out - &&in)]'],
    ['KBUILD_MODNAME ": " "x"', '": " "x"'],
    ["L + '\\'' + 0x1fUL", "((L + '\\'') + 0x1fUL)"],
    // None
    ['a +', undefined],
    ['a b', undefined],
    ['a) + (b', undefined],
    ['', undefined],
  ]; // prettier-ignore
  for (const [text, expected] of expressions) it(text || 'nothing', () => checkExpression(text, expected));

  const bodies: readonly (readonly [string, string])[] = [
    ['u32 * a; a * u;', 'var a * of u32; (a * u);'],
    ['unknown *p; unknown q = 1; a(b);', 'var p * of unknown; var q unknown = 1; a(b);'],
    ['{ int u32 = 1; x = (u32) * 2; u32 * x; } x = (u32) * y;', '{ var u32 int = 1; (x = (u32 * 2)); (u32 * x); } (x = <u32>(*y));'],
    ['for (int u32 = 0; u32 * 2; u32++) u32--;', 'for [var u32 int = 0; (u32 * 2); (u32++)] (u32--);'],
    ['typedef int own; (own)*x;', 'typedef own int; <own>(*x);'],
    ['enum { list_t = 3 }; x = (list_t)-1;', 'var enum list_t=3; (x = (list_t - 1));'],
    ['switch (x) { case 1 ... 3: case 4: y(); break; default: }', 'switch x { case 1...3: case 4: y(); break; default: ; }'],
    ['switch (x) case A ? 1 : 2: y();', 'switch x case (A ? 1 : 2): y();'],
    ['case 1: __attribute__((fallthrough)); case 2: ;', 'case 1: ; case 2: ;'],
    ['out: u32: x(); end: __attribute__((unused)) }{', 'out: u32: x(); end: ; }'],
    ['if (a) if (b) c(); else d();', 'if a if b c(); else d();'],
    ['do x(); while (y); while (z) ;', 'do x(); while y while z ;'],
    ['goto out; goto *t[1]; __label__ l; return; return -1;', 'goto out; goto *; ; return ; return (-1);'],
    ['asm volatile goto ("x" : : "r" (y) : : out); __asm__("");', 'assembler; assembler;'],
    ['guard(mutex)(&m); scoped_guard(spin, &l) x(); scoped_guard(rcu) { }', 'guard mutex((&m)); guard spin((&l)) x(); guard rcu() {  }'],
    ['static const unsigned long int a[2], *const b = c, (*d)(int, ...);', 'static a [2] of unsigned long int, b * of unsigned long int = c, d *(int, ...) of unsigned long int;'],
    ['struct s { int a:1, :2, b; } x __attribute__((cleanup(f)));', 'var x struct s{a:1 int; :2 int; b int} cleanup f;'],
    ['char s[] = "a" "b" __attribute__((unused)), *t;', 'var s [] of char = "a" "b", t * of char;'],
    ['char __user *p; int (x);', 'var p * of char; var x int;'],
    ['__auto_type x = 1; static y; _Static_assert(1, "");', 'var x auto = 1; static y int; ;'],
  ]; // prettier-ignore
  for (const [text, expected] of bodies)
    it(text, () =>
      text.endsWith('}{')
        ? checkUnit(`void f(void) { ${text.slice(0, -1)}`, `f () of void { ${expected}`)
        : checkBody(text, expected),
    );

  it('functions and declarations', async () => {
    await checkUnit(
      'static inline __attribute__((x)) u32 *(*get(int u32, char *s))(void) { return (u32) - s; } ; typedef struct { int a; } __attribute__((packed)) t; t x; int u32(void);',
      'get (int u32, * of char s)*(...)* of u32 { return (u32 - s); }'.replace('(...)', '()'),
      'typedef t struct {a int} packed',
      'var x t',
      'var u32 () of int',
    );
    await checkUnit(
      'enum e { A, B = A + 1, }; union v { struct { int x; }; u32 u32; ; _Static_assert(1); } __attribute__((aligned(8))); extern int z __attribute__((percpu));',
      'var enum A B=(A + 1)',
      'var struct v{ struct {x int}; u32 u32}',
      'extern z int percpu',
    );
  });

  it('macro calls and harness words', async () => {
    await checkUnit(
      'EXPORT_SYMBOL(f); MODULE(x) int a; RACE_THREAD(process, t) { int b; } RACE_EXPECT(holds) RACE_FINALLY(a == 1);',
      'invocation EXPORT_SYMBOL',
      'invocation MODULE',
      'var a int',
      'race RACE_THREAD',
      'race RACE_EXPECT',
      'race RACE_FINALLY',
    );
  });

  it('one bad item leaves the others', async () => {
    await checkUnit(
      'int a; void f(void) { x = ; } void h(void) { y(; } int b; void g(void) { if x; } int c; struct { int } d; int e',
      'var a int',
      'var b int',
      'var c int',
      'syntax error: unexpected ";"',
      'syntax error: a ")" is missing',
      'syntax error: expected "(" before "x"',
      'syntax error: expected ";" before "}"',
      'syntax error: "d" is not a type',
      'syntax error: expected ";" before the end',
    );
  });

  it('places include the words that the text for the grammar leaves out', async () => {
    const text =
      'static const u32 __attribute__((x)) *a __attribute__((y)) = (const u32 *)1, b; void f(const u32 *p) { }';
    const [first, second] = (await unitOf(text)).externals;
    const slice = (at: { first: { start: number }; last: { end: number } }): string =>
      text.slice(at.first.start, at.last.end);
    assert.equal(first?.kind, 'declaration');
    if (first?.kind !== 'declaration' || second?.kind !== 'function') return;
    const [a, b] = first.declarators;
    assert.ok(a?.initializer?.kind === 'expression' && a.initializer.value.kind === 'cast' && b);
    assert.deepEqual(
      [slice(first), slice(a), slice(a.type), slice(a.initializer.value.type), slice(b), slice(second)],
      [
        'static const u32 __attribute__((x)) *a __attribute__((y)) = (const u32 *)1, b;',
        '*a __attribute__((y)) = (const u32 *)1',
        '*a __attribute__((y))',
        'const u32 *',
        'b',
        'void f(const u32 *p) { }',
      ],
    );
  });
});

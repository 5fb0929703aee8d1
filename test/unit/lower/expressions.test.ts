import { checkTrue, checkVerdict } from './lowering';

const structs = `
struct pair { long x; long y; };
struct mixed { char c; int i; char d; long l; };
struct tight { char c; int i; } __attribute__((packed));
struct bits { unsigned int a : 3, b : 5; int s : 4; unsigned char rest; };
union u { unsigned int whole; unsigned char parts[4]; struct { unsigned short low, high; }; };
struct outer { int before; struct { int in1; int in2; }; struct pair p[3]; int grid[2][3]; };
enum colour { RED, GREEN = 5, BLUE, NEGATIVE = -1 };
static struct pair shared = { .y = 2, .x = 1 };
static struct outer out = { .p = { [1] = { 3, 4 }, { 5, 6 } }, .in2 = 7, .grid = { { 1, 2, 3 }, { [2] = 9 } } };
static struct pair flat[] = { 1, 2, 3, 4 };
static int filled[6] = { [1 ... 3] = 8, 9 };
static char text[] = "ab\\n";
static const char *names[] = { "x", "yz" };
static int *into = &out.grid[1][2];
static int calls;
static int f(int r) { calls++; return r; }
static int twice(int (*g)(int), int v) { return g(g(v)); }
static struct pair make(long a, long b) { struct pair p = { a, b }; return p; }
static long sum(struct pair p) { p.x += p.y; return p.x; }
`;

describe('lowering: expressions', () => {
  const truths: readonly (readonly [string, string?])[] = [
    ['(1 << 31) < 0'],
    ['(1U << 31) > 0'],
    ['(unsigned long)(1 << 31) == 0xffffffff80000000UL'],
    ['-1 > 0U'],
    ['-1L < 0U'],
    ['(unsigned char)257 == 1 && (signed char)255 == -1'],
    ['(u8)200 + (u8)100 == 300'],
    ['0x7fffffff + 1 == INT_MIN'],
    ['~0UL == ULONG_MAX && ~0U == 0xffffffffU'],
    ['(0x8000000000000000UL >> 63) == 1'],
    ['(-8 >> 1) == -4 && -7 / 2 == -3 && -7 % 2 == -1'],
    ['sizeof(long) == 8 && sizeof(struct pair) == 16 && sizeof(char) == 1'],
    ['sizeof(struct mixed) == 24 && offsetof(struct mixed, i) == 4 && offsetof(struct mixed, l) == 16'],
    ['sizeof(struct tight) == 5 && offsetof(struct tight, i) == 1'],
    ['sizeof(union u) == 4 && sizeof(out.p) == 48 && sizeof(out.grid) / sizeof(out.grid[0][0]) == 6'],
    ['offsetof(struct outer, p[2].y) == 56'],
    ['sizeof("abc") == 4 && sizeof(text) == 4 && text[2] == 10'],
    ['RED == 0 && BLUE == 6 && NEGATIVE < 0'],
    ['shared.x == 1 && shared.y == 2'],
    ['out.p[1].y == 4 && out.p[2].x == 5 && out.p[0].x == 0 && out.in2 == 7'],
    ['out.grid[0][2] == 3 && out.grid[1][2] == 9 && *into == 9'],
    ['ARRAY_SIZE(flat) == 2 && flat[1].x == 3'],
    ['filled[1] == 8 && filled[3] == 8 && filled[4] == 9 && filled[5] == 0'],
    ["names[1][1] == 'z' && names[0] != names[1]"],
    ['(f(0) && f(1)) == 0 && calls == 1'],
    ['(f(1) || f(1)) == 1 && calls == 1'],
    ['(f(0) & f(1)) == 0 && calls == 2'],
    ['(f(3) ?: f(4)) == 3 && calls == 1'],
    ['(f(0) ? f(1) : f(2)) == 2 && calls == 2'],
    ['(f(1), f(2)) == 2'],
    ['twice(f, 6) == 6 && twice(&f, 6) == 6 && (*f)(7) == 7'],
    ['make(3, 4).y == 4 && sum(make(3, 4)) == 7'],
    ['sum(shared) == 3 && shared.x == 1'],
    ['({ int a = 3; a + 1; }) == 4'],
    ['&out.p[2] - out.p == 2 && (char *)&out.p[1] - (char *)&out.p[0] == 16'],
    ['container_of(&out.in2, struct outer, in2) == &out'],
    ['min(3, -1) == -1 && max_t(unsigned int, 3, -1) == 0xffffffffu && clamp(9, 1, 5) == 5'],
    ['IS_ERR(ERR_PTR(-ENOMEM)) && PTR_ERR(ERR_PTR(-12)) == -12 && !IS_ERR(&out) && IS_ERR_OR_NULL(NULL)'],
    ['BIT(63) == 0x8000000000000000UL && GENMASK(7, 4) == 0xf0'],
    ['__builtin_types_compatible_p(typeof(shared), struct pair) && !__builtin_types_compatible_p(int, long)'],
    ['_Generic(shared.x, int: 1, long: 2, default: 3) == 2'],
    ['!!5 == 1 && (bool)256 == 1 && !(bool)0'],
    ["'a' == 97 && '\\n' == 10 && '\\xff' == -1"],
  ];
  for (const [condition, statements] of truths)
    it(condition, () => checkTrue(condition, statements, structs));

  const programs: readonly (readonly [string, string, string])[] = [
    [
      'bit-fields share a word and keep their width',
      'struct bits b = { 0 }; b.a = 9; b.b = 31; b.s = 15; b.rest = 7;',
      'b.a == 1 && b.b == 31 && b.s == -1 && b.rest == 7',
    ],
    [
      'unions overlap, little endian',
      'union u v; v.whole = 0x01020304; v.high = 0xaaaa;',
      'v.parts[0] == 4 && v.whole == 0xaaaa0304',
    ],
    ['post and pre increment', 'int i = 5; int a = i++ + 10; int b = ++i;', 'a == 15 && b == 7 && i == 7'],
    ['increment under not', 'int i = 0, n = 0; if (!i++) n = 1;', 'i == 1 && n == 1'],
    [
      'compound assignments convert',
      'u8 c = 250; c += 10; unsigned long w = 1; w <<= 40; w |= 1 << 31;',
      'c == 4 && w == (0xffffffff80000000UL | (1UL << 40))',
    ],
    ['assignment chains', 'int a, b, c; a = b = c = 4;', 'a == 4 && b == 4'],
    ['pointers walk', 'int *p = filled; p++; p += 2; int v = *p--;', 'v == 8 && p == filled + 2'],
    [
      'typeof and shadowing',
      'typeof(shared.x) n = 1; { long n = 2; n++; } typeof(n) m = n;',
      'n == 1 && m == 1 && sizeof(m) == 8',
    ],
    ['struct copies', 'struct pair p = shared, q; q = p; q.x = 9;', 'q.y == 2 && p.x == 1'],
    [
      'compound literals',
      'struct pair *p = &(struct pair){ .y = 5 }; int n = ((struct pair){ 1, 2 }).y;',
      'p->y == 5 && p->x == 0 && n == 2',
    ],
    ['swap', 'int a = 1, b = 2; swap(a, b);', 'a == 2 && b == 1'],
    ['out-parameters', 'int r = 0; int *q = &r; *q = 6;', 'r == 6'],
    ['overflow builtins', 'int r; bool o = __builtin_add_overflow(2, 3, &r);', 'r == 5 && !o'],
    [
      'try_cmpxchg writes what it found',
      'int n = 4, old = 3; bool ok = try_cmpxchg(&n, &old, 9);',
      '!ok && old == 4 && n == 4',
    ],
  ];
  for (const [title, statements, condition] of programs)
    it(title, () => checkTrue(condition, statements, structs));

  it('an undefined shift is a finding, a constant one in range is not', async () => {
    const shift = (n: string) =>
      checkVerdict(
        `#include <racelens.h>\nstatic int n = 40;\nRACE_THREAD(process, t) { int x = 1 << ${n}; RACE_ASSERT(x != 3); }`,
        'holds',
      );
    await shift('n');
    await shift('4');
  });
});

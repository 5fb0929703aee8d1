import { strict as assert } from 'node:assert';
import {
  createIdentifierScan,
  hashOfName,
  isBinary,
  scanBytes,
  uses,
} from '../../../src/tree/identifierScan';

/** What is asked about: `defines`, `static`, `mentions` or `absent` for each word. */
function check(code: string, expected: Readonly<Record<string, string>>, step = Infinity): void {
  const scan = createIdentifierScan();
  const bytes = scanBytes(code);
  scan.begin();
  for (let at = 0; at < bytes.length;) at = scan.scan(bytes, at, at + step);
  const { hashes, uses: found } = scan.found();
  const said = Object.keys(expected).map(word => {
    const at = hashes.indexOf(hashOfName(word));
    const use = found[at];
    return [
      word,
      at < 0
        ? 'absent'
        : use === uses.defines
          ? 'defines'
          : use === uses.definesStatic
            ? 'static'
            : 'mentions',
    ];
  });
  assert.deepEqual(Object.fromEntries(said), expected);
}

describe('tree: scan for identifiers', () => {
  const all = `/* comment_word */ // line_word
#define MACRO(a) inside_macro(a) { \\
	still_macro
#  define OTHER_MACRO 0x10UL
struct tag { int member; enum inner { INNER_ONE = outer_value, INNER_TWO }; };
enum { FIRST, SECOND = BASE + 1, /* gone, */ THIRD,
#ifdef A
	UNDER_IF,
#endif
	BEHIND_IF
};
typedef struct { int x; } type_name;
typedef int (*callback_t)(int argument);
typedef unsigned long array_t[4];
typedef int (plain_t)(int x);
typedef int function_t(int);
static const struct ops table = { .open = my_open, .x = CALL(y) };
int prototype(int a);
static DEFINE_SPINLOCK(lock_variable);
EXPORT_SYMBOL(exported);
static int __must_check own_function(void)
{
	const char *s = "string_word \\" still_string"; char c = '"';
	local_call(s);
	{ nested_block(c); }
}
int *outer_function(struct x *p) __acquires(p)
{
#ifdef A
	if (a) {
#else
	if (b) {
#endif
		c();
	}
}
void after_unbalanced(void) { return; }
SYSCALL_DEFINE1(sys_name, int, fd)
{
}
BPF_CALL_2(bpf_name, struct sk_buff *, skb, u32, len)
{
}
int by_type(type_of_argument x)
{
}
`;
  const expected = {
    comment_word: 'absent',
    line_word: 'absent',
    gone: 'absent',
    string_word: 'absent',
    still_string: 'absent',
    x10UL: 'absent',
    MACRO: 'defines',
    inside_macro: 'mentions',
    still_macro: 'mentions',
    OTHER_MACRO: 'defines',
    tag: 'defines',
    member: 'mentions',
    inner: 'defines',
    INNER_ONE: 'defines',
    INNER_TWO: 'defines',
    outer_value: 'mentions',
    FIRST: 'defines',
    SECOND: 'defines',
    BASE: 'mentions',
    THIRD: 'defines',
    UNDER_IF: 'defines',
    BEHIND_IF: 'defines',
    plain_t: 'defines',
    type_name: 'defines',
    callback_t: 'defines',
    array_t: 'defines',
    function_t: 'defines',
    argument: 'mentions',
    table: 'mentions',
    my_open: 'mentions',
    CALL: 'mentions',
    prototype: 'mentions',
    lock_variable: 'mentions',
    exported: 'mentions',
    own_function: 'static',
    local_call: 'mentions',
    nested_block: 'mentions',
    outer_function: 'defines',
    after_unbalanced: 'defines',
    SYSCALL_DEFINE1: 'defines',
    bpf_name: 'defines',
    type_of_argument: 'mentions',
  };

  it('tells definitions from mentions, and leaves comments, strings and numbers out', () => {
    check(all, expected);
  });

  it('can stop and go on behind any token', () => {
    for (const step of [1, 2, 7, 64]) check(all, expected, step);
  });

  it('reads CRLF text', () => {
    check(all.replace(/\n/g, '\r\n'), expected);
  });

  it('finds a function behind macro calls without an end', () => {
    const calls = Array.from({ length: 40 }, (_, i) => `DECLARE_FNS(x, y${String(i)})\n`).join('');
    check(`${calls}static int behind(void)\n{\n}\n`, { behind: 'static' });
  });

  it('takes the stronger of two uses', () => {
    check('int f(void);\n#ifdef A\nstatic int f(void)\n{\n}\n#else\nint f(void)\n{\n}\n#endif\n', {
      f: 'defines',
    });
  });

  it('ends with what is cut off', () => {
    for (const code of ['/* open', '"open', "'", 'f(', '#define', '\\', '{{{{', '}}}} x', 'a/'])
      check(code, { zzz: 'absent' });
    check('}}}} int f(void) {', { f: 'defines' });
    check("#error don't\nint f(void) {", { f: 'defines' });
  });

  it('holds more identifiers than its first table', () => {
    const names = Array.from({ length: 40_000 }, (_, i) => `#define N${String(i)} 1\n`);
    check(names.join(''), { N0: 'defines', N16384: 'defines', N39999: 'defines', N40000: 'absent' });
  });

  it('knows what is no text', () => {
    assert.equal(isBinary(new Uint8Array([127, 69, 76, 70, 0])), true);
    assert.equal(isBinary(scanBytes('int ä;')), false);
  });
});

/**
 * Words that the C grammar does not know and that the mask and the item scanner must see through: attribute words
 * and attribute macros of kernel C. They are grammar, not meaning: what `__rcu` says is read elsewhere, from the text.
 */

const attributeList = `
__init __exit __initdata __initconst __exitdata __initdata_or_meminfo __init_or_module __initdata_or_module
__initconst_or_module __net_init __net_exit __net_initdata __meminit __meminitdata __meminitconst __cpuinit
__cpuinitdata __devinit __devexit __devinitdata __devinitconst __ref __refdata __refconst __user __rcu __percpu
__iomem __kernel __force __nocast __safe __private __must_check __always_inline __cold __pure __attribute_const__
__weak __visible __sched __cpuidle __latent_entropy __read_mostly __ro_after_init __packed __maybe_unused
__always_unused __used __randomize_layout __no_randomize_layout __designated_init __deprecated __noreturn __noclone
__malloc __cacheline_aligned __cacheline_aligned_in_smp ____cacheline_aligned ____cacheline_aligned_in_smp
____cacheline_internodealigned_in_smp __page_aligned_bss __page_aligned_data __bss_decrypted __bitwise __bitwise__
__irq_entry __softirq_entry __lockfunc __kprobes __nocfi __noscs __no_sanitize_address __no_sanitize_thread
__no_sanitize_memory __no_sanitize_undefined __no_sanitize_coverage __no_sanitize_or_inline __no_kasan_or_inline
__no_kcsan __no_profile __no_stack_protector __flatten __gnu_inline __noendbr __bpf_kfunc __naked __nosavedata
__fix_address noinline noinline_for_stack notrace asmlinkage noinstr nokprobe_inline __cdecl __efiapi
randomized_struct_fields_start randomized_struct_fields_end __extension__ STATIC_RW_DATA fallthrough __nonstring
`;

/** Words without arguments that are masked with blanks wherever they stand outside member accesses. */
export const attributeWords: ReadonlySet<string> = new Set(attributeList.split(/\s+/).filter(w => w !== ''));

const attributeMacroList = `
__attribute__ __attribute __aligned __printf __scanf __section __acquires __releases __releases_shared
__cond_acquires __cond_releases __must_hold __must_hold_shared __alloc_size __assume_aligned __alias __copy
__compiletime_error __compiletime_warning __counted_by __counted_by_le __counted_by_be __diagnose_as
__no_caller_saved_registers __guarded_by __pt_guarded_by __mode __acquires_shared __cleanup __free _Alignas alignas
__realloc_size __overloadable __pass_object_size ACPI_PRINTF_LIKE
`;

/** Macros with arguments that are attributes: masked together with the arguments. */
export const attributeMacros: ReadonlySet<string> = new Set(
  attributeMacroList.split(/\s+/).filter(w => w !== ''),
);

/** Words that may stand before a declaration and say how it is stored or linked. */
export const storageWords: ReadonlySet<string> = new Set(
  'static extern inline __inline __inline__ register auto const volatile __const __volatile__ _Thread_local __thread thread_local'.split(
    ' ',
  ),
);

/** Built-in type words of C. */
export const builtinTypes: ReadonlySet<string> = new Set(
  'void char short int long float double signed unsigned _Bool bool __int128 __signed__ __signed _Complex __auto_type'.split(
    ' ',
  ),
);

export const tagWords: ReadonlySet<string> = new Set(['struct', 'union', 'enum']);

export const typeofWords: ReadonlySet<string> = new Set([
  'typeof',
  '__typeof__',
  '__typeof',
  'typeof_unqual',
  '__typeof_unqual__',
]);

export const statementWords: ReadonlySet<string> = new Set(
  'if else for while do switch case default return goto break continue sizeof asm __asm__ __asm'.split(' '),
);

/** Names that can only be types, so that `(u32)(x)` is a cast and no call. */
export function isTypeName(name: string): boolean {
  return /^(?:(?:__)?[us](?:8|16|32|64)|__[bl]e(?:16|32|64)|__sum16|__wsum|bool|uint|ulong|ushort|\w+_t)$/.test(
    name,
  );
}

/** Macros whose name says that a statement follows which they repeat or guard. */
export function isLoopName(name: string): boolean {
  return /for_?each|^scoped_(?:cond_)?guard$|^do_each_|(?:^|_)walk(?:_|$)/i.test(name);
}

/* Which kernels run: the best that this build holds and this CPU and operating system support. */
#include "internal.h"

#include <stdatomic.h>
#include <string.h>
#ifdef __x86_64__
#include <cpuid.h>
#ifdef __APPLE__
#include <stdlib.h>
#include <sys/sysctl.h>
#endif
#endif

/* What a CPU must have beyond its architecture's baseline. */
typedef enum { UNKNOWN, BASELINE, WITH_AVX2, WITH_AVX512 } cpu_level;

typedef struct {
    const char *name;
    cpu_level needs;
    const fsp_kernels *f32, *f64;
} isa_entry;

/* From best to plainest. */
static const isa_entry ENTRIES[] = {
#if defined(__x86_64__)
    {"avx512", WITH_AVX512, &fsp_kernels_avx512_f32, &fsp_kernels_avx512_f64},
    {"avx2", WITH_AVX2, &fsp_kernels_avx2_f32, &fsp_kernels_avx2_f64},
    {"sse2", BASELINE, &fsp_kernels_sse2_f32, &fsp_kernels_sse2_f64},
#elif defined(__aarch64__)
    {"neon", BASELINE, &fsp_kernels_neon_f32, &fsp_kernels_neon_f64},
#endif
#ifndef FSP_WITHOUT_SCALAR  /* wheels, whose processors all have vectors */
    {"scalar", BASELINE, &fsp_kernels_scalar_f32, &fsp_kernels_scalar_f64},
#endif
};

#ifdef __x86_64__
/* Bits of cpuid: leaf 1, register ecx, and leaf 7, register ebx. */
static const unsigned FMA_OSXSAVE_AVX = 1u << 12 | 1u << 27 | 1u << 28;
static const unsigned AVX2 = 1u << 5, AVX512_F_DQ_BW_VL = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;
/* Bits of the register XCR0, which lists what the operating system keeps for each thread: xmm and the upper halves of ymm;
 * then also mask registers, the upper halves of zmm, and zmm16 to zmm31. */
enum { KEEPS_YMM = 0x06, KEEPS_ZMM = 0xe6 };

static int has_all(unsigned value, unsigned bits) { return (value & bits) == bits; }

/* The CPU has this instruction if it has OSXSAVE. */
static unsigned read_xcr0(void)
{
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

/* macOS begins to keep zmm when a thread first uses it, so XCR0 does not tell; before macOS 13 (Darwin 22), its kernel could
 * lose mask registers. */
static int system_keeps_zmm(unsigned xcr0)
{
#ifdef __APPLE__
    (void)xcr0;
    int avx512 = 0;
    char darwin[32] = "";
    size_t size = sizeof avx512, length = sizeof darwin - 1;
    return sysctlbyname("hw.optional.avx512f", &avx512, &size, NULL, 0) == 0 && avx512 &&
           sysctlbyname("kern.osrelease", darwin, &length, NULL, 0) == 0 && atoi(darwin) >= 22;
#else
    return has_all(xcr0, KEEPS_ZMM);
#endif
}

/* Not by __builtin_cpu_supports: where the compiler comes without its run-time library (zig), that says no to everything. */
static cpu_level find_level(void)
{
    unsigned eax, ebx, ecx, edx;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !has_all(ecx, FMA_OSXSAVE_AVX)) return BASELINE;  /* not reached: no AVX */
    const unsigned xcr0 = read_xcr0();
    if (!has_all(xcr0, KEEPS_YMM) || !__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) || !has_all(ebx, AVX2))  /* not reached: no AVX2 */
        return BASELINE;  /* not reached: no AVX2 */
    return has_all(ebx, AVX512_F_DQ_BW_VL) && system_keeps_zmm(xcr0) ? WITH_AVX512 : WITH_AVX2;  /* not reached: one of the two */
}
#else
static cpu_level find_level(void) { return BASELINE; }
#endif

/* Found once: in a virtual machine, cpuid alone can take longer than a short call. Threads that meet here at first find the
 * same. */
static cpu_level level_here(void)
{
    static atomic_int known;
    int level = atomic_load_explicit(&known, memory_order_relaxed);
    if (level == UNKNOWN) atomic_store_explicit(&known, level = (int)find_level(), memory_order_relaxed);
    return (cpu_level)level;
}

static const isa_entry *find(const char *isa)
{
    const cpu_level level = level_here();
    for (size_t i = 0; i < sizeof ENTRIES / sizeof *ENTRIES; i++)
        if ((!isa || !strcmp(isa, ENTRIES[i].name)) && ENTRIES[i].needs <= level) return &ENTRIES[i];
    return NULL;
}

const fsp_kernels *fsp_find_kernels(const char *isa, fsp_precision precision)
{
    const isa_entry *entry = find(isa);
    if (!entry) return NULL;
    return precision == FSP_F32 ? entry->f32 : entry->f64;
}

const char *fsp_best_isa(void) { return find(NULL)->name; }

int fsp_has_isa(const char *isa) { return find(isa) != NULL; }

size_t fsp_lanes(const char *isa, fsp_precision precision)
{
    const fsp_kernels *kernels = fsp_find_kernels(isa, precision);
    return kernels ? kernels->lanes : 0;
}

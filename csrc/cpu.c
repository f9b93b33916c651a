/* Which kernels run: the best that this build holds and this CPU and operating system support. */
#include "internal.h"

#include <string.h>

typedef struct {
    const char *name;
    const fsp_kernels *f32, *f64;
} isa_entry;

/* From best to plainest. */
static const isa_entry ENTRIES[] = {
#if defined(__x86_64__)
    {"avx512", &fsp_kernels_avx512_f32, &fsp_kernels_avx512_f64},
    {"avx2", &fsp_kernels_avx2_f32, &fsp_kernels_avx2_f64},
    {"sse2", &fsp_kernels_sse2_f32, &fsp_kernels_sse2_f64},
#elif defined(__aarch64__)
    {"neon", &fsp_kernels_neon_f32, &fsp_kernels_neon_f64},
#endif
    {"scalar", &fsp_kernels_scalar_f32, &fsp_kernels_scalar_f64},
};

/* The compiler's run-time probe reads cpuid and, for the wide registers, xgetbv. */
static int runs_here(const char *name)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!strcmp(name, "avx512"))
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
    if (!strcmp(name, "avx2")) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    (void)name;
    return 1;
}

static const isa_entry *find(const char *isa)
{
    for (size_t i = 0; i < sizeof ENTRIES / sizeof *ENTRIES; i++)
        if ((!isa || !strcmp(isa, ENTRIES[i].name)) && runs_here(ENTRIES[i].name)) return &ENTRIES[i];
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

/* The vector vocabulary shared by every instruction set: GCC/Clang vector extensions over REAL.
 *
 * A vec_<isa>.h header defines LANES, FSP_VECTOR_BYTES and the few operations that need an intrinsic (v_fma, v_fnma,
 * v_max, v_min, v_sqrt; v_if_le: x <= limit ? yes : no, no for NaN; v_load_some, v_store_some: the first `count` < LANES
 * lanes; where REAL is float, d_widen and d_narrow between H and D; and, where one instruction helps, v_split under
 * FSP_SPLITS, v_rsqrt under FSP_RSQRT, v_mul_at, v_fma_at and v_fnma_at under FSP_EMBEDS), says FSP_ROUNDS_PRODUCTS if its
 * v_fma rounds twice, then all.inc.h includes the kernels. One translation unit holds one precision, so nothing here needs
 * a mangled name. */
#ifndef FSP_VEC_H
#define FSP_VEC_H

#include "kernels.h"

#ifdef __FAST_MATH__
#error "compile without -ffast-math: bits depend on the arithmetic as it is written"
#endif

#if FSP_DOUBLE
typedef double REAL;
typedef uint64_t UINT;
#define REAL_BYTES 8
#define SQRT __builtin_sqrt
#else
typedef float REAL;
typedef uint32_t UINT;
#define REAL_BYTES 4
#define SQRT __builtin_sqrtf
#endif

#define LANES (FSP_VECTOR_BYTES / REAL_BYTES)

enum { A_LINE = 64 / REAL_BYTES };  /* numbers that caches fetch together, on most CPUs */

/* Unrolls loops over arrays of at most 16 vectors, so that compilers keep these in registers. clang gets "full": with a number,
 * clang 14 unrolls after it has put the arrays into memory (a log-mel takes 1.3 to 1.7 times as long), and loops of unknown length
 * get sixteen copies (prime lengths above 31 take 1.1 times as long). "Full" leaves such loops alone; the warning about that is
 * switched off. */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#define VECTORIZE _Pragma("clang loop vectorize(enable)")  /* even where clang expects no gain, wrongly */
#pragma clang diagnostic ignored "-Wpass-failed"
#else
#define UNROLL _Pragma("GCC unroll 16")
#define VECTORIZE
#endif

typedef REAL V __attribute__((vector_size(FSP_VECTOR_BYTES)));
typedef UINT VU __attribute__((vector_size(FSP_VECTOR_BYTES)));
typedef REAL V_UNALIGNED __attribute__((vector_size(FSP_VECTOR_BYTES), aligned(REAL_BYTES), may_alias));

/* D: as many doubles as a vector holds, at least one; where REAL is float, those of half a V. */
#define D_BYTES (FSP_VECTOR_BYTES < 8 ? 8 : FSP_VECTOR_BYTES)
#define DLANES (D_BYTES / 8)

typedef double D __attribute__((vector_size(D_BYTES)));
typedef double D_UNALIGNED __attribute__((vector_size(D_BYTES), aligned(8), may_alias));

INLINE D d_set(double x) { return x - (D){0}; }

#if !FSP_DOUBLE
typedef REAL H __attribute__((vector_size(4 * DLANES)));
typedef REAL H_UNALIGNED __attribute__((vector_size(4 * DLANES), aligned(4), may_alias));
#endif

/* A complex number per lane: VL frames side by side, so that no arithmetic ever crosses lanes. */
typedef struct { V r, i; } C;

/* As many 32-bit integers as there are lanes. */
typedef int32_t VS __attribute__((vector_size(LANES * 4)));
typedef int32_t VS_UNALIGNED __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

/* The same in 16 and 8 bits, to store anywhere; and in as many bits as REAL has. */
typedef uint16_t V16 __attribute__((vector_size(LANES * 2), aligned(2), may_alias));
typedef uint8_t V8 __attribute__((vector_size(LANES), aligned(1), may_alias));
typedef int16_t S16 __attribute__((vector_size(LANES * 2)));
typedef int8_t S8 __attribute__((vector_size(LANES)));
#if FSP_DOUBLE
typedef int64_t VI __attribute__((vector_size(FSP_VECTOR_BYTES)));
#else
typedef VS VI;
#endif

INLINE VS vs_load(const int32_t *p) { return *(const VS_UNALIGNED *)p; }
INLINE void vs_store(int32_t *p, VS v) { *(VS_UNALIGNED *)p = v; }
/* A factor of two at a time: compilers have instructions for that. */
INLINE VS vs_of_16(V16 v) { return __builtin_convertvector((S16)v, VS); }
INLINE VS vs_of_8(V8 v) { return __builtin_convertvector(__builtin_convertvector((S8)v, S16), VS); }
INLINE V16 vs_to_16(VS v) { return __builtin_convertvector(v, V16); }
INLINE V8 vs_to_8(VS v) { return __builtin_convertvector(__builtin_convertvector(v, V16), V8); }

INLINE VS v_to_int32(V v) { return __builtin_convertvector(v, VS); }  /* truncates; v is within the range */
INLINE V v_of_int32(VS v) { return __builtin_convertvector(v, V); }

/* Fetches a cache line into the second level. The first level can wait for few lines at a time, and needs that for its own. */
INLINE void fetch_far(const void *p) { __builtin_prefetch(p, 0, 2); }

INLINE V v_load(const REAL *p) { return *(const V_UNALIGNED *)p; }
INLINE void v_store(REAL *p, V v) { *(V_UNALIGNED *)p = v; }

/* x - 0 is x for every x, signed zeros included, so compilers make this a plain broadcast. */
INLINE V v_set(REAL x) { return x - (V){0}; }

INLINE V v_select(VU mask, V a, V b) { return (V)((mask & (VU)a) | (~mask & (VU)b)); }

INLINE int v_all_zero(V v)
{
    int zeros = 0;
    for (int l = 0; l < LANES; l++) zeros += v[l] == 0;
    return zeros == LANES;
}

INLINE C c_add(C a, C b) { return (C){a.r + b.r, a.i + b.i}; }
INLINE C c_sub(C a, C b) { return (C){a.r - b.r, a.i - b.i}; }
INLINE C c_mul_minus_i(C a) { return (C){a.i, -a.r}; }

#endif

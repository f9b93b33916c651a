/* SSE2, the x86-64 baseline: four floats or two doubles, multiply and add rounded apart. */
#if !defined(__SSE2__)
#error "compile with -msse2: setup.py, ISA_FLAGS"
#endif
#define FSP_VECTOR_BYTES 16
#define FSP_REGISTERS 16
#include "vec.h"
#include <emmintrin.h>

#define FSP_ROUNDS_PRODUCTS
INLINE V v_fma(V a, V b, V c) { return a * b + c; }
INLINE V v_fnma(V a, V b, V c) { return c - a * b; }
INLINE V v_if_le(V x, V limit, V yes, V no) { return v_select((VU)(x <= limit), yes, no); }
#if FSP_DOUBLE
INLINE V v_max(V a, V b) { return (V)_mm_max_pd((__m128d)a, (__m128d)b); }
INLINE V v_min(V a, V b) { return (V)_mm_min_pd((__m128d)a, (__m128d)b); }
INLINE V v_sqrt(V a) { return (V)_mm_sqrt_pd((__m128d)a); }
#else
INLINE V v_max(V a, V b) { return (V)_mm_max_ps((__m128)a, (__m128)b); }
INLINE V v_min(V a, V b) { return (V)_mm_min_ps((__m128)a, (__m128)b); }
INLINE V v_sqrt(V a) { return (V)_mm_sqrt_ps((__m128)a); }
INLINE D d_widen(H h) { return __builtin_convertvector(h, D); }
INLINE H d_narrow(D d) { return __builtin_convertvector(d, H); }
#endif

INLINE V v_load_some(const REAL *p, size_t count)
{
    V v = {0};
    for (size_t l = 0; l < count; l++) v[l] = p[l];
    return v;
}

INLINE void v_store_some(REAL *p, V v, size_t count)
{
    for (size_t l = 0; l < count; l++) p[l] = v[l];
}

/* SSE2, the x86-64 baseline: four floats or two doubles, multiply and add rounded apart. */
#define FSP_VECTOR_BYTES 16
#include "vec.h"
#include <emmintrin.h>

INLINE V v_fma(V a, V b, V c) { return a * b + c; }
INLINE V v_fnma(V a, V b, V c) { return c - a * b; }
#if FSP_DOUBLE
INLINE V v_max(V a, V b) { return (V)_mm_max_pd((__m128d)a, (__m128d)b); }
INLINE V v_min(V a, V b) { return (V)_mm_min_pd((__m128d)a, (__m128d)b); }
INLINE V v_sqrt(V a) { return (V)_mm_sqrt_pd((__m128d)a); }
#else
INLINE V v_max(V a, V b) { return (V)_mm_max_ps((__m128)a, (__m128)b); }
INLINE V v_min(V a, V b) { return (V)_mm_min_ps((__m128)a, (__m128)b); }
INLINE V v_sqrt(V a) { return (V)_mm_sqrt_ps((__m128)a); }
#endif

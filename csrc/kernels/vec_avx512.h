/* AVX-512 (F, DQ, BW, VL): sixteen floats or eight doubles. */
#define FSP_VECTOR_BYTES 64
#include "vec.h"
#include <immintrin.h>

#if FSP_DOUBLE
INLINE V v_fma(V a, V b, V c) { return (V)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c); }
INLINE V v_fnma(V a, V b, V c) { return (V)_mm512_fnmadd_pd((__m512d)a, (__m512d)b, (__m512d)c); }
INLINE V v_max(V a, V b) { return (V)_mm512_max_pd((__m512d)a, (__m512d)b); }
INLINE V v_min(V a, V b) { return (V)_mm512_min_pd((__m512d)a, (__m512d)b); }
INLINE V v_sqrt(V a) { return (V)_mm512_sqrt_pd((__m512d)a); }
#else
INLINE V v_fma(V a, V b, V c) { return (V)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
INLINE V v_fnma(V a, V b, V c) { return (V)_mm512_fnmadd_ps((__m512)a, (__m512)b, (__m512)c); }
INLINE V v_max(V a, V b) { return (V)_mm512_max_ps((__m512)a, (__m512)b); }
INLINE V v_min(V a, V b) { return (V)_mm512_min_ps((__m512)a, (__m512)b); }
INLINE V v_sqrt(V a) { return (V)_mm512_sqrt_ps((__m512)a); }
#endif

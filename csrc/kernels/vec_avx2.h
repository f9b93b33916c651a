/* AVX2 with FMA: eight floats or four doubles. */
#define FSP_VECTOR_BYTES 32
#include "vec.h"
#include <immintrin.h>

#if FSP_DOUBLE
INLINE V v_fma(V a, V b, V c) { return (V)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c); }
INLINE V v_fnma(V a, V b, V c) { return (V)_mm256_fnmadd_pd((__m256d)a, (__m256d)b, (__m256d)c); }
INLINE V v_max(V a, V b) { return (V)_mm256_max_pd((__m256d)a, (__m256d)b); }
INLINE V v_min(V a, V b) { return (V)_mm256_min_pd((__m256d)a, (__m256d)b); }
INLINE V v_sqrt(V a) { return (V)_mm256_sqrt_pd((__m256d)a); }
#else
INLINE V v_fma(V a, V b, V c) { return (V)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
INLINE V v_fnma(V a, V b, V c) { return (V)_mm256_fnmadd_ps((__m256)a, (__m256)b, (__m256)c); }
INLINE V v_max(V a, V b) { return (V)_mm256_max_ps((__m256)a, (__m256)b); }
INLINE V v_min(V a, V b) { return (V)_mm256_min_ps((__m256)a, (__m256)b); }
INLINE V v_sqrt(V a) { return (V)_mm256_sqrt_ps((__m256)a); }
#endif

/* AVX2 with FMA: eight floats or four doubles. */
#if !defined(__AVX2__) || !defined(__FMA__)
#error "compile with -mavx2 -mfma: setup.py, ISA_FLAGS"
#endif
#define FSP_VECTOR_BYTES 32
#define FSP_REGISTERS 16
#include "vec.h"
#include <immintrin.h>

#if FSP_DOUBLE
INLINE V v_fma(V a, V b, V c) { return (V)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c); }
INLINE V v_fnma(V a, V b, V c) { return (V)_mm256_fnmadd_pd((__m256d)a, (__m256d)b, (__m256d)c); }
INLINE V v_max(V a, V b) { return (V)_mm256_max_pd((__m256d)a, (__m256d)b); }
INLINE V v_min(V a, V b) { return (V)_mm256_min_pd((__m256d)a, (__m256d)b); }
INLINE V v_sqrt(V a) { return (V)_mm256_sqrt_pd((__m256d)a); }
INLINE V v_if_le(V x, V limit, V yes, V no)
{
    return (V)_mm256_blendv_pd((__m256d)no, (__m256d)yes, _mm256_cmp_pd((__m256d)x, (__m256d)limit, _CMP_LE_OQ));
}
INLINE __m256i first_lanes(size_t count) { return _mm256_cmpgt_epi64(_mm256_set1_epi64x((long long)count), _mm256_set_epi64x(3, 2, 1, 0)); }
INLINE V v_load_some(const REAL *p, size_t count) { return (V)_mm256_maskload_pd(p, first_lanes(count)); }
INLINE void v_store_some(REAL *p, V v, size_t count) { _mm256_maskstore_pd(p, first_lanes(count), (__m256d)v); }
#else
INLINE V v_fma(V a, V b, V c) { return (V)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
INLINE V v_fnma(V a, V b, V c) { return (V)_mm256_fnmadd_ps((__m256)a, (__m256)b, (__m256)c); }
INLINE V v_max(V a, V b) { return (V)_mm256_max_ps((__m256)a, (__m256)b); }
INLINE V v_min(V a, V b) { return (V)_mm256_min_ps((__m256)a, (__m256)b); }
INLINE V v_sqrt(V a) { return (V)_mm256_sqrt_ps((__m256)a); }
INLINE V v_if_le(V x, V limit, V yes, V no)
{
    return (V)_mm256_blendv_ps((__m256)no, (__m256)yes, _mm256_cmp_ps((__m256)x, (__m256)limit, _CMP_LE_OQ));
}
INLINE __m256i first_lanes(size_t count) { return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0)); }
INLINE V v_load_some(const REAL *p, size_t count) { return (V)_mm256_maskload_ps(p, first_lanes(count)); }
INLINE void v_store_some(REAL *p, V v, size_t count) { _mm256_maskstore_ps(p, first_lanes(count), (__m256)v); }
INLINE D d_widen(H h) { return __builtin_convertvector(h, D); }
INLINE H d_narrow(D d) { return __builtin_convertvector(d, H); }
#endif

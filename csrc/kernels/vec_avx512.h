/* AVX-512 (F, DQ, BW, VL): sixteen floats or eight doubles. */
#if !defined(__AVX512F__) || !defined(__AVX512DQ__) || !defined(__AVX512BW__) || !defined(__AVX512VL__) || !defined(__FMA__)
#error "compile with -mavx512f -mavx512dq -mavx512bw -mavx512vl -mavx2 -mfma: setup.py, ISA_FLAGS"
#endif
#define FSP_VECTOR_BYTES 64
#define FSP_REGISTERS 32
/* Scheduled before registers are given out, an FFT takes 5 % less time; with fewer than 32 it would spill. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("schedule-insns", "sched-pressure")
#endif
#include "vec.h"
#include <immintrin.h>

/* Arithmetic reads a number for all lanes by itself. Compilers make that an instruction of its own where they can use its
 * result twice, which on some processors takes as long as an addition. */
#define FSP_EMBEDS
#if FSP_DOUBLE
#define FSP_PACKED(name) #name "pd %2%{1to8%}, %1, %0"
#else
#define FSP_PACKED(name) #name "ps %2%{1to16%}, %1, %0"
#endif
INLINE V v_mul_at(V x, const REAL *p)
{
    V y;
    __asm__(FSP_PACKED(vmul) : "=v"(y) : "v"(x), "m"(*p));
    return y;
}
INLINE V v_fma_at(V x, const REAL *p, V y)
{
    __asm__(FSP_PACKED(vfmadd231) : "+v"(y) : "v"(x), "m"(*p));
    return y;
}
INLINE V v_fnma_at(V x, const REAL *p, V y)
{
    __asm__(FSP_PACKED(vfnmadd231) : "+v"(y) : "v"(x), "m"(*p));
    return y;
}

#if FSP_DOUBLE
INLINE V v_fma(V a, V b, V c) { return (V)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c); }
INLINE V v_fnma(V a, V b, V c) { return (V)_mm512_fnmadd_pd((__m512d)a, (__m512d)b, (__m512d)c); }
INLINE V v_max(V a, V b) { return (V)_mm512_max_pd((__m512d)a, (__m512d)b); }
INLINE V v_min(V a, V b) { return (V)_mm512_min_pd((__m512d)a, (__m512d)b); }
INLINE V v_sqrt(V a) { return (V)_mm512_sqrt_pd((__m512d)a); }
INLINE V v_if_le(V x, V limit, V yes, V no)
{
    return (V)_mm512_mask_blend_pd(_mm512_cmp_pd_mask((__m512d)x, (__m512d)limit, _CMP_LE_OQ), (__m512d)no, (__m512d)yes);
}
INLINE V v_load_some(const REAL *p, size_t count) { return (V)_mm512_maskz_loadu_pd((__mmask8)((1u << count) - 1), p); }
INLINE void v_store_some(REAL *p, V v, size_t count) { _mm512_mask_storeu_pd(p, (__mmask8)((1u << count) - 1), (__m512d)v); }
#else
INLINE V v_fma(V a, V b, V c) { return (V)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
INLINE V v_fnma(V a, V b, V c) { return (V)_mm512_fnmadd_ps((__m512)a, (__m512)b, (__m512)c); }
INLINE V v_max(V a, V b) { return (V)_mm512_max_ps((__m512)a, (__m512)b); }
INLINE V v_min(V a, V b) { return (V)_mm512_min_ps((__m512)a, (__m512)b); }
INLINE V v_sqrt(V a) { return (V)_mm512_sqrt_ps((__m512)a); }
INLINE V v_if_le(V x, V limit, V yes, V no)
{
    return (V)_mm512_mask_blend_ps(_mm512_cmp_ps_mask((__m512)x, (__m512)limit, _CMP_LE_OQ), (__m512)no, (__m512)yes);
}
INLINE V v_load_some(const REAL *p, size_t count) { return (V)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p); }
INLINE void v_store_some(REAL *p, V v, size_t count) { _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), (__m512)v); }
/* x = 2^e m, 3/4 <= m < 3/2. */
#define FSP_SPLITS
INLINE V v_split(V x, V *e)
{
    const __m512 m = _mm512_getmant_ps((__m512)x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_src);
    *e = (V)_mm512_sub_ps(_mm512_getexp_ps((__m512)x), _mm512_getexp_ps(m));
    return (V)m;
}
/* 14 bits, doubled: within two ulp. */
#define FSP_RSQRT
INLINE V v_rsqrt(V x)
{
    const V y = (V)_mm512_rsqrt14_ps((__m512)x), half = x * v_set(0.5f) * y;
    return v_fma(y, v_fnma(half, y, v_set(0.5f)), y);
}
INLINE D d_widen(H h) { return (D)_mm512_cvtps_pd((__m256)h); }  /* as two halves, if compilers choose */
INLINE H d_narrow(D d) { return (H)_mm512_cvtpd_ps((__m512d)d); }
#endif

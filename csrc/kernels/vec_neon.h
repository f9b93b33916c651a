/* NEON (AArch64): four floats or two doubles, fused multiply-add. */
#if !defined(__aarch64__) || !defined(__ARM_NEON)
#error "compile for AArch64, whose baseline has NEON"
#endif
#define FSP_VECTOR_BYTES 16
#define FSP_REGISTERS 32
#include "vec.h"
#include <arm_neon.h>

#if FSP_DOUBLE
INLINE V v_fma(V a, V b, V c) { return (V)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b); }
INLINE V v_fnma(V a, V b, V c) { return (V)vfmsq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b); }
INLINE V v_sqrt(V a) { return (V)vsqrtq_f64((float64x2_t)a); }
#else
INLINE V v_fma(V a, V b, V c) { return (V)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b); }
INLINE V v_fnma(V a, V b, V c) { return (V)vfmsq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b); }
INLINE V v_sqrt(V a) { return (V)vsqrtq_f32((float32x4_t)a); }
INLINE D d_widen(H h) { return __builtin_convertvector(h, D); }
INLINE H d_narrow(D d) { return __builtin_convertvector(d, H); }
#endif
/* FMAX and FMIN pass every NaN on; x86 hands on the second operand. Compare-and-select keeps x86's rule. */
INLINE V v_max(V a, V b) { return v_select((VU)(a > b), a, b); }
INLINE V v_min(V a, V b) { return v_select((VU)(a < b), a, b); }
INLINE V v_if_le(V x, V limit, V yes, V no) { return v_select((VU)(x <= limit), yes, no); }

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

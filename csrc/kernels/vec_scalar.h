/* Plain C: one lane, no fused multiply-add. The reference that every other instruction set is held against. */
#define FSP_VECTOR_BYTES REAL_BYTES
#define FSP_REGISTERS 16
#include "vec.h"

#define FSP_ROUNDS_PRODUCTS
INLINE V v_fma(V a, V b, V c) { return a * b + c; }
INLINE V v_fnma(V a, V b, V c) { return c - a * b; }
INLINE V v_max(V a, V b) { return v_select((VU)(a > b), a, b); }
INLINE V v_min(V a, V b) { return v_select((VU)(a < b), a, b); }
INLINE V v_if_le(V x, V limit, V yes, V no) { return v_select((VU)(x <= limit), yes, no); }
#if FSP_DOUBLE
INLINE V v_sqrt(V a) { return (V){__builtin_sqrt(a[0])}; }
#else
INLINE V v_sqrt(V a) { return (V){__builtin_sqrtf(a[0])}; }
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

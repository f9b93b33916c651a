/* Plain C: one lane, no fused multiply-add. The reference that every other instruction set is held against. */
#define FSP_VECTOR_BYTES REAL_BYTES
#include "vec.h"

INLINE V v_fma(V a, V b, V c) { return a * b + c; }
INLINE V v_fnma(V a, V b, V c) { return c - a * b; }
INLINE V v_max(V a, V b) { return v_select((VU)(a > b), a, b); }
INLINE V v_min(V a, V b) { return v_select((VU)(a < b), a, b); }
#if FSP_DOUBLE
INLINE V v_sqrt(V a) { return (V){__builtin_sqrt(a[0])}; }
#else
INLINE V v_sqrt(V a) { return (V){__builtin_sqrtf(a[0])}; }
#endif

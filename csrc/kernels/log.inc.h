/* levels = multiplier * log10(max(x, floor)) + offset, for a tile or an array. */

#if FSP_DOUBLE
enum { MANTISSA_BITS = 52, EXPONENT_BIAS = 1023, TINY_SHIFT = 54 };
static const UINT LEAST_BITS = 0x3fe6a09e667f3bcdu /* sqrt(1/2) */, MAGIC_BITS = 0x4338000000000000u;
static const REAL MAGIC = 6755399441055744.0, SMALLEST_NORMAL = 0x1p-1022, LARGEST = 0x1.fffffffffffffp1023,
                  TINY_SCALE = 0x1p54, SMALLEST_SQUARE = 0x1p-1000;
#else
enum { MANTISSA_BITS = 23, EXPONENT_BIAS = 127, TINY_SHIFT = 25 };
static const UINT LEAST_BITS = 0x3f3504f3u /* sqrt(1/2) */, MAGIC_BITS = 0x4b400000u;
static const REAL MAGIC = 12582912.0f, SMALLEST_NORMAL = 0x1p-126f, LARGEST = 0x1.fffffep127f, TINY_SCALE = 0x1p25f,
                  SMALLEST_SQUARE = 0x1p-120f;
#endif

/* ln(1 + f) for the f that `split` leaves, from minimax polynomials p, highest power first: float, f + f^2 p(f), relative
 * error below 2^-27.3 before rounding; double, f - f^2/2 + s (f^2/2 + z p(z)), s = f / (2 + f), z = s^2, 2^-59.5. */
#if FSP_DOUBLE
static const double LOG_TERMS[] = {0.14795478029227275524, 0.1531409852024487733,  0.18183562418950233161,
                                   0.2222219861047720977,  0.28571428742019085419, 0.39999999999416351582,
                                   0.66666666666667341597};
#elif defined FSP_SPLITS
static const double LOG_TERMS[] = {-0.04507482307, 0.1046302545, -0.1316119493, 0.1447839496, -0.1664731206,
                                   0.1999086121,   -0.2500009584, 0.3333344911, -0.5};
#else
static const double LOG_TERMS[] = {-0.07634501932, 0.1276157909, -0.1316018126, 0.1420175772, -0.1662335746,
                                   0.2000122689,   -0.2500082103, 0.3333333171, -0.5};
#endif
enum { N_LOG_TERMS = sizeof LOG_TERMS / sizeof *LOG_TERMS };

/* What `levels` says, for all lanes; `terms`: LOG_TERMS times per_neper. */
typedef struct {
    V per_octave_high, per_octave_low, per_neper, per_neper_low, floor, offset, terms[N_LOG_TERMS];
    int may_be_tiny;
} LEVEL_SCALE;

INLINE LEVEL_SCALE level_scale(const fsp_levels *l)
{
    const REAL per_neper = (REAL)l->per_neper;
    LEVEL_SCALE scale = {v_set((REAL)l->per_octave_high), v_set((REAL)l->per_octave_low),
                         v_set(per_neper), v_set((REAL)(l->per_neper - (double)per_neper)),
                         v_set((REAL)l->floor), v_set((REAL)l->offset), .may_be_tiny = l->floor < SMALLEST_NORMAL};
    for (int i = 0; i < N_LOG_TERMS; i++) scale.terms[i] = v_set((REAL)(LOG_TERMS[i] * l->per_neper));
    return scale;
}

/* y + c (ln(1 + f) - f), `terms` being LOG_TERMS times c. */
INLINE V add_log_tail(V f, V c, const V *terms, V y)
{
#if FSP_DOUBLE
    const V s = f / (f + v_set(2)), x = s * s, half_square = v_set((REAL)0.5) * f * f;
#else
    const V x = f;
#endif
    V p = terms[0];
    UNROLL for (int i = 1; i < N_LOG_TERMS; i++) p = v_fma(p, x, terms[i]);
#if FSP_DOUBLE
    return v_fma(c, v_fma(s, half_square, -half_square), v_fma(s * x, p, y));
#else
    (void)c;
    return v_fma(f * f, p, y);
#endif
}

/* x = 2^e m for positive, finite x, sqrt(1/2) <= m < sqrt(2); or 3/4 <= m < 3/2, where that is one instruction. */
#ifdef FSP_SPLITS
INLINE V split(V x, int may_be_tiny, V *e)
{
    (void)may_be_tiny;
    return v_split(x, e);
}
#else
/* Counted from the least m, the bits of x fall apart into exponent and mantissa of just these; the exponent, biased,
 * becomes a float by the magic-number addition. Denormals are scaled into the normal range first. */
INLINE V split(V x, int may_be_tiny, V *e)
{
    V shift = v_set(MAGIC + EXPONENT_BIAS);
    if (may_be_tiny) {
        const V smallest = v_set(SMALLEST_NORMAL);
        const V scale = v_if_le(smallest, x, v_set(1), v_set(TINY_SCALE));
        shift = v_if_le(smallest, x, shift, v_set(MAGIC + EXPONENT_BIAS + TINY_SHIFT));
        x = x * scale;
    }
    const VU bits = (VU)x - LEAST_BITS + ((UINT)EXPONENT_BIAS << MANTISSA_BITS);
    *e = (V)((bits >> MANTISSA_BITS) | MAGIC_BITS) - shift;
    return (V)((bits & (((UINT)1 << MANTISSA_BITS) - 1)) + LEAST_BITS);
}
#endif

/* ln x = e ln 2 + ln m: returns the second term. */
INLINE V log_parts(V x, int may_be_tiny, V *e)
{
    const V f = split(x, may_be_tiny, e) - v_set(1);
    V terms[N_LOG_TERMS];
    UNROLL for (int i = 0; i < N_LOG_TERMS; i++) terms[i] = v_set((REAL)LOG_TERMS[i]);
    return add_log_tail(f, v_set(1), terms, f);
}

/* Any x: floored; NaN and infinity passed through, which a split of theirs (infinite e, m = 1) does by itself. */
INLINE V v_level(V x, const LEVEL_SCALE *scale)
{
    V e;
    x = v_max(scale->floor, x);
    const V f = split(x, scale->may_be_tiny, &e) - v_set(1);
    V low = v_fma(e, scale->per_octave_low, scale->offset);
#ifdef FSP_ROUNDS_PRODUCTS
    low += f * scale->per_neper_low;  /* else two ulp are not enough */
#endif
    const V nepers = v_fma(f, scale->per_neper, add_log_tail(f, scale->per_neper, scale->terms, low));
    const V level = v_fma(e, scale->per_octave_high, nepers);
#ifdef FSP_SPLITS
    return level;
#else
    return v_if_le(x, v_set(LARGEST), level, x);
#endif
}

/* This many at a time keep the arithmetic busy, which one alone leaves waiting for its own results. */
enum { ABREAST = 2 };

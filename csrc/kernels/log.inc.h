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
 * error below 2^-25 before rounding; double, f - f^2/2 + s (f^2/2 + z p(z)), s = f / (2 + f), z = s^2, 2^-59.5.
 * Float has three: with one for all, power_to_db takes 8 % longer with AVX2, and 37 % with AVX-512, where `split` is another. */
#if FSP_DOUBLE
static const double LOG_TERMS[] = {0.14795478029227275524, 0.1531409852024487733,  0.18183562418950233161,
                                   0.2222219861047720977,  0.28571428742019085419, 0.39999999999416351582,
                                   0.66666666666667341597};
#elif defined FSP_SPLITS
static const double LOG_TERMS[] = {0.05346849256, -0.1201308706, 0.1498262194, -0.1682956899,
                                   0.1997768248,  -0.2499317197, 0.3333353278, -0.5000006382};
#elif defined FSP_ROUNDS_PRODUCTS  /* where the polynomial has to be better, for two ulp of the whole */
static const double LOG_TERMS[] = {-0.07621774607, 0.1290443126, -0.1324298823, 0.1418182554, -0.1660908257,
                                   0.2000197391,   -0.2500158296, 0.3333332569, -0.4999998835};
#else
static const double LOG_TERMS[] = {0.08734844882, -0.1430752209, 0.149179731,  -0.1657050809,
                                   0.1996207217,  -0.2500175526, 0.3333395022, -0.4999999161};
#endif
enum { N_LOG_TERMS = sizeof LOG_TERMS / sizeof *LOG_TERMS };

/* c ln(1 + f) as C f, C being c rounded, and the rest of it: `terms` of a polynomial, LOG_TERMS times c, then c - C. */
typedef struct { V high, terms[N_LOG_TERMS + 1]; } LOG_SCALE;

INLINE LOG_SCALE log_scale(double c)
{
    LOG_SCALE scale = {.high = v_set((REAL)c)};
    for (int i = 0; i < N_LOG_TERMS; i++) scale.terms[i] = v_set((REAL)(LOG_TERMS[i] * c));
    scale.terms[N_LOG_TERMS] = v_set((REAL)(c - (double)(REAL)c));
    return scale;
}

INLINE V polynomial(V x, const V *terms, int n)
{
    V p = terms[0];
    UNROLL for (int i = 1; i < n; i++) p = v_fma(p, x, terms[i]);
    return p;
}

/* y + c ln(1 + f) */
INLINE V add_log(V f, const LOG_SCALE *scale, V y)
{
#if FSP_DOUBLE
    const V s = f / (f + v_set(2)), z = s * s, half_square = v_set((REAL)0.5) * f * f;
    const V rest = v_fma(s * z, polynomial(z, scale->terms, N_LOG_TERMS), y);
    y = v_fma(scale->high, v_fma(s, half_square, -half_square), rest);
#elif defined FSP_ROUNDS_PRODUCTS  /* where a step of the polynomial takes twice as long */
    y = v_fma(f * f, polynomial(f, scale->terms, N_LOG_TERMS), v_fma(f, scale->terms[N_LOG_TERMS], y));
#else
    y = v_fma(f, polynomial(f, scale->terms, N_LOG_TERMS + 1), y);
#endif
    return v_fma(f, scale->high, y);
}

/* What `levels` says, for all lanes. `whole`: an octave's levels are per_octave_high alone. */
typedef struct {
    V per_octave_high, per_octave_low, floor, offset;
    LOG_SCALE per_neper;
    int whole, may_be_tiny;
} LEVEL_SCALE;

INLINE LEVEL_SCALE level_scale(const fsp_levels *l)
{
    LEVEL_SCALE scale = {v_set((REAL)l->per_octave_high), v_set((REAL)l->per_octave_low), v_set((REAL)l->floor),
                         v_set((REAL)l->offset), log_scale(l->per_neper), .may_be_tiny = l->floor < SMALLEST_NORMAL};
#ifndef FSP_ROUNDS_PRODUCTS
    /* Rounded by a part in 2^26 (double: 2^55) at most, as decibels are: a quarter of a rounding error, two and a half
     * times that where the two terms cancel out most. */
    const double octave = l->per_octave_high + l->per_octave_low, high = (REAL)octave;
    scale.whole = __builtin_fabs(high - octave) <= octave / ((UINT)8 << MANTISSA_BITS);
    if (scale.whole) scale.per_octave_high = v_set((REAL)high);
#endif
    return scale;
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

/* ln x = e ln 2 + ln m: returns the second term, from log_scale(1), of which nothing is left when it is rounded. */
INLINE V log_parts(V x, int may_be_tiny, const LOG_SCALE *scale, V *e)
{
    const V f = split(x, may_be_tiny, e) - v_set(1);
#if FSP_DOUBLE
    return add_log(f, scale, v_set(0));
#else
    return v_fma(f * f, polynomial(f, scale->terms, N_LOG_TERMS), f);
#endif
}

/* Any x: floored; NaN and infinity passed through, which a split of theirs (infinite e, m = 1) does by itself. */
INLINE V v_level(V x, const LEVEL_SCALE *scale, int whole)
{
    V e;
    x = v_max(scale->floor, x);
    const V f = split(x, scale->may_be_tiny, &e) - v_set(1);
    const V low = whole ? scale->offset : v_fma(e, scale->per_octave_low, scale->offset);
    const V level = v_fma(e, scale->per_octave_high, add_log(f, &scale->per_neper, low));
#ifdef FSP_SPLITS
    return level;
#else
    return v_if_le(x, v_set(LARGEST), level, x);
#endif
}

/* This many at a time keep the arithmetic busy, which one alone leaves waiting for its own results. */
enum { ABREAST = 2 };

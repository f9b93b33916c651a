/* Gaussian noise that is told by a sample's place: two uniform numbers from a hash of it, and Box and Muller's transform. */

/* 23 bits are what a float tells apart, halves included; so 5.8 standard deviations are the most. Both precisions have the
 * same numbers, but for rounding. */
static const REAL UNIFORM = (REAL)0x1p-23;

/* SplitMix64 (Steele, Lea and Flood 2014). */
INLINE uint64_t hash_of(uint64_t key, uint64_t place)
{
    uint64_t z = key + place * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* sqrt(-2 ln u) cos(2 pi turn), u = (high + 1/2) / 2^23, turn = low / 2^23. */
INLINE V gaussian(VI high, VI low, const LOG_SCALE *scale)
{
    V e, cosine, sine;
    const V u = v_fma(__builtin_convertvector(high, V), v_set(UNIFORM), v_set(UNIFORM / 2));
    const V rest = log_parts(u, 0, scale, &e);
    const V log_u = v_fma(e, v_set((REAL)0.69314718055994530942), rest);
    v_phasor(__builtin_convertvector(low, V) * v_set((REAL)(6.283185307179586477 * 0x1p-23)), &cosine, &sine);
    return v_sqrt(v_max(v_set(0), log_u * v_set(-2))) * cosine;
}

/* values[i] += deviation times the noise of (key, place + i). */
static void k_add_noise(void *values, size_t n, double deviation, uint64_t key, uint64_t place)
{
    REAL *x = values;
    const LOG_SCALE scale = log_scale(1);
    for (size_t i = 0; i < n; i += LANES) {
        VI high, low;
        for (size_t l = 0; l < LANES; l++) {
            const uint64_t z = hash_of(key, place + i + l);
            high[l] = (int32_t)(z >> 41);
            low[l] = (int32_t)(z & 0x7fffff);
        }
        const V sum = v_fma(v_set((REAL)deviation), gaussian(high, low, &scale), load_up_to(x + i, n - i));
        store_up_to(x + i, sum, n - i);
    }
}

/* PCM codes <-> samples <-> real numbers. A sample is SoX's: 32 bits whatever the code, 2^31 times the real number.
 * Real numbers are multiplied by 2^31 and reduced to 32 bits first; the shorter codes round a second time. */

/* codes -> samples: exact */

INLINE uint32_t sample_of_mu_law(uint8_t code)
{
    const uint32_t c = code ^ 0xffu;
    const uint32_t magnitude = (((c & 15) * 8 + 132) << (c >> 4 & 7)) - 132;
    return (c & 128 ? 0 - magnitude : magnitude) << 16;
}

INLINE uint32_t sample_of_a_law(uint8_t code)
{
    const uint32_t c = code ^ 0x55u, segment = c >> 4 & 7;
    const uint32_t step = (c & 15) * 16 + 8, magnitude = segment ? (step + 256) << (segment - 1) : step;
    return (c & 128 ? magnitude : 0 - magnitude) << 16;
}

INLINE void widen_bytes(const uint8_t *in, size_t n, const fsp_code *code, uint32_t *s)
{
    const uint32_t flip = code->flip;
    if (code->law == FSP_LAW_MU)
        for (size_t i = 0; i < n; i++) s[i] = sample_of_mu_law(in[i]);
    else if (code->law == FSP_LAW_A)
        for (size_t i = 0; i < n; i++) s[i] = sample_of_a_law(in[i]);
    else
        for (size_t i = 0; i < n; i++) s[i] = (uint32_t)in[i] << 24 ^ flip;
}

/* samples[i] = the sample of code i < n. */
static void k_widen(const void *codes, size_t n, const fsp_code *code, int32_t *samples)
{
    const uint8_t *bytes = codes;
    const uint16_t *shorts = codes;
    const uint32_t *words = codes, flip = code->flip;
    const unsigned shift = 32 - code->bits;
    uint32_t *s = (uint32_t *)samples;
    switch (code->bytes) {
    case 1: widen_bytes(bytes, n, code, s); break;
    case 2:
        for (size_t i = 0; i < n; i++) s[i] = (uint32_t)shorts[i] << 16 ^ flip;
        break;
    case 3:
        for (size_t i = 0; i < n; i++)
            s[i] = (uint32_t)bytes[3 * i] << 8 | (uint32_t)bytes[3 * i + 1] << 16 | (uint32_t)bytes[3 * i + 2] << 24;
        break;
    default:
        for (size_t i = 0; i < n; i++) s[i] = words[i] << shift;
    }
}

/* samples -> codes: rounded, halves up; samples too high for the code become its highest value and count as clips */

INLINE int32_t rounded_code(int32_t s, int bits, uint32_t *clips)
{
    const int32_t half = 1 << (31 - bits), most = INT32_MAX - half;
    *clips += s > most;
    return ((s > most ? most : s) + half) >> (32 - bits);
}

/* The number of bits of `x` < 2^(first + 8) above its lowest `first`: 0 .. 8. */
INLINE uint32_t law_segment(uint32_t x, int first)
{
    uint32_t segment = 0;
    UNROLL for (int i = 0; i < 8; i++) segment += x >> (first + i) != 0;
    return segment;
}

/* G.711 from 14 bits, sign and magnitude. */
INLINE uint8_t mu_law_of(int32_t q)
{
    const uint32_t most = 8191, magnitude = (uint32_t)(q < 0 ? -q : q) + 33;
    const uint32_t biased = magnitude < most ? magnitude : most, segment = law_segment(biased, 6);
    return (uint8_t)((segment << 4 | (biased >> (segment + 1) & 15)) ^ (q < 0 ? 0x7fu : 0xffu));
}

/* G.711 from 13 bits, in ones' complement. */
INLINE uint8_t a_law_of(int32_t q)
{
    const uint32_t magnitude = (uint32_t)(q < 0 ? ~q : q), segment = law_segment(magnitude, 5);
    return (uint8_t)((segment << 4 | (magnitude >> (segment ? segment : 1) & 15)) ^ (q < 0 ? 0x55u : 0xd5u));
}

INLINE uint32_t narrow_to_bytes(const int32_t *s, size_t n, const fsp_code *code, uint8_t *out)
{
    const uint8_t flip = (uint8_t)(code->flip >> 24);
    uint32_t clips = 0;
    if (code->law == FSP_LAW_MU)
        for (size_t i = 0; i < n; i++) out[i] = mu_law_of(rounded_code(s[i], 14, &clips));
    else if (code->law == FSP_LAW_A)
        for (size_t i = 0; i < n; i++) out[i] = a_law_of(rounded_code(s[i], 13, &clips));
    else
        for (size_t i = 0; i < n; i++) out[i] = (uint8_t)rounded_code(s[i], 8, &clips) ^ flip;
    return clips;
}

INLINE uint32_t narrow_to_threes(const int32_t *s, size_t n, uint8_t *out)
{
    uint32_t clips = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t q = (uint32_t)rounded_code(s[i], 24, &clips);
        out[3 * i] = (uint8_t)q;
        out[3 * i + 1] = (uint8_t)(q >> 8);
        out[3 * i + 2] = (uint8_t)(q >> 16);
    }
    return clips;
}

/* codes[i] = the code of sample i < n < 2^32; returns how many were clipped. */
static size_t k_narrow(const int32_t *samples, size_t n, const fsp_code *code, void *codes)
{
    const uint16_t flip = (uint16_t)(code->flip >> 16);
    uint16_t *shorts = codes;
    int32_t *words = codes;
    uint32_t clips = 0;
    switch (code->bytes) {
    case 1: return narrow_to_bytes(samples, n, code, codes);
    case 2:
        for (size_t i = 0; i < n; i++) shorts[i] = (uint16_t)rounded_code(samples[i], 16, &clips) ^ flip;
        break;
    case 3: return narrow_to_threes(samples, n, codes);
    default:
        if (code->bits == 32)
            for (size_t i = 0; i < n; i++) words[i] = samples[i];
        else
            for (size_t i = 0; i < n; i++) words[i] = rounded_code(samples[i], 24, &clips);
    }
    return clips;
}

/* real numbers -> samples; NaN becomes 0 and counts */

/* The samples of 2^31 times a real number; *clipped is set where it is beyond the range or no number. */
INLINE VS sample_of_scaled(V t, VU *clipped)
{
    const V top = v_set((REAL)2147483648.0), bottom = -top;
    const VU none = (VU)(t != t);
#if FSP_DOUBLE
    /* rounded, halves away from zero */
    const V half = (V)(((VU)t & (VU)-v_set(0)) | (VU)v_set(0.5)), r = t + half;
    *clipped = (VU)(t > top) | (VU)(t <= bottom - v_set(0.5)) | none;
    return v_to_int32((V)((VU)v_min(v_max(r, bottom), top - v_set(1)) & ~none));
#else
    /* truncated. The largest float below 2^31 is 127 less than the largest sample. */
    const VS full = (VS)(t >= top);
    *clipped = (VU)(t > top) | (VU)(t < bottom) | none;
    return v_to_int32((V)((VU)v_min(v_max(t, bottom), top - v_set(128)) & ~none)) | (full & 127);
#endif
}

/* samples[i] for i < n < 2^32, and anything up to the next multiple of LANES; returns how many were clipped. */
static size_t k_to_samples(const void *values, size_t n, int32_t *samples)
{
    const REAL *x = values;
    VU clipped, clips = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        __builtin_prefetch(x + i + AHEAD);
        vs_store(samples + i, sample_of_scaled(v_load(x + i) * v_set((REAL)2147483648.0), &clipped));
        clips -= clipped;
    }
    if (i < n) {
        vs_store(samples + i, sample_of_scaled(v_load_some(x + i, n - i) * v_set((REAL)2147483648.0), &clipped));
        clips -= clipped;
    }
    size_t sum = 0;
    for (int l = 0; l < LANES; l++) sum += clips[l];
    return sum;
}

/* samples -> real numbers: exact in double; in float, rounded to 24 bits, halves up, where only the top can clip */

INLINE V real_of_sample(VS s, VS *clipped)
{
#if FSP_DOUBLE
    *clipped = (VS){0};
    return v_of_int32(s) * v_set(0x1p-31);
#else
    const VS most = (VS){0} + (INT32_MAX - 64), over = s > most, kept = (over & most) | (~over & s);
    *clipped = over;
    return v_select((VU)over, v_set(1), v_of_int32((kept + 64) & ~127) * v_set(0x1p-31f));
#endif
}

/* values[i] for i < n < 2^32; returns how many were clipped. Samples from n to the next multiple of LANES are there and
 * become zero. */
static size_t k_from_samples(int32_t *samples, size_t n, void *values)
{
    REAL *x = values;
    VS clipped, clips = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        __builtin_prefetch(x + i + AHEAD, 1);
        v_store(x + i, real_of_sample(vs_load(samples + i), &clipped));
        clips -= clipped;
    }
    if (i < n) {
        for (size_t j = n; j < i + LANES; j++) samples[j] = 0;
        v_store_some(x + i, real_of_sample(vs_load(samples + i), &clipped), n - i);
        clips -= clipped;
    }
    size_t sum = 0;
    for (int l = 0; l < LANES; l++) sum += (uint32_t)clips[l];
    return sum;
}

/* both steps at once, for codes of 8 and 16 bits that are no law: the same numbers, without the samples between */

/* Exact in either precision. */
static void k_decode(const void *codes, size_t n, const fsp_code *code, void *values)
{
    const uint8_t *bytes = codes, flip8 = (uint8_t)(code->flip >> 24);
    const uint16_t *shorts = codes, flip16 = (uint16_t)(code->flip >> 16);
    const V scale = v_set(code->bytes == 1 ? (REAL)0x1p-7 : (REAL)0x1p-15);
    REAL *x = values;
    size_t i = 0;
    if (code->bytes == 1)
        for (; i + LANES <= n; i += LANES) {
            __builtin_prefetch(x + i + AHEAD, 1);
            v_store(x + i, v_of_int32(vs_of_8(*(const V8 *)(bytes + i) ^ flip8)) * scale);
        }
    else
        for (; i + LANES <= n; i += LANES) {
            __builtin_prefetch(shorts + i + AHEAD);
            __builtin_prefetch(x + i + AHEAD, 1);
            v_store(x + i, v_of_int32(vs_of_16(*(const V16 *)(shorts + i) ^ flip16)) * scale);
        }
    if (i < n) {
        VS q = {0};
        for (size_t l = 0; l < n - i; l++)
            q[l] = code->bytes == 1 ? (int8_t)(bytes[i + l] ^ flip8) : (int16_t)(shorts[i + l] ^ flip16);
        v_store_some(x + i, v_of_int32(q) * scale, n - i);
    }
}

/* What sample_of_scaled and rounded_code make of a real number, in lanes as wide as it: codes stay in the range of floats
 * below the highest sample that is not clipped. */
INLINE VS code_of_real(V x, int bits, VI *clips)
{
    const V t = x * v_set((REAL)2147483648.0), top = v_set((REAL)2147483648.0), half = v_set((REAL)(1 << (31 - bits)));
    const VI none = t != t;
#if FSP_DOUBLE
    const V r = t + (V)(((VU)t & (VU)-v_set(0)) | (VU)v_set(0.5)), most = top - half - v_set(1);
    *clips -= ~(t <= top) + (t <= v_set(-0.5) - top) + (r >= top - half);
#else
    const V r = t, most = top - half - v_set(128);
    *clips -= ~(t <= top) + (t < -top) + (t >= top - half);
#endif
    const VS s = v_to_int32((V)((VU)v_min(v_max(r, -top), most) & ~(VU)none));
    return (s + (1 << (31 - bits))) >> (32 - bits);
}

static size_t k_encode(const void *values, size_t n, const fsp_code *code, void *codes)
{
    const REAL *x = values;
    uint8_t *bytes = codes, flip8 = (uint8_t)(code->flip >> 24);
    uint16_t *shorts = codes, flip16 = (uint16_t)(code->flip >> 16);
    VI clips = {0};
    size_t i = 0;
    if (code->bytes == 1)
        for (; i + LANES <= n; i += LANES) {
            __builtin_prefetch(x + i + AHEAD);
            *(V8 *)(bytes + i) = vs_to_8(code_of_real(v_load(x + i), 8, &clips)) ^ flip8;
        }
    else
        for (; i + LANES <= n; i += LANES) {
            __builtin_prefetch(x + i + AHEAD);
            __builtin_prefetch(shorts + i + AHEAD, 1);
            *(V16 *)(shorts + i) = vs_to_16(code_of_real(v_load(x + i), 16, &clips)) ^ flip16;
        }
    if (i < n) {
        const VS q = code_of_real(v_load_some(x + i, n - i), (int)code->bits, &clips);
        for (size_t l = 0; i < n; i++, l++) {
            if (code->bytes == 1) bytes[i] = (uint8_t)q[l] ^ flip8;
            else shorts[i] = (uint16_t)q[l] ^ flip16;
        }
    }
    size_t sum = 0;
    for (int l = 0; l < LANES; l++) sum += (size_t)clips[l];
    return sum;
}

/* Add noise with a triangular distribution, the difference of two uniform ones, of one unit of a code of `bits` bits
 * either way. The noise of sample i is that of (key, first + i) alone. Returns how many sums were below the range. */
static size_t k_dither(int32_t *samples, size_t n, int bits, uint64_t key, uint64_t first)
{
    uint32_t clips = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t z = key + (first + i) * 0x9e3779b97f4a7c15u; /* SplitMix64 (Steele, Lea and Flood 2014) */
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        z ^= z >> 31;
        const int64_t noise = (int64_t)((z >> 32) >> bits) - (int64_t)((z & 0xffffffffu) >> bits);
        const int64_t sum = samples[i] + noise;
        clips += sum < INT32_MIN;
        samples[i] = (int32_t)(sum < INT32_MIN ? INT32_MIN : sum > INT32_MAX ? INT32_MAX : sum);
    }
    return clips;
}

/* PCM codes, samples and real numbers: the kernels and fsp_convert, against SoX's arithmetic in 64-bit integers and
 * long double. */
#include "check.h"

enum { N_CODES = 9 };

static const fsp_code CODES[N_CODES] = {
    {1, 8, 0x80000000u, 0}, {1, 8, 0, 0}, {2, 16, 0x80000000u, 0}, {2, 16, 0, 0}, {3, 24, 0, 0},
    {4, 24, 0, 0}, {4, 32, 0, 0}, {1, 14, 0, 1}, {1, 13, 0, 2},
};
static const fsp_pcm PCM[N_CODES] = {FSP_U8, FSP_S8, FSP_U16, FSP_S16, FSP_S24, FSP_S24_IN_32, FSP_S32, FSP_MU_LAW, FSP_A_LAW};

/* One sample, one code, one number at a time ------------------------------------------------------------------------ */

static int64_t code_at(const void *p, size_t i, const fsp_code *code)
{
    const uint8_t *b = (const uint8_t *)p + i * code->bytes;
    uint64_t bits = 0;
    for (unsigned k = code->bytes; k-- > 0;) bits = bits << 8 | b[k];
    return (int64_t)bits;
}

static void set_code(void *p, size_t i, const fsp_code *code, uint64_t bits)
{
    uint8_t *b = (uint8_t *)p + i * code->bytes;
    for (unsigned k = 0; k < code->bytes; k++) b[k] = (uint8_t)(bits >> 8 * k);
}

static int32_t law_sample(const fsp_code *code, int c)
{
    const int mu = code->law == 1, e = ((mu ? ~c : c ^ 0x55) >> 4) & 7, m = (mu ? ~c : c ^ 0x55) & 15;
    const int magnitude = mu ? (((2 * m + 33) << e) - 33) * 4 : e ? (2 * m + 33) << (e + 2) : (2 * m + 1) * 8;
    const int negative = mu ? !(c & 128) : !((c ^ 0x55) & 128);
    return (negative ? -magnitude : magnitude) * 65536;
}

static int32_t sample_of(const void *p, size_t i, const fsp_code *code)
{
    int64_t v = code_at(p, i, code);
    if (code->law) return law_sample(code, (int)v);
    v &= ((int64_t)1 << code->bits) - 1;
    if (code->flip) v -= (int64_t)1 << (code->bits - 1);
    return (int32_t)(uint32_t)((uint64_t)v << (32 - code->bits));
}

static int law_code(const fsp_code *code, int q)
{
    const int mu = code->law == 1;
    int m = mu ? (abs(q) > 8158 ? 8158 : abs(q)) + 33 : q < 0 ? -1 - q : q, e = 0;
    while (m >> (e + (mu ? 6 : 5))) e++;
    const int low = mu ? m >> (e + 1) : m >> (e ? e : 1);
    return (e << 4 | (low & 15)) ^ (mu ? (q < 0 ? 0x7f : 0xff) : (q < 0 ? 0x55 : 0xd5));
}

/* The code of a sample, and whether it was clipped. */
static uint64_t code_of(int32_t s, const fsp_code *code, size_t *clips)
{
    const int64_t half = code->bits == 32 ? 0 : (int64_t)1 << (31 - code->bits), top = ((int64_t)1 << (code->bits - 1)) - 1;
    const int over = s > 2147483647 - half;
    const int64_t q = over ? top : (int64_t)floorl((wide)(s + half) / (wide)((int64_t)1 << (32 - code->bits)));
    *clips += (size_t)over;
    if (code->law) return (uint64_t)law_code(code, (int)q);
    return (uint64_t)(code->flip ? q + top + 1 : q) & (code->bytes == 4 ? 0xffffffffu : ((uint64_t)1 << 8 * code->bytes) - 1);
}

static int32_t sample_of_real(const check *t, double x, size_t *clips)
{
    const wide v = (wide)x * 0x1p31L;
    const double d = (double)v;
    if (isnan(x)) return ++*clips, 0;
    if (t->precision == FSP_F32) {
        *clips += v > 0x1p31L || v < -0x1p31L;
        return v >= 0x1p31L ? INT32_MAX : v <= -0x1p31L ? INT32_MIN : (int32_t)v;
    }
    *clips += v > 0x1p31L || d <= -0x1p31 - 0.5;
    const volatile double r = d < 0 ? d - 0.5 : d + 0.5; /* rounded to double, as the sum is there */
    return r >= 0x1p31 ? INT32_MAX : r <= -0x1p31 ? INT32_MIN : (int32_t)r;
}

static double real_of(const check *t, int32_t s, size_t *clips)
{
    if (t->precision == FSP_F64) return s * 0x1p-31;
    const int over = s > 2147483647 - 64;
    *clips += (size_t)over;
    return over ? 1 : (double)floorl(((wide)s + 64) / 128) * 0x1p-24;
}

/* What is converted -------------------------------------------------------------------------------------------------- */

/* Near a decision of some code, near an end, or any. */
static int32_t some_sample(check *t)
{
    static const int bits[] = {8, 13, 14, 16, 24, 25, 32};
    const int b = bits[random_below(t, 7)];
    const int64_t near = (int64_t)random_below(t, 5) - 2, any = (int32_t)random_bits(t);
    if (random_below(t, 6) == 0) return random_below(t, 2) ? INT32_MAX - (int32_t)random_below(t, 200) : INT32_MIN + (int32_t)random_below(t, 200);
    if (b == 32) return (int32_t)any;
    const int64_t s = any / ((int64_t)1 << (32 - b)) * ((int64_t)1 << (32 - b)) + ((int64_t)1 << (31 - b)) + near;
    return s > INT32_MAX ? INT32_MAX : s < INT32_MIN ? INT32_MIN : (int32_t)s;
}

static double some_real(check *t)
{
    static const double special[] = {0, -0.0, 1, -1, 1.5, -1.5, INFINITY, -INFINITY, NAN, 0x1p-32, -0x1p-32};
    const double x = rounded(t, some_sample(t) * 0x1p-31 + (double)((int)random_below(t, 3) - 1) * 0x1p-32);
    if (random_below(t, 9) == 0) return special[random_below(t, 11)];
    if (t->precision == FSP_F32) return random_below(t, 2) ? (double)nextafterf((float)x, random_below(t, 2) ? 2 : -2) : x;
    return random_below(t, 2) ? nextafter(x, random_below(t, 2) ? 2 : -2) : x;
}

static size_t whole_vectors(size_t n) { return (n + 63) / 64 * 64; }

static int32_t *some_samples(check *t, int slot, size_t n)
{
    int32_t *s = guarded_bytes(slot, whole_vectors(n) * sizeof *s, 0, 1);
    for (size_t i = 0; i < n; i++) s[i] = some_sample(t);
    return s;
}

static void *some_codes(check *t, int slot, size_t n, const fsp_code *code, size_t place)
{
    void *p = guarded_bytes(slot, n * code->bytes, place * code->bytes, place == AT_END);
    for (size_t i = 0; i < n; i++) set_code(p, i, code, random_bits(t));
    return p;
}

static void *some_reals(check *t, int slot, size_t n, size_t place)
{
    void *p = guarded(t, slot, n, place);
    for (size_t i = 0; i < n; i++) put(t, p, i, some_real(t));
    return p;
}

/* Kernels ------------------------------------------------------------------------------------------------------------ */

void check_widen(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 3000), place = i % N_PLACES;
        const fsp_code *code = &CODES[i % N_CODES];
        const void *codes = some_codes(t, 0, n, code, place);
        int32_t *s = guarded_bytes(1, n * sizeof *s, 0, 1), *want = twin(1);
        for (size_t j = 0; j < n; j++) want[j] = sample_of(codes, j, code);
        RUN(t, t->k->widen(codes, n, code, s));
        if (!same(1) || !canaries_alive(0)) fail(t, "n=%zu bits=%u law=%d offset=%zu", n, code->bits, code->law, place);
    }
}

void check_narrow(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 3000), place = i % N_PLACES;
        const fsp_code *code = &CODES[i % N_CODES];
        const int32_t *s = some_samples(t, 0, n);
        void *codes = guarded_bytes(1, n * code->bytes, place * code->bytes, place == AT_END), *want = twin(1);
        size_t clips = 0;
        for (size_t j = 0; j < n; j++) set_code(want, j, code, code_of(s[j], code, &clips));
        size_t said;
        RUN(t, said = t->k->narrow(s, n, code, codes));
        if (!same(1) || said != clips)
            fail(t, "n=%zu bits=%u law=%d offset=%zu: %zu clips, %zu said", n, code->bits, code->law, place, clips, said);
    }
}

void check_to_samples(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 3000);
        const void *x = some_reals(t, 0, n, i % N_PLACES);
        int32_t *s = guarded_bytes(1, (n + t->k->lanes - 1) / t->k->lanes * t->k->lanes * sizeof *s, 0, 1);
        size_t said;
        RUN(t, said = t->k->to_samples(x, n, s));
        size_t clips = 0;
        for (size_t j = 0; j < n; j++) {
            const int32_t want = sample_of_real(t, get(t, x, j), &clips);
            if (s[j] != want) fail(t, "n=%zu: %a becomes %d, not %d", n, get(t, x, j), s[j], want);
        }
        if (said != clips || !canaries_alive(1)) fail(t, "n=%zu: %zu clips, %zu said", n, clips, said);
    }
}

void check_from_samples(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 3000);
        int32_t *s = some_samples(t, 0, n);
        void *x = guarded(t, 1, n, i % N_PLACES), *want = twin(1);
        size_t clips = 0;
        for (size_t j = 0; j < n; j++) put(t, want, j, real_of(t, s[j], &clips));
        size_t said;
        RUN(t, said = t->k->from_samples(s, n, x));
        if (!same(1) || said != clips || !canaries_alive(0)) fail(t, "n=%zu: %zu clips, %zu said", n, clips, said);
    }
}

void check_decode(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 3000), place = i % N_PLACES;
        const fsp_code *code = &CODES[i % 4];
        const void *codes = some_codes(t, 0, n, code, place);
        void *x = guarded(t, 1, n, (3 * i) % N_PLACES), *want = twin(1);
        for (size_t j = 0; j < n; j++) put(t, want, j, sample_of(codes, j, code) * 0x1p-31);
        RUN(t, t->k->decode(codes, n, code, x));
        if (!same(1) || !canaries_alive(0)) fail(t, "n=%zu bits=%u offset=%zu", n, code->bits, place);
    }
}

void check_encode(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 3000), place = i % N_PLACES;
        const fsp_code *code = &CODES[i % 4];
        const void *x = some_reals(t, 0, n, (3 * i) % N_PLACES);
        void *codes = guarded_bytes(1, n * code->bytes, place * code->bytes, place == AT_END), *want = twin(1);
        size_t clips = 0;
        for (size_t j = 0; j < n; j++)
            set_code(want, j, code, code_of(sample_of_real(t, get(t, x, j), &clips), code, &clips));
        size_t said;
        RUN(t, said = t->k->encode(x, n, code, codes));
        if (!same(1) || said != clips || !canaries_alive(0))
            fail(t, "n=%zu bits=%u offset=%zu: %zu clips, %zu said", n, code->bits, place, clips, said);
    }
}

/* The noise of a sample is that of its number, wherever the call began; it stays within a unit either way. */
void check_dither(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 3000), cut = random_below(t, n + 1);
        const int bits = i % 3 ? 16 : 8;
        const uint64_t key = random_bits(t), first = random_bits(t);
        int32_t *s = guarded_bytes(0, n * sizeof *s, 0, 1), *before = twin(0);
        for (size_t j = 0; j < n; j++) s[j] = before[j] = random_below(t, 4) ? some_sample(t) : INT32_MIN;
        int32_t *parts = guarded_bytes(1, n * sizeof *s, 0, 1);
        memcpy(parts, s, n * sizeof *s);
        size_t clips;
        RUN(t, clips = t->k->dither(s, n, bits, key, first));
        const size_t again = t->k->dither(parts, cut, bits, key, first) + t->k->dither(parts + cut, n - cut, bits, key, first + cut);
        if (memcmp(s, parts, n * sizeof *s) || clips != again) fail(t, "n=%zu: cut at %zu it is another", n, cut);
        for (size_t j = 0; j < n; j++)
            if (llabs((long long)s[j] - before[j]) >= 1LL << (32 - bits)) fail(t, "n=%zu: noise of more than a unit", n);
        if (clips > n || !canaries_alive(0)) fail(t, "n=%zu: %zu clips", n, clips);
    }
}

/* fsp_convert -------------------------------------------------------------------------------------------------------- */

static size_t size_of(const check *t, int format) { return format < N_CODES ? CODES[format].bytes : t->k->itemsize; }

/* formats: 0 .. N_CODES - 1, or N_CODES for reals */
static void convert_case(check *t, int from, int to, size_t n_rows, size_t n, int n_threads)
{
    const size_t in_size = size_of(t, from), out_size = size_of(t, to), total = n_rows * n;
    const size_t in_step = in_size * (1 + random_below(t, 3)), out_step = out_size * (1 + random_below(t, 3));
    ptrdiff_t in_offset[4], out_offset[4];
    char *in = guarded_bytes(0, total * in_step, 0, 1), *out = guarded_bytes(1, total * out_step, 0, 1), *want = twin(1);
    size_t clips = 0, said = 0, begin = random_below(t, total / 2 + 1), end = total - random_below(t, total / 3 + 1);
    for (size_t r = 0; r < n_rows; r++) {
        in_offset[r] = (ptrdiff_t)((n_rows - 1 - r) * n * in_step);
        out_offset[r] = (ptrdiff_t)(r * n * out_step);
    }
    for (size_t i = 0; i < total; i++) {
        char *p = in + in_offset[i / n] + (ptrdiff_t)(i % n * in_step), *q = want + out_offset[i / n] + (ptrdiff_t)(i % n * out_step);
        if (from < N_CODES) set_code(p, 0, &CODES[from], random_bits(t));
        else put(t, p, 0, some_real(t));
        if (i < begin || i >= end) continue;
        const int32_t s = from < N_CODES ? sample_of(p, 0, &CODES[from]) : sample_of_real(t, get(t, p, 0), &clips);
        if (to < N_CODES) set_code(q, 0, &CODES[to], code_of(s, &CODES[to], &clips));
        else put(t, q, 0, real_of(t, s, &clips));
    }
    const fsp_conversion c = {
        .in = in, .out = out, .from = {from < N_CODES ? PCM[from] : FSP_REALS, t->precision},
        .to = {to < N_CODES ? PCM[to] : FSP_REALS, t->precision}, .n_rows = n_rows, .n = n, .in_offset = in_offset,
        .out_offset = out_offset, .in_stride = (ptrdiff_t)in_step, .out_stride = (ptrdiff_t)out_step,
        .begin = begin, .end = end,
    };
    const fsp_status status = fsp_convert(t->k->isa, &c, n_threads, &said);
    if (status || !same(1) || said != clips || !canaries_alive(0))
        fail(t, "%d to %d, %zu rows of %zu, %zu to %zu, %d threads: status %d, %zu clips, %zu said", from, to, n_rows, n,
             begin, end, n_threads, status, clips, said);
}

void check_convert(check *t)
{
    for (int from = 0; from <= N_CODES; from++)
        for (int to = 0; to <= N_CODES; to++) {
            if (from == N_CODES && to == N_CODES) continue;
            convert_case(t, from, to, 1 + random_below(t, 4), 1 + random_below(t, 3000), 1);
            if (!options.quick) convert_case(t, from, to, 1 + random_below(t, 4), 1 + random_below(t, 30000), 3);
        }
    fsp_conversion none = {.to = {FSP_S16, t->precision}}, reals = {.to = {FSP_REALS, t->precision}}, noisy = none, beyond = none;
    size_t clips;
    noisy.dither = beyond.end = 1;
    noisy.to.pcm = FSP_S32;
    if (fsp_convert(t->k->isa, &none, 1, &clips) || clips) fail(t, "nothing at all");
    if (fsp_convert(t->k->isa, &reals, 1, &clips) != FSP_EBUG || fsp_convert(t->k->isa, &noisy, 1, &clips) != FSP_EBUG ||
        fsp_convert(t->k->isa, &beyond, 1, &clips) != FSP_EBUG || fsp_convert("abacus", &none, 1, &clips) != FSP_EBUG ||
        fsp_convert(t->k->isa, &none, 0, &clips) != FSP_EBUG)
        fail(t, "a broken precondition is accepted");
}

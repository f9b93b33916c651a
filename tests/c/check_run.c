/* The engine through fastspec.h. */
#include "scene.h"

/* What few front ends want: short frames, leads and margins of any size, conditioning. */
static void random_framing(check *t, fsp_config *c)
{
    c->length = 1 + random_below(t, c->n_fft);
    c->lead = (ptrdiff_t)random_below(t, 2 * c->n_fft) - (ptrdiff_t)c->n_fft / 2;
    c->margin.before = random_below(t, 2 * c->n_fft);
    c->margin.after = random_below(t, 4 * c->n_fft);
    if (random_below(t, 2)) c->conditioning.emphasis = 0.97;
    if (random_below(t, 2)) c->conditioning.dither = 0.1;
    c->conditioning.dither_key = random_bits(t);
    c->conditioning.remove_mean = (int)random_below(t, 2);
    if (random_below(t, 2)) c->conditioning.frame_emphasis = 0.9375;
}

static void random_energy(check *t, fsp_config *c)
{
    const size_t n_rows = c->n_features ? c->n_features : c->n_bands ? c->n_bands : c->n_fft / 2 + 1;
    c->energy = (fsp_energy){.kind = random_below(t, 2) ? FSP_RAW_ENERGY : FSP_WINDOWED_ENERGY, .floor = 1e-6, .offset = 1.5};
    if (random_below(t, 2)) c->energy.multiplier = 10;
    c->energy.replaces = (int)random_below(t, 2);
    c->energy.row = c->energy.replaces ? random_below(t, n_rows) : n_rows * random_below(t, 2);
}

static fsp_config random_config(check *t)
{
    fsp_config c = {.n_fft = 1 + random_below(t, random_below(t, 3) ? 80 : 400)};
    const fsp_spectrum spectra[] = {FSP_COMPLEX, FSP_POWER, FSP_MAGNITUDE, FSP_POWER};
    const size_t leads[] = {0, c.n_fft / 2, c.n_fft, random_below(t, c.n_fft + 1)};
    const double multipliers[] = {0, 10, 20, 1};
    c.hop_length = random_below(t, 2) ? 1 + random_below(t, c.n_fft + 20) : 1 + c.n_fft / (1 + random_below(t, 8));
    c.lead = (ptrdiff_t)leads[random_below(t, 4)];
    c.margin = (fsp_margin){(fsp_padding)random_below(t, 5), (size_t)c.lead, (size_t)c.lead};
    c.spectrum = spectra[random_below(t, 4)];
    if (random_below(t, 2)) random_framing(t, &c);
    if (c.spectrum == FSP_COMPLEX) return c;
    if (random_below(t, 3) == 0) c.guard = 1e-3;
    if (random_below(t, 3) == 0) c.least = 1e-2;
    if (random_below(t, 3)) c.n_bands = 1 + random_below(t, 20);
    if (random_below(t, 3)) c.multiplier = multipliers[random_below(t, 4)];
    c.floor = c.multiplier != 0 ? 1e-10 : random_below(t, 2) ? 0.5 : 0;
    c.offset = random_below(t, 2) ? -3.25 : 0;
    if (random_below(t, 3) == 0) c.add = 1e-4;
    if (random_below(t, 3) == 0) c.for_zero = 1e-3;
    if (random_below(t, 3) == 0) c.n_features = 1 + random_below(t, 15);
    if (random_below(t, 3) == 0) random_energy(t, &c);
    return c;
}

static way random_way(check *t, const scene *s, int short_samples)
{
    way w = plain_way(t, s);
    const ptrdiff_t strides[] = {1, 1, 2, 3, -1, -2};
    w.first = random_below(t, s->total_frames + 1);
    w.n_frames = random_below(t, s->total_frames - w.first + 1);
    w.n_threads = random_below(t, 3) ? 1 : 1 + (int)random_below(t, 8);
    w.by_rows = (int)random_below(t, 2);
    w.stride = strides[random_below(t, 6)];
    w.gap = random_below(t, 2) * random_below(t, 9);
    w.place = random_below(t, N_PLACES);
    w.check_finite = (int)random_below(t, 2);
    if (short_samples && random_below(t, 2)) w.precision = t->precision == FSP_F32 ? FSP_F64 : FSP_F32;
    return w;
}

/* Random plans over random signals against the reference; then the same by other ways, bit for bit. */
void check_scenes(check *t)
{
    for (int i = 0; i < (options.quick ? 60 : 400); i++) {
        const fsp_config config = random_config(t);
        const int short_samples = t->precision == FSP_F32 || i % 2;
        const size_t n_frames = 1 + random_below(t, i % 3 ? 30 : 90),
                     span = n_frames * config.hop_length + config.n_fft;
        scene s;
        scene_create(t, &s, &config, random_below(t, 2) ? BANK_PAIRS : BANK_ROWS, random_below(t, 4),
                     random_below(t, 10) ? random_below(t, span + 20) : random_below(t, 3), n_frames, short_samples);
        scene_reference(t, &s);
        for (int j = 0; j < 8; j++) {
            const way w = random_way(t, &s, short_samples);
            scene_run(t, &s, &w);
        }
        scene_destroy(&s);
    }
}

/* given ------------------------------------------------------------------------------------------------------------ */

typedef struct { const void *data; ptrdiff_t row_stride, frame_stride; } array;

/* Rows x frames in a slot, either way round, with a gap. All values may be below 0, or above: silence is neither. */
static array given_array(check *t, int slot, size_t n_rows, size_t n_frames, int by_rows, size_t gap, int filled)
{
    const size_t along = by_rows ? n_frames : n_rows, across = by_rows ? n_rows : n_frames,
                 n = (across - 1) * (along + gap) + along;
    const double middle = 1.5 * random_real(t);
    void *data = guarded(t, slot, n, AT_END);
    for (size_t i = 0; i < n && filled; i++) put(t, data, i, middle + random_real(t) / 2);
    const ptrdiff_t stride = (ptrdiff_t)(along + gap);
    return by_rows ? (array){data, stride, 1} : (array){data, 1, stride};
}

static void given_case(check *t, fsp_config c, size_t n_frames, int in_by_rows, int out_by_rows, const double *clamp,
                       int n_threads)
{
    static value x[1 << 13];
    const ptrdiff_t start = 0;
    double peak = -INFINITY, highest = -INFINITY;
    fsp_plan *plan;
    fsp_status status = fsp_plan_create(&c, &plan);
    const size_t n_out = plan ? fsp_plan_rows(plan) : 0;
    const array from = given_array(t, 0, c.n_fft, n_frames, in_by_rows, random_below(t, 4), 1);
    const array to = given_array(t, 1, n_out ? n_out : 1, n_frames, out_by_rows, random_below(t, 4), 0);
    expected *e = expect(t, 1);
    for (size_t f = 0; f < n_frames; f++) {
        for (size_t k = 0; k < c.n_fft; k++) {
            double v = get(t, from.data, (size_t)((ptrdiff_t)k * from.row_stride + (ptrdiff_t)f * from.frame_stride));
            if (clamp) v = fmax(rounded(t, v + rounded(t, clamp[0])), rounded(t, clamp[1]));
            x[k] = (value){v, 0};
        }
        const size_t n = back_half(t, &c, c.n_fft, x);
        for (size_t k = 0; k < n; k++)
            e[(ptrdiff_t)k * to.row_stride + (ptrdiff_t)f * to.frame_stride] = (expected){x[k].x, x[k].err};
    }
    fsp_input in = {.data = from.data,
                    .precision = t->precision,
                    .n_channels = 1,
                    .channel_offset = &start,
                    .row_stride = from.row_stride,
                    .frame_stride = from.frame_stride,
                    .n_frames = n_frames,
                    .clamp = clamp};
    fsp_output out = {.data = (void *)to.data,
                      .channel_offset = &start,
                      .row_stride = to.row_stride,
                      .frame_stride = to.frame_stride,
                      .peak = &peak};
    if (status == FSP_OK) status = fsp_run(plan, &in, &out, n_threads);
    for (size_t i = 0; i < n_out * n_frames; i++)
        highest = fmax(
            highest, get(t, to.data,
                         (size_t)((ptrdiff_t)(i % n_out) * to.row_stride + (ptrdiff_t)(i / n_out) * to.frame_stride)));
    if (status || !met(t, 1))
        fail(t, "rows=%zu frames=%zu in_by_rows=%d out_by_rows=%d bands=%zu mult=%g features=%zu clamp=%d: status %d",
             c.n_fft, n_frames, in_by_rows, out_by_rows, c.n_bands, c.multiplier, c.n_features, clamp != NULL, status);
    if (c.multiplier != 0 && !c.n_features && peak != highest)
        fail(t, "rows=%zu frames=%zu mult=%g: peak %g, highest level %g", c.n_fft, n_frames, c.multiplier, peak,
             highest);
    fsp_plan_destroy(plan);
}

/* An array of rows in place of a signal: clamp, bank, levels, matrix. */
void check_given(check *t)
{
    for (int i = 0; i < (options.quick ? 60 : 600); i++) {
        const size_t n_frames = 1 + random_below(t, 150);
        fsp_config c = {.precision = t->precision,
                        .isa = t->k->isa,
                        .spectrum = FSP_GIVEN,
                        .n_fft = 1 + random_below(t, 90),
                        .hop_length = 1,
                        .floor = 1e-5,
                        .offset = 2};
        double *bank = NULL, *matrix = NULL, clamp[] = {3 * random_real(t), random_real(t)};
        if (random_below(t, 2)) c.n_bands = 1 + random_below(t, 30);
        if (random_below(t, 2)) c.multiplier = random_below(t, 2) ? 10 : 3;
        if (random_below(t, 2)) c.n_features = 1 + random_below(t, 30);
        if (c.n_bands) c.bank = bank = random_bank(t, random_below(t, 2) ? BANK_PAIRS : BANK_ROWS, c.n_bands, c.n_fft);
        if (c.n_features) c.matrix = matrix = random_matrix(t, c.n_features, c.n_bands ? c.n_bands : c.n_fft);
        given_case(t, c, n_frames, i & 1, i >> 1 & 1, i & 4 ? clamp : NULL, 1 + i % 3);
        free(bank);
        free(matrix);
    }
}

/* blocks and threads ----------------------------------------------------------------------------------------------- */

typedef struct { size_t n_fft, hop; ptrdiff_t lead; size_t length; } shape;

static const shape SHAPES[] = {
    {64, 16, 32, 0}, {48, 48, 0, 0}, {30, 41, 15, 0}, {25, 5, 12, 0}, {74, 20, 37, 0}, {512, 2, 256, 0}, {1, 1, 0, 0},
    {2, 1, 1, 0}, {400, 160, 200, 0}, {64, 20, 30, 50}, {32, 40, 0, 25},
};
enum { N_SHAPES = sizeof SHAPES / sizeof *SHAPES };

static fsp_config shape_config(size_t i)
{
    fsp_config c = {.n_fft = SHAPES[i].n_fft,
                    .hop_length = SHAPES[i].hop,
                    .length = SHAPES[i].length,
                    .lead = SHAPES[i].lead,
                    .margin = {FSP_PAD_REFLECT, (size_t)SHAPES[i].lead, (size_t)SHAPES[i].lead},
                    .conditioning = {.remove_mean = SHAPES[i].length != 0},
                    .spectrum = FSP_COMPLEX};
    return c;
}

/* Any range of frames has the bits of its frames alone, wherever blocks and tiles begin. */
void check_blocks(check *t)
{
    const size_t most = options.quick ? 70 : 200;
    for (size_t i = 0; i < N_SHAPES; i++) {
        const fsp_config config = shape_config(i);
        scene s;
        scene_create(t, &s, &config, BANK_NONE, 1, (most + 10) * config.hop_length, most + 13, 1);
        way w = plain_way(t, &s);
        for (w.n_frames = 1, w.first = 0; w.first < s.total_frames; w.first++) scene_run(t, &s, &w);
        for (w.n_frames = 1; w.n_frames <= most; w.n_frames += options.quick ? 7 : 1) {
            w.first = w.n_frames % 13;
            scene_run(t, &s, &w);
        }
        scene_destroy(&s);
    }
}

void check_threads(check *t)
{
    for (size_t i = 0; i < 4; i++) {
        const fsp_config config = shape_config(i);
        const size_t n_frames = options.quick ? 700 : i ? 1000 : 3000;
        scene s;
        scene_create(t, &s, &config, BANK_NONE, 3, n_frames * config.hop_length, n_frames, 1);
        way w = plain_way(t, &s);
        for (w.n_threads = 1; w.n_threads <= 64; w.n_threads += options.quick || i ? 9 : 1) scene_run(t, &s, &w);
        for (w.n_threads = 65; w.n_threads < 1000; w.n_threads *= 3) scene_run(t, &s, &w);
        scene_destroy(&s);
    }
}

/* finite ----------------------------------------------------------------------------------------------------------- */

/* Status of frames first .. first + n_frames - 1 of a signal of one channel, and their bits in slot 1. */
static fsp_status run_range(check *t, const scene *s, const void *data, fsp_precision precision, ptrdiff_t stride,
                            size_t first, size_t n_frames, int look)
{
    const ptrdiff_t start = 0, row = (ptrdiff_t)(s->n_rows * s->width);
    fsp_input in = {.data = data,
                    .precision = precision,
                    .n_channels = 1,
                    .n_samples = s->n_samples,
                    .channel_offset = &start,
                    .stride = stride,
                    .first_frame = first,
                    .n_frames = n_frames,
                    .check_finite = look,
                    .total_frames = s->total_frames};
    fsp_output out = {.data = guarded(t, 1, n_frames * (size_t)row, 0),
                      .channel_offset = &start,
                      .row_stride = (ptrdiff_t)s->width,
                      .frame_stride = row};
    return fsp_run(s->plan, &in, &out, 1 + (int)(first % 3));
}

/* One sample is not finite: is it seen by the whole, by one of three ranges at least, in any layout; and without the
 * look, do the frames that do not touch it keep their bits? */
static void finite_case(check *t, const scene *s, size_t at, double trouble)
{
    const size_t n = s->n_samples, total = s->total_frames, cuts[] = {0, total / 3, total / 3 + (total + 1) / 2, total};
    const char *name = scene_name(s);
    float *single = guarded_bytes(2, 3 * n * sizeof *single, 0, 1);
    double *twice = guarded_bytes(3, 3 * n * sizeof *twice, 0, 1);
    char *x = guarded(t, 0, n, AT_END);
    memcpy(x, s->signal, n * t->k->itemsize);
    put(t, x, at, trouble);
    for (size_t i = 0; i < n; i++) single[3 * i] = (float)(twice[3 * i] = get(t, x, i));
    if (run_range(t, s, x, t->precision, 1, 0, total, 1) != FSP_ENONFINITE)
        fail(t, "%g at %zu is not seen: %s", trouble, at, name);
    if (run_range(t, s, single, FSP_F32, 3, 0, total, 1) != FSP_ENONFINITE ||
        run_range(t, s, twice, FSP_F64, 3, 0, total, 1) != FSP_ENONFINITE)
        fail(t, "%g at %zu is not seen with a stride: %s", trouble, at, name);
    int seen = 0;
    for (int i = 0; i < 3; i++)
        seen += run_range(t, s, x, t->precision, 1, cuts[i], cuts[i + 1] - cuts[i], 1) == FSP_ENONFINITE;
    if (!seen) fail(t, "%g at %zu is seen by none of three ranges: %s", trouble, at, name);
    if (run_range(t, s, x, t->precision, 1, 0, total, 0))
        fail(t, "%g at %zu is seen though nobody asked: %s", trouble, at, name);
    const char *y = twin(1);
    const size_t row = s->n_rows * s->width;
    for (size_t f = 0; f < total; f++) {
        const ptrdiff_t from = (ptrdiff_t)(f * s->config.hop_length) - (ptrdiff_t)s->config.lead, i = (ptrdiff_t)at;
        const int touches = i >= from && i < from + (ptrdiff_t)(s->config.length ? s->config.length : s->config.n_fft);
        const int equal = !memcmp(y + f * row * t->k->itemsize, s->baseline + f * row * t->k->itemsize,
                                  row * t->k->itemsize);
        if (touches == equal)
            fail(t, "%g at %zu: frame %zu is %s: %s", trouble, at, f, equal ? "as if nothing were" : "changed", name);
    }
}

void check_finite(check *t)
{
    const double trouble[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < N_SHAPES; i++) {
        fsp_config config = shape_config(i);
        config.margin.padding = FSP_PAD_CONSTANT;  /* so that a sample stands in one place only */
        const size_t n_frames = 150, n = (n_frames - 1) * config.hop_length + config.n_fft - 2 * (size_t)config.lead + 3;
        scene s;
        scene_create(t, &s, &config, BANK_NONE, 1, n > 4 ? n : 5, n_frames, 1);
        for (size_t at = 0; at < s.n_samples; at += 1 + random_below(t, s.n_samples / (options.quick ? 4 : 30) + 1))
            finite_case(t, &s, at, trouble[at % 3]);
        finite_case(t, &s, s.n_samples - 1, NAN);
        scene_destroy(&s);
    }
}

/* peak ------------------------------------------------------------------------------------------------------------- */

/* The peak is that of the frames asked for, though the last tile computes others with them: loud material after the
 * last frame, or a range that ends before the signal does, must not count. */
void check_peak(check *t)
{
    for (size_t i = 0; i < N_SHAPES; i++) {
        fsp_config config = shape_config(i);
        config.spectrum = FSP_POWER;
        config.multiplier = 10;
        config.floor = 1e-10;
        const size_t n_frames = 90;
        scene s;
        scene_create(t, &s, &config, BANK_NONE, 2, (n_frames + 40) * config.hop_length, n_frames + 40, 1);
        /* louder and louder, toward the end of each channel */
        for (size_t j = 0; j < 2 * s.n_samples; j++)
            put(t, s.signal, j, ldexp(get(t, s.signal, j), (int)(8 * (j % s.n_samples) / s.n_samples)));
        scene_baseline(t, &s);
        way w = plain_way(t, &s);
        w.check_peak = 1;
        for (w.n_frames = 1; w.n_frames <= n_frames; w.n_frames += 1 + w.n_frames / 9) {
            w.first = random_below(t, 30);
            scene_run(t, &s, &w);
        }
        scene_destroy(&s);
    }
}

/* refusals --------------------------------------------------------------------------------------------------------- */

static void refused(check *t, const char *what, fsp_config c)
{
    fsp_plan *plan = (fsp_plan *)&c;
    const fsp_status status = fsp_plan_create(&c, &plan);
    if (status != FSP_EBUG || plan) fail(t, "%s: status %d", what, status);
}

#define REFUSED(change)                                                                                               \
    do {                                                                                                              \
        fsp_config c = {.precision = t->precision,                                                                    \
                        .isa = t->k->isa,                                                                             \
                        .n_fft = 8,                                                                                   \
                        .hop_length = 2,                                                                              \
                        .window = ones,                                                                               \
                        .spectrum = FSP_POWER};                                                                       \
        change;                                                                                                       \
        refused(t, #change, c);                                                                                       \
    } while (0)

/* Broken preconditions are "you have a bug", never a crash; nothing asked for is nothing done. */
void check_refusals(check *t)
{
    static const double ones[40] = {1, 1, 1, 1, 1, 1, 1, 1};
    REFUSED(c.isa = "abacus");
    REFUSED(c.n_fft = 0);
    REFUSED(c.n_fft = FSP_MOST_N_FFT + 1);
    REFUSED(c.hop_length = 0);
    REFUSED(c.hop_length = SIZE_MAX);
    REFUSED(c.window = NULL);
    REFUSED(c.lead = PTRDIFF_MIN);
    REFUSED(c.lead = PTRDIFF_MAX);
    REFUSED(c.margin.before = SIZE_MAX);
    REFUSED(c.margin.after = SIZE_MAX);
    REFUSED(c.length = 9);
    REFUSED(c.turn = 8);
    REFUSED(c.spectrum = FSP_GIVEN; c.length = 3);
    REFUSED(c.energy.kind = FSP_RAW_ENERGY);
    REFUSED(c.energy.kind = FSP_RAW_ENERGY; c.energy.floor = 1; c.energy.row = 1);
    REFUSED(c.energy.kind = FSP_RAW_ENERGY; c.energy.floor = 1; c.spectrum = FSP_COMPLEX);
    REFUSED(c.energy.kind = FSP_RAW_ENERGY; c.energy.floor = 1; c.energy.replaces = 1; c.energy.row = 5);
    REFUSED(c.energy.kind = FSP_RAW_ENERGY; c.energy.floor = 1; c.energy.multiplier = -1);
    REFUSED(c.n_bands = 1);
    REFUSED(c.n_features = 1);
    REFUSED(c.summary = FSP_ROLLOFF; c.amount = 0.5; c.n_bands = 1; c.bank = ones);
    REFUSED(c.summary = FSP_ROLLOFF; c.amount = 0.5; c.multiplier = 1; c.floor = 1);
    REFUSED(c.summary = FSP_ROLLOFF; c.amount = 0.5; c.n_features = 1; c.matrix = ones);
    REFUSED(c.summary = FSP_ROLLOFF; c.amount = 0.5; c.floor = 1);
    REFUSED(c.summary = FSP_ROLLOFF; c.amount = 0.5; c.energy.kind = FSP_RAW_ENERGY; c.energy.floor = 1);
    REFUSED(c.summary = FSP_ROLLOFF; c.spectrum = FSP_COMPLEX);
    REFUSED(c.summary = FSP_EXTREMES);
    REFUSED(c.summary = FSP_EXTREMES; c.n_groups = SIZE_MAX);
    static const size_t sizes[] = {3, SIZE_MAX}, extremes[] = {1, 1}, too_many[] = {4, 1};
    REFUSED(c.summary = FSP_EXTREMES; c.n_groups = 2; c.group_sizes = sizes; c.group_extremes = extremes);
    REFUSED(c.summary = FSP_EXTREMES; c.n_groups = 1; c.group_sizes = sizes; c.group_extremes = too_many);
    REFUSED(c.multiplier = 10);
    REFUSED(c.multiplier = -10; c.floor = 1);
    REFUSED(c.spectrum = FSP_COMPLEX; c.multiplier = 10; c.floor = 1);
    REFUSED(c.spectrum = FSP_COMPLEX; c.floor = 1);
    REFUSED(c.spectrum = FSP_COMPLEX; c.n_bands = 1; c.bank = ones);
    REFUSED(c.spectrum = FSP_COMPLEX; c.n_features = 1; c.matrix = ones);
    static const size_t first = 3;
    const fsp_complex_bank bank = {.width = 3, .first = &first, .weights = ones, .turns = ones};  /* beyond the last bin, 4 */
    REFUSED(c.n_bands = 1; c.complex_bank = bank);
    REFUSED(c.n_bands = 1; c.complex_bank = bank; c.complex_bank.width = 6);
    REFUSED(c.n_bands = 1; c.complex_bank = bank; c.complex_bank.width = 2; c.bank = ones);
    REFUSED(c.n_bands = 1; c.complex_bank = bank; c.complex_bank.width = 2; c.spectrum = FSP_GIVEN);
    REFUSED(c.complex_bank = bank; c.complex_bank.width = 2);
    REFUSED(c.n_bands = 1; c.complex_bank = bank; c.complex_bank.width = 2; c.summary = FSP_ROLLOFF);
    REFUSED(c.n_bands = 1; c.complex_bank = bank; c.complex_bank.width = 2; c.energy.kind = FSP_RAW_ENERGY);
    fsp_config c = {.precision = t->precision, .isa = t->k->isa, .n_fft = 8, .hop_length = 2, .spectrum = FSP_GIVEN};
    fsp_plan *plan;
    fsp_input in = {.precision = t->precision == FSP_F32 ? FSP_F64 : FSP_F32};
    fsp_output out = {0};
    if (fsp_plan_create(&c, &plan)) return fail(t, "no plan for a given spectrum");
    if (fsp_run(plan, &in, &out, 1) != FSP_EBUG) fail(t, "a given spectrum in another precision");
    in.precision = t->precision;
    in.pcm = FSP_S32;
    if (fsp_run(plan, &in, &out, 1) != FSP_EBUG) fail(t, "a given spectrum in PCM");
    in.pcm = FSP_REALS;
    if (fsp_run(NULL, &in, &out, 1) != FSP_EBUG || fsp_run(plan, &in, &out, 0) != FSP_EBUG)
        fail(t, "no plan, no threads");
    if (fsp_run(plan, &in, &out, 1)) fail(t, "no channels, no frames");
    fsp_plan_destroy(plan);
    fsp_plan_destroy(NULL);
    double peak;
    if (fsp_array_peak(t->precision, "abacus", NULL, 0, 0, 1, &peak) != FSP_EBUG ||
        fsp_array_levels(t->precision, "abacus", NULL, 0, &(fsp_level_scale){.multiplier = 10, .floor = 1}, NULL, 1, NULL) != FSP_EBUG ||
        fsp_array_clamp(t->precision, "abacus", NULL, 0, 0, 0, NULL, 1) != FSP_EBUG || fsp_has_isa("abacus") ||
        fsp_lanes("abacus", t->precision) || fsp_lanes(t->k->isa, t->precision) != t->k->lanes)
        fail(t, "an instruction set that is none");
}

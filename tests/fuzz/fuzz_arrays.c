/* Pooling, conversion of samples, running medians, levels, phasors, filters and prediction: a part has the bits of the whole. Blocks of
 * memory, and names of instruction sets. */
#include "fuzz.h"

static void check_pool(fuzz *f)
{
    fsp_pooling p = {.kind = (fsp_pool_kind)below(f, 2), .n_batch = below(f, 4), .n_pooled = 1 + below(f, 3)};
    const size_t n_axes = p.n_batch + p.n_pooled;
    const int reversed = (int)below(f, 2);
    size_t n_in = 1, n_out = 1;
    for (size_t i = 0; i < n_axes; i++) {
        fsp_pool_axis *a = &p.axes[i];
        a->in_size = 1 + few(f, below(f, 4) ? 9 : 60) * (below(f, 16) ? 1 : 99);
        a->out_size = i < p.n_batch ? a->in_size : 1 + few(f, below(f, 4) ? 9 : 60);
        if (n_in * a->in_size > 30000) a->in_size = a->out_size = 1;
        if (n_out * a->out_size > 30000) a->out_size = i < p.n_batch ? a->in_size : 1;
        n_in *= a->in_size;
        n_out *= a->out_size;
    }
    ptrdiff_t in_step = 1, out_step = 1;
    for (size_t k = 0; k < n_axes; k++) {
        fsp_pool_axis *in = &p.axes[reversed ? k : n_axes - 1 - k], *out = &p.axes[n_axes - 1 - k];
        in->in_stride = in_step;
        in_step *= (ptrdiff_t)in->in_size;
        out->out_stride = out_step;
        out_step *= (ptrdiff_t)out->out_size;
    }
    const void *in = reals(f, n_in, f->precision, odd);
    void *all = filled(f, n_out), *parts = filled(f, n_out);
    const size_t n = fsp_pool_pieces(f->precision, f->isa, &p), cut = below(f, n + 1);
    HOLDS(fsp_pool(f->precision, f->isa, &p, in, all, 0, n, 1) == FSP_OK);
    HOLDS(fsp_pool(f->precision, f->isa, &p, in, parts, cut, n - cut, threads(f)) == FSP_OK);
    HOLDS(fsp_pool(f->precision, f->isa, &p, in, parts, 0, cut, 1) == FSP_OK);
    HOLDS(same_reals(all, parts, n_out, f->precision));
}

static void check_convert(fuzz *f)
{
    static const size_t bytes[] = {0, 1, 1, 2, 2, 3, 4, 4, 1, 1};
    fsp_conversion c = {.n_rows = 1 + below(f, 3), .n = few(f, 200), .dither = below(f, 4) == 0, .key = draw(f), .first = below(f, 9)};
    c.from = (fsp_format){(fsp_pcm)below(f, 10), below(f, 2) ? FSP_F64 : FSP_F32};
    c.to = (fsp_format){(fsp_pcm)below(f, 10), f->precision};
    const size_t of_in = c.from.pcm ? bytes[c.from.pcm] : c.from.precision == FSP_F32 ? 4 : 8;
    const size_t of_out = c.to.pcm ? bytes[c.to.pcm] : f->itemsize, n = c.n * c.n_rows;
    ptrdiff_t in_offset[3], out_offset[3];
    for (size_t i = 0; i < 3; i++) {
        in_offset[i] = (ptrdiff_t)(i * c.n * of_in);
        out_offset[i] = (ptrdiff_t)(i * c.n * of_out);
    }
    uint8_t *codes = array(f, n * of_in);
    for (size_t i = 0; i < n * of_in; i++) codes[i] = (uint8_t)draw(f);
    c.in = c.from.pcm ? (void *)codes : reals(f, n, c.from.precision, odd);
    c.in_offset = in_offset;
    c.out_offset = out_offset;
    c.in_stride = (ptrdiff_t)of_in;
    c.out_stride = (ptrdiff_t)of_out;
    char *all = memset(array(f, n * of_out), 0, n * of_out), *parts = memset(array(f, n * of_out), 0, n * of_out);
    size_t clips = 0, early = 0, late = 0;
    const size_t cut = below(f, n + 1);
    c.out = all;
    c.end = n;
    if (fsp_convert(f->isa, &c, 1, &clips)) return;
    c.out = parts;
    c.end = cut;
    HOLDS(fsp_convert(f->isa, &c, 1, &early) == FSP_OK);
    c.begin = cut;
    c.end = n;
    HOLDS(fsp_convert(f->isa, &c, threads(f), &late) == FSP_OK);
    HOLDS(clips == early + late && !memcmp(all, parts, n * of_out));
}

static void check_medians(fuzz *f)
{
    const size_t n = few(f, 90), n_series = few(f, 80), across = below(f, 2);
    fsp_medians m = {.n = n, .n_series = n_series, .width = 1 + few(f, below(f, 2) ? 60 : 250)};
    m.in_step = across ? (ptrdiff_t)n_series : 1;
    m.in_series = across ? 1 : (ptrdiff_t)n;
    m.out_step = below(f, 2) ? 1 : (ptrdiff_t)n_series;
    m.out_series = m.out_step == 1 && n_series != 1 ? (ptrdiff_t)n : 1;
    if (m.out_step == 1 && m.out_series == 1 && n_series == 1) m.out_series = (ptrdiff_t)n;
    const char *in = reals(f, n * n_series, f->precision, plain);
    char *all = filled(f, n * n_series), *parts = filled(f, n * n_series);
    HOLDS(fsp_running_median(f->precision, f->isa, &m, in, all, 1) == FSP_OK);
    const size_t cut = below(f, n_series + 1);
    m.n_series = cut;
    HOLDS(fsp_running_median(f->precision, f->isa, &m, in, parts, 1) == FSP_OK);
    m.n_series = n_series - cut;
    HOLDS(fsp_running_median(f->precision, f->isa, &m, in + (ptrdiff_t)(cut * f->itemsize) * m.in_series,
                             parts + (ptrdiff_t)(cut * f->itemsize) * m.out_series, threads(f)) == FSP_OK);
    HOLDS(same_reals(all, parts, n * n_series, f->precision));
}

static void check_levels(fuzz *f)
{
    const size_t n = few(f, 256) * (1 + few(f, 20));
    const fsp_level_scale scale = {(int)below(f, 2), (double)below(f, 3) * 10, 1e-10, plain(f), below(f, 2) ? -INFINITY : -50,
                                   below(f, 2) ? INFINITY : 40};
    const void *in = reals(f, n, f->precision, odd);
    void *out[2] = {filled(f, n), memcpy(filled(f, n), in, n * f->itemsize)};
    double peak[2], of_in, of_magnitudes;
    if (fsp_array_levels(f->precision, f->isa, in, n, &scale, out[0], 1, &peak[0])) return;
    HOLDS(fsp_array_levels(f->precision, f->isa, out[1], n, &scale, out[1], threads(f), &peak[1]) == FSP_OK);
    HOLDS(same_reals(out[0], out[1], n, f->precision) && same_reals(&peak[0], &peak[1], 1, FSP_F64));
    HOLDS(fsp_array_peak(f->precision, f->isa, in, n, 0, 1, &of_in) == FSP_OK);
    HOLDS(fsp_array_peak(f->precision, f->isa, in, n, 1, 1, &of_magnitudes) == FSP_OK);
    HOLDS(isnan(of_in) || n == 0 || of_magnitudes >= of_in);
    HOLDS(fsp_array_clamp(f->precision, f->isa, in, n, plain(f), plain(f), out[0], 1) == FSP_OK);
    HOLDS(fsp_array_squares(f->precision, f->isa, in, n / 2, out[0], 1) == FSP_OK);
}

static void check_recursion(fuzz *f)
{
    const size_t n = few(f, 256), n_channels = few(f, 80), across = below(f, 2);
    const ptrdiff_t step = across ? (ptrdiff_t)n_channels : 1, channel = across ? 1 : (ptrdiff_t)n;
    fsp_recursion r = {f->precision, f->isa, {plain(f), plain(f), plain(f)}, n_channels, n, reals(f, n * n_channels, f->precision, odd),
                       filled(f, n * n_channels), reals(f, n_channels, f->precision, plain), channel, step, channel, step};
    char *all = r.out, *states = memcpy(filled(f, n_channels), r.states, n_channels * f->itemsize);
    const char *in = r.in;
    HOLDS(fsp_recur(&r) == FSP_OK);
    char *parts = r.out = filled(f, n * n_channels), *of_all = r.states;
    const size_t cut = below(f, n + 1);
    r.states = states;
    r.n = cut;
    HOLDS(fsp_recur(&r) == FSP_OK);
    r.n = n - cut;
    r.in = in + (ptrdiff_t)(cut * f->itemsize) * step;
    r.out = parts + (ptrdiff_t)(cut * f->itemsize) * step;
    HOLDS(fsp_recur(&r) == FSP_OK);
    HOLDS(same_reals(all, parts, n * n_channels, f->precision) && same_reals(of_all, states, n_channels, f->precision));
}

static void check_prediction(fuzz *f)
{
    const size_t n = 2 + few(f, 200), order = below(f, n - 1 < 40 ? n - 1 : 40), cut = below(f, order + 1);
    char *forward = reals(f, n, f->precision, odd), *backward = memcpy(filled(f, n), forward, n * f->itemsize);
    char *again = memcpy(filled(f, n), forward, n * f->itemsize), *back = memcpy(filled(f, n), forward, n * f->itemsize);
    double *a = doubles(f, order + 1, plain), *b = doubles(f, order + 1, plain);
    for (size_t i = 0; i <= order; i++) a[i] = b[i] = i == 0;
    HOLDS(fsp_predict(f->precision, f->isa, forward, backward, n, 0, order, a) == FSP_OK);
    HOLDS(fsp_predict(f->precision, f->isa, again, back, n, 0, cut, b) == FSP_OK);
    HOLDS(fsp_predict(f->precision, f->isa, again, back, n, cut, order, b) == FSP_OK);
    HOLDS(same_reals(a, b, order + 1, FSP_F64));
}

/* Angles: numbers times up to 2^23, beyond which phasors are not asked for. */
static void *angles(fuzz *f, size_t n, size_t most, double (*one)(fuzz *))
{
    const double scale = (double)(1u << below(f, most));
    void *x = reals(f, n, f->precision, one);
    for (size_t i = 0; i < n; i++) {
        if (f->precision == FSP_F32) ((float *)x)[i] *= (float)scale;
        else ((double *)x)[i] *= scale;
    }
    return x;
}

static void check_phasors(fuzz *f)
{
    const size_t n = few(f, 256) * (1 + few(f, 8)), cut = below(f, n + 1);
    const char *in = angles(f, n, 24, below(f, 2) ? odd : plain);
    char *all = filled(f, 2 * n), *parts = filled(f, 2 * n);
    int reached, early, late;
    HOLDS(fsp_array_phasors(f->precision, f->isa, in, n, all, 1, &reached) == FSP_OK);
    HOLDS(fsp_array_phasors(f->precision, f->isa, in, cut, parts, 1, &early) == FSP_OK);
    HOLDS(fsp_array_phasors(f->precision, f->isa, in + cut * f->itemsize, n - cut, parts + 2 * cut * f->itemsize, threads(f), &late) == FSP_OK);
    HOLDS(!reached == !(early && late));
    HOLDS(!reached || same_reals(all, parts, 2 * n, f->precision));
}

static void check_turn(fuzz *f)
{
    const size_t n_bins = few(f, 160), n_frames = few(f, 80), cut = below(f, n_frames + 1), gap = below(f, 3);
    const fsp_turning t = {.angles = angles(f, n_bins * (n_frames + gap), 13, plain), .magnitudes = reals(f, n_frames * (n_bins + gap), f->precision, odd),
                           .out = filled(f, 2 * n_frames * n_bins), .angle_stride = (ptrdiff_t)(n_frames + gap),
                           .magnitude_stride = (ptrdiff_t)(n_bins + gap), .out_stride = (ptrdiff_t)(2 * n_bins), .n_bins = n_bins, .n_frames = n_frames};
    HOLDS(fsp_turn(f->precision, f->isa, &t) == FSP_OK);
    fsp_turning part = t;
    char *parts = part.out = filled(f, 2 * n_frames * n_bins);
    part.n_frames = cut;
    HOLDS(fsp_turn(f->precision, f->isa, &part) == FSP_OK);
    part.angles = (const char *)t.angles + cut * f->itemsize;
    part.magnitudes = (const char *)t.magnitudes + cut * (n_bins + gap) * f->itemsize;
    part.out = parts + 2 * cut * n_bins * f->itemsize;
    part.n_frames = n_frames - cut;
    HOLDS(fsp_turn(f->precision, f->isa, &part) == FSP_OK);
    HOLDS(same_reals(t.out, parts, 2 * n_frames * n_bins, f->precision));
}

/* Blocks are kept up to their limit, belong to one owner at a time, and are all given back. */
static void check_blocks(fuzz *f)
{
    enum { MOST_BLOCKS = 6 };
    char *at[MOST_BLOCKS] = {NULL};
    size_t sizes_of[MOST_BLOCKS] = {0};
    const size_t before = fsp_allocated(), n_steps = below(f, 40);
    for (size_t i = 0; i < n_steps; i++) {
        const size_t which = below(f, MOST_BLOCKS), bytes = few(f, 256) * (below(f, 32) ? 16 : 1024);
        if (at[which]) {
            HOLDS(at[which][0] == (char)which && at[which][sizes_of[which] - 1] == (char)which);
            fsp_block_destroy(at[which], sizes_of[which]);
            at[which] = NULL;
        } else if (bytes) {
            at[which] = fsp_block_create(bytes, &sizes_of[which]);
            HOLDS(at[which] && sizes_of[which] >= bytes && sizes_of[which] <= bytes + bytes / 4);
            memset(at[which], (int)which, sizes_of[which]);
        }
        HOLDS(fsp_blocks_kept() <= FSP_MOST_KEPT);
        if (below(f, 8) == 0) fsp_blocks_drop();
    }
    for (size_t i = 0; i < MOST_BLOCKS; i++)
        if (at[i]) fsp_block_destroy(at[i], sizes_of[i]);
    fsp_blocks_drop();
    fsp_add_allocated(1);
    HOLDS(fsp_blocks_kept() == 0 && fsp_allocated() > before);
}

static int asked(void) { return 0; }

/* Any name of an instruction set, and a question that is set, answered and taken back. */
static void check_names(fuzz *f)
{
    static const char letters[] = "savxne25";
    char name[8] = {0};
    for (size_t i = 0; i < 7 && (i == 0 || name[i - 1]); i++) name[i] = letters[below(f, sizeof letters)];
    const size_t lanes = fsp_lanes(name, f->precision), best = fsp_lanes(NULL, f->precision);
    HOLDS(fsp_has_isa(fsp_best_isa()) && best == fsp_lanes(fsp_best_isa(), f->precision));
    HOLDS(fsp_has_isa(name) ? lanes >= 1 && lanes <= best : 1);
    fsp_ask(asked);
    double peak, one = plain(f);
    HOLDS(fsp_array_peak(FSP_F64, NULL, &one, 1, 0, 1, &peak) == FSP_OK && peak == one);
    fsp_ask(NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const checks[])(fuzz *) = {check_pool, check_convert, check_medians, check_levels, check_recursion, check_prediction,
                                             check_phasors, check_turn, check_blocks, check_names};
    fuzz f = begin(data, size);
    checks[below(&f, sizeof checks / sizeof *checks)](&f);
    return 0;
}

/* Scenes: the reference for a whole run, and runs that must give the same bits. */
#include "scene.h"

static void *must(void *p)
{
    if (p) return p;
    fprintf(stderr, "the checker is out of memory\n");
    exit(2);
}

double *random_reals(check *t, size_t n, double low, double high)
{
    double *x = must(malloc((n + 1) * sizeof *x));
    for (size_t i = 0; i < n; i++) x[i] = low + (high - low) * (0.5 + 0.5 * random_real(t));
    return x;
}

/* Pairs: neighbouring triangles, as mel banks have; rows: spans anywhere, some empty, some with holes. */
double *random_bank(check *t, int kind, size_t n_bands, size_t n_bins)
{
    double *bank = random_reals(t, n_bands * n_bins, 0.01, 1);
    for (size_t b = 0; b < n_bands; b++) {
        size_t from = b * n_bins / (n_bands + 1), to = (b + 2) * n_bins / (n_bands + 1);
        if (kind == BANK_ROWS) {
            from = random_below(t, n_bins);
            to = from + random_below(t, n_bins - from + 1);
        }
        for (size_t k = 0; k < n_bins; k++)
            if (k < from || k >= to || (kind == BANK_ROWS && random_below(t, 7) == 0)) bank[b * n_bins + k] = 0;
    }
    return bank;
}

/* Half of them mirrored, every row a symmetric or antisymmetric one, as a DCT's are: those have a short way. */
double *random_matrix(check *t, size_t n_out, size_t n_in)
{
    double *matrix = random_reals(t, n_out * n_in, -1, 1);
    if (random_below(t, 2)) return matrix;
    for (size_t i = 0; i < n_out; i++) {
        const double sign = random_below(t, 2) ? 1 : -1;
        for (size_t k = 0; k < n_in / 2; k++) matrix[i * n_in + n_in - 1 - k] = sign * matrix[i * n_in + k];
        if (n_in % 2 && sign < 0) matrix[i * n_in + n_in / 2] = 0;
    }
    return matrix;
}

const char *scene_name(const scene *s)
{
    static char name[400];
    const fsp_config *c = &s->config;
    snprintf(name, sizeof name,
             "n_fft=%zu length=%zu hop=%zu lead=%td pad=%d %zu %zu emphasis=%g mean=%d frame_emphasis=%g spectrum=%d "
             "bands=%zu mult=%g add=%g for_zero=%g features=%zu energy=%d %d %zu samples=%zu",
             c->n_fft, c->length, c->hop_length, c->lead, c->margin.padding, c->margin.before, c->margin.after,
             c->conditioning.emphasis, c->conditioning.remove_mean, c->conditioning.frame_emphasis, c->spectrum, c->n_bands,
             c->multiplier, c->add, c->for_zero, c->n_features, c->energy.kind, c->energy.replaces, c->energy.row,
             s->n_samples);
    return name;
}

way plain_way(const check *t, const scene *s)
{
    return (way){.n_frames = s->total_frames, .n_threads = 1, .stride = 1, .precision = t->precision};
}

/* reference -------------------------------------------------------------------------------------------------------- */

double padded_sample(const check *t, const void *x, size_t n_samples, fsp_margin margin, ptrdiff_t i)
{
    const ptrdiff_t n = (ptrdiff_t)n_samples, lead = (ptrdiff_t)(i < 0 ? margin.before : margin.after);
    if (i >= 0 && i < n) return get(t, x, (size_t)i);
    if (n == 0 || i < -lead || i >= n + lead) return 0;
    const double out = i < 0 ? (double)-i : (double)(i - n + 1);  /* 1: the sample next to the signal */
    switch (margin.padding) {
    case FSP_PAD_EDGE: return get(t, x, i < 0 ? 0 : (size_t)n - 1);
    case FSP_PAD_LINEAR_RAMP:
        return rounded(t, get(t, x, i < 0 ? 0 : (size_t)n - 1) * (((double)lead - out) / (double)lead));
    case FSP_PAD_REFLECT:
        while (n > 1 && (i < 0 || i >= n)) i = i < 0 ? -i : 2 * (n - 1) - i;
        return get(t, x, n > 1 ? (size_t)i : 0);
    case FSP_PAD_SYMMETRIC:
        while (i < 0 || i >= n) i = i < 0 ? -1 - i : 2 * n - 1 - i;
        return get(t, x, (size_t)i);
    default: return 0;
    }
}

static double sample_at(const check *t, const scene *s, size_t channel, ptrdiff_t i)
{
    return padded_sample(t, s->emphasised + channel * s->n_samples * t->k->itemsize, s->n_samples, s->config.margin, i);
}

static int has_large_prime(size_t n)
{
    for (size_t p = 2; p <= FSP_LARGEST_RADIX; p++)
        while (n % p == 0) n /= p;
    return n > 1;
}

/* The samples of a frame, conditioned and windowed, how far each may be off by then, and the frame's energy. */
static wide condition_frame(const check *t, const scene *s, wide_complex *x, value *energy)
{
    const fsp_config *c = &s->config;
    const size_t n = c->length ? c->length : c->n_fft;
    wide mean = 0, size = 0, off = 0;
    for (size_t i = 0; i < n; i++) mean += x[i].r / n, size += fabsl(x[i].r) / n;
    *energy = (value){0, 0};
    if (c->conditioning.remove_mean) {
        off = (dot_factor(n) + 2) * t->u * size + t->u * 2;
        for (size_t i = 0; i < n; i++) x[i].r -= mean;
    }
    for (size_t i = 0; i < n && c->energy.kind == FSP_RAW_ENERGY; i++) energy->x += x[i].r * x[i].r;
    const wide e = rounded(t, c->conditioning.frame_emphasis);
    for (size_t i = n; e != 0 && i-- > 1;) x[i].r -= e * x[i - 1].r;
    x[0].r *= 1 - e;
    if (e != 0) off = 2 * off + 4 * t->u * 2;
    for (size_t i = 0; i < c->n_fft; i++) x[i].r = i < n ? x[i].r * (wide)s->window[i] : 0;
    for (size_t i = 0; i < n && c->energy.kind == FSP_WINDOWED_ENERGY; i++) energy->x += x[i].r * x[i].r;
    energy->err = (dot_factor(n) + 4) * t->u * energy->x + 2 * sqrtl(energy->x * n) * off + n * off * off;
    return off;
}

/* The bins of one frame. Each is off by no more than the whole frame is in the L2 norm: the FFT's bound, and one more
 * unit for window and product, both rounded. */
static void front_half(const check *t, const scene *s, size_t channel, size_t frame, wide_complex *bins, wide *err,
                       value *energy)
{
    static wide_complex x[1 << 14];
    const size_t n = s->config.n_fft;
    wide size = 0;
    for (size_t i = 0; i < n; i++) {
        const ptrdiff_t at = (ptrdiff_t)(frame * s->config.hop_length + i) - s->config.lead;
        x[i] = (wide_complex){sample_at(t, s, channel, at), 0};
    }
    const wide off = condition_frame(t, s, x, energy);
    for (size_t i = 0; i < n; i++) size += x[i].r * x[i].r;
    dft(x, n, bins);
    const wide most = has_large_prime(n) ? 2.5L : 1.5L;
    *err = (most * sqrtl(log2l((wide)(n > 2 ? n : 2))) + 1) * t->u * sqrtl(size * n) + off * n;
}

static void bank_values(const check *t, const fsp_config *c, size_t n_bins, const value *x, value *y)
{
    for (size_t b = 0; b < c->n_bands; b++) {
        wide sum = 0, size = 0, err = 0;
        for (size_t k = 0; k < n_bins; k++) {
            const wide w = c->bank[b * n_bins + k];
            sum += w * x[k].x;
            size += fabsl(w * x[k].x);
            err += fabsl(w) * x[k].err;
        }
        y[b] = (value){sum, err + (dot_factor(n_bins) + 1) * t->u * size};  /* one more: the weight is rounded */
    }
}

static value level_value(const check *t, const fsp_config *c, value x)
{
    if (c->for_zero != 0 && x.err == 0 && x.x == 0) x.x = rounded(t, c->for_zero);
    if (c->for_zero != 0 && x.err > 0 && x.x <= x.err) {  /* rounding may leave a zero, or may not */
        const wide top = fmaxl(x.x + x.err, rounded(t, c->for_zero));
        x = (value){top / 2, top / 2};
    }
    if (c->add != 0) x = (value){x.x + rounded(t, c->add), x.err + t->u * (x.x + c->add)};
    const wide low = rounded(t, c->floor), middle = x.x > low ? x.x : low;
    const wide top = x.x + x.err > low ? x.x + x.err : low, bottom = x.x - x.err > low ? x.x - x.err : low;
    if (c->multiplier == 0) return (value){middle, x.err};
    const wide level = c->multiplier * log10l(middle), up = c->multiplier * log10l(top),
               down = c->multiplier * log10l(bottom);
    const wide off = fmaxl(fabsl(up - level), fabsl(down - level)), sum = level + rounded(t, c->offset);
    return (value){sum, off + 4 * t->u * (fabsl(level) + off) + t->u * (fabsl(sum) + 2 * fabsl(c->offset))};
}

static void matrix_values(const check *t, const fsp_config *c, size_t n_in, const value *x, value *y)
{
    for (size_t i = 0; i < c->n_features; i++) {
        wide sum = 0, size = 0, err = 0;
        for (size_t k = 0; k < n_in; k++) {
            const wide m = c->matrix[i * n_in + k];
            sum += m * x[k].x;
            size += fabsl(m * x[k].x);
            err += fabsl(m) * x[k].err;
        }
        y[i] = (value){sum, err + (dot_factor(n_in) + 1) * t->u * size};
    }
}

enum { MOST_ROWS = 1 << 13 };

size_t back_half(const check *t, const fsp_config *c, size_t n_bins, value *x)
{
    static value y[MOST_ROWS];
    size_t n = n_bins;
    if (c->n_bands) {
        bank_values(t, c, n, x, y);
        n = c->n_bands;
        memcpy(x, y, n * sizeof *x);
    }
    for (size_t i = 0; i < n && (c->multiplier != 0 || c->floor > 0); i++) x[i] = level_value(t, c, x[i]);
    if (c->n_features) {
        matrix_values(t, c, n, x, y);
        n = c->n_features;
        memcpy(x, y, n * sizeof *x);
    }
    return n;
}

static const char *baseline_at(const check *t, const scene *s, size_t channel, size_t frame, size_t row)
{
    return s->baseline + ((channel * s->total_frames + frame) * s->n_rows + row) * s->width * t->k->itemsize;
}

static value energy_level(const check *t, const fsp_config *c, value energy)
{
    fsp_config own = *c;
    own.multiplier = c->energy.multiplier;
    own.floor = c->energy.floor;
    own.offset = c->energy.offset;
    own.add = own.for_zero = 0;
    return own.multiplier != 0 ? level_value(t, &own, energy) : energy;
}

static value guarded_root(const check *t, const fsp_config *c, value power)
{
    const wide least = rounded(t, c->least), guard = rounded(t, c->guard), x = fmaxl(power.x + guard, least);
    const wide low = fmaxl(power.x - power.err + guard, least), high = fmaxl(power.x + power.err + guard, least);
    return (value){sqrtl(x), sqrtl(high) - sqrtl(fmaxl(low, 0)) + 3 * t->u * sqrtl(x)};
}

static value spectrum_value(const check *t, const fsp_config *c, wide_complex bin, wide err)
{
    const fsp_spectrum spectrum = c->spectrum;
    const wide size = magnitude(bin), power = size * size;
    const value p = {power, 2 * size * err + err * err + 3 * t->u * power};
    if (spectrum == FSP_POWER) return p;
    if (c->guard != 0 || c->least != 0) return guarded_root(t, c, p);
    return (value){size, err + 3 * t->u * size};
}

static int near(const check *t, const char *p, size_t part, wide want, wide err)
{
    return fabsl(get(t, p, part) - want) <= err;
}

static void reference_frame(check *t, const scene *s, size_t channel, size_t frame)
{
    static wide_complex bins[1 << 14];
    static value x[MOST_ROWS];
    const size_t n_bins = s->config.n_fft / 2 + 1;
    wide err;
    value energy;
    front_half(t, s, channel, frame, bins, &err, &energy);
    if (s->config.spectrum == FSP_COMPLEX) {
        for (size_t k = 0; k < n_bins; k++) {
            const char *p = baseline_at(t, s, channel, frame, k);
            if (!near(t, p, 0, bins[k].r, err) || !near(t, p, 1, bins[k].i, err))
                fail(t, "frame %zu bin %zu of channel %zu is wrong: %s", frame, k, channel, scene_name(s));
        }
        return;
    }
    for (size_t k = 0; k < n_bins; k++) x[k] = spectrum_value(t, &s->config, bins[k], err);
    size_t n = back_half(t, &s->config, n_bins, x);
    const fsp_energy *e = &s->config.energy;
    if (e->kind && !e->replaces) memmove(x + e->row + 1, x + e->row, (n++ - e->row) * sizeof *x);
    if (e->kind) x[e->row] = energy_level(t, &s->config, energy);
    for (size_t k = 0; k < n; k++)
        if (!near(t, baseline_at(t, s, channel, frame, k), 0, x[k].x, x[k].err))
            fail(t, "frame %zu row %zu of channel %zu is %.9g, not %.9g: %s", frame, k, channel,
                 get(t, baseline_at(t, s, channel, frame, k), 0), (double)x[k].x, scene_name(s));
}

void scene_reference(check *t, const scene *s)
{
    for (size_t c = 0; c < s->n_channels; c++)
        for (size_t f = 0; f < s->total_frames; f++) reference_frame(t, s, c, f);
}

/* runs ------------------------------------------------------------------------------------------------------------- */

enum { INPUT = 0, OUTPUT = 1, MOST_CHANNELS = 8 };

/* The signal as the way wants it laid out, NaN in between. */
static const void *lay_out_input(const check *t, const scene *s, const way *w, ptrdiff_t *channel_offset)
{
    const size_t size = w->precision == FSP_F32 ? sizeof(float) : sizeof(double),
                 step = (size_t)(w->stride < 0 ? -w->stride : w->stride);
    const size_t length = s->n_samples ? (s->n_samples - 1) * step + 1 : 0, n = length * s->n_channels;
    check in = *t;
    fsp_kernels k = *t->k;
    k.itemsize = size;
    in.k = &k;
    in.precision = w->precision;
    void *data = guarded_bytes(INPUT, n * size, w->place * size, w->place == AT_END);
    for (size_t i = 0; i < n; i++) put(&in, data, i, NAN);
    for (size_t c = 0; c < s->n_channels; c++) {
        const size_t channel = s->n_channels - 1 - c;  /* not in their order */
        channel_offset[c] = (ptrdiff_t)(channel * length + (w->stride < 0 && length ? length - 1 : 0));
        for (size_t i = 0; i < s->n_samples; i++)
            put(&in, data, (size_t)(channel_offset[c] + (ptrdiff_t)i * w->stride),
                get(t, s->signal, c * s->n_samples + i));
    }
    return data;
}

static fsp_output lay_out_output(const check *t, const scene *s, const way *w, ptrdiff_t *channel_offset, char **want)
{
    const size_t size = t->k->itemsize, along = (w->by_rows ? w->n_frames : s->n_rows) * s->width;
    const size_t across = w->by_rows ? s->n_rows : w->n_frames, stride = along + w->gap,
                 channel = across * stride + w->gap;
    fsp_output out = {.channel_offset = channel_offset};
    out.data = guarded(t, OUTPUT, along && across && s->n_channels ? s->n_channels * channel - 2 * w->gap : 0,
                       w->place);
    out.row_stride = w->by_rows ? (ptrdiff_t)stride : (ptrdiff_t)s->width;
    out.frame_stride = w->by_rows ? (ptrdiff_t)s->width : (ptrdiff_t)stride;
    *want = twin(OUTPUT);
    for (size_t c = 0; c < s->n_channels; c++) {
        channel_offset[c] = (ptrdiff_t)(c * channel);
        for (size_t f = 0; f < w->n_frames; f++)
            for (size_t r = 0; r < s->n_rows; r++)
                memcpy(*want + (channel_offset[c] + (ptrdiff_t)r * out.row_stride + (ptrdiff_t)f * out.frame_stride) *
                                   (ptrdiff_t)size,
                       baseline_at(t, s, c, w->first + f, r), s->width * size);
    }
    return out;
}

/* The highest level of the frames asked for (sign 1), or the lowest (-1). (No matrix comes after.) */
static double extreme_wanted(const check *t, const scene *s, const way *w, size_t channel, int sign)
{
    double top = -INFINITY;
    for (size_t f = 0; f < w->n_frames; f++)
        for (size_t r = 0; r < s->n_rows; r++)
            top = fmax(top, sign * get(t, baseline_at(t, s, channel, w->first + f, r), 0));
    return sign * top;
}

void scene_run(check *t, const scene *s, const way *w)
{
    ptrdiff_t in_offset[MOST_CHANNELS], out_offset[MOST_CHANNELS];
    double peak[MOST_CHANNELS], lowest[MOST_CHANNELS];
    char *want;
    fsp_input in = {.data = lay_out_input(t, s, w, in_offset),
                    .precision = w->precision,
                    .n_channels = s->n_channels,
                    .n_samples = s->n_samples,
                    .channel_offset = in_offset,
                    .stride = w->stride,
                    .first_frame = w->first,
                    .n_frames = w->n_frames,
                    .check_finite = w->check_finite,
                    .total_frames = s->total_frames};
    fsp_output out = lay_out_output(t, s, w, out_offset, &want);
    out.peak = s->config.multiplier != 0 ? peak : NULL;
    out.lowest = lowest;
    for (size_t c = 0; c < s->n_channels; c++) {
        peak[c] = -INFINITY;
        lowest[c] = INFINITY;
    }
    const fsp_status status = fsp_run(s->plan, &in, &out, w->n_threads);
    if (status) fail(t, "status %d: %s", status, scene_name(s));
    if (!same(OUTPUT) || !canaries_alive(INPUT))
        fail(t,
             "other bits: frames %zu+%zu of %zu, %d threads, by_rows=%d stride=%td gap=%zu offset=%zu f%d input: %s",
             w->first, w->n_frames, s->total_frames, w->n_threads, w->by_rows, w->stride, w->gap, w->place,
             w->precision == FSP_F32 ? 32 : 64, scene_name(s));
    for (size_t c = 0; c < s->n_channels && w->check_peak; c++)
        if (peak[c] != extreme_wanted(t, s, w, c, 1) || lowest[c] != extreme_wanted(t, s, w, c, -1))
            fail(t, "levels from %.9g to %.9g, wanted %.9g to %.9g: frames %zu+%zu of %zu: %s", lowest[c], peak[c],
                 extreme_wanted(t, s, w, c, -1), extreme_wanted(t, s, w, c, 1), w->first, w->n_frames, s->total_frames,
                 scene_name(s));
}

void scene_baseline(check *t, const scene *s)
{
    ptrdiff_t in_offset[MOST_CHANNELS], out_offset[MOST_CHANNELS];
    const size_t row = s->n_rows * s->width;
    for (size_t c = 0; c < s->n_channels; c++) {
        in_offset[c] = (ptrdiff_t)(c * s->n_samples);
        out_offset[c] = (ptrdiff_t)(c * s->total_frames * row);
    }
    fsp_input in = {.data = s->signal,
                    .precision = t->precision,
                    .n_channels = s->n_channels,
                    .n_samples = s->n_samples,
                    .channel_offset = in_offset,
                    .stride = 1,
                    .n_frames = s->total_frames,
                    .total_frames = s->total_frames};
    fsp_output out = {.data = s->baseline,
                      .channel_offset = out_offset,
                      .row_stride = (ptrdiff_t)s->width,
                      .frame_stride = (ptrdiff_t)row};
    const fsp_status status = fsp_run(s->plan, &in, &out, 1);
    if (status) fail(t, "status %d: %s", status, scene_name(s));
}

/* By the kernel, which has a check of its own. */
static double dithered(const check *t, const scene *s, size_t i)
{
    const fsp_conditioning *c = &s->config.conditioning;
    union { float single; double real; } x;
    put(t, &x, 0, get(t, s->signal, i));
    if (c->dither != 0) t->k->add_noise(&x, 1, c->dither, c->dither_key, i % s->n_samples);
    return get(t, &x, 0);
}

void scene_create(check *t, scene *s, const fsp_config *config, int bank, size_t n_channels, size_t n_samples,
                  size_t total_frames, int short_samples)
{
    *s = (scene){.config = *config, .n_channels = n_channels, .n_samples = n_samples, .total_frames = total_frames};
    fsp_config *c = &s->config;
    const size_t n_bins = c->n_fft / 2 + 1;
    c->precision = t->precision;
    c->isa = t->k->isa;
    c->window = s->window = random_reals(t, c->n_fft, 0.1, 1);
    if (c->n_bands) c->bank = s->bank = random_bank(t, bank, c->n_bands, n_bins);
    if (c->n_features) c->matrix = s->matrix = random_matrix(t, c->n_features, c->n_bands ? c->n_bands : n_bins);
    s->width = c->spectrum == FSP_COMPLEX ? 2 : 1;
    s->signal = must(malloc(n_channels * n_samples * t->k->itemsize + 1));
    for (size_t i = 0; i < n_channels * n_samples; i++) {
        const double x = random_real(t);
        put(t, s->signal, i, short_samples ? (double)(float)x : x);
    }
    s->emphasised = must(malloc(n_channels * n_samples * t->k->itemsize + 1));
    for (size_t i = 0; i < n_channels * n_samples; i++) {
        const double x = dithered(t, s, i), before = i % n_samples ? dithered(t, s, i - 1) : 0;
        put(t, s->emphasised, i, x - rounded(t, rounded(t, c->conditioning.emphasis) * before));
    }
    const fsp_status status = fsp_plan_create(c, &s->plan);
    if (status) {
        fail(t, "no plan, status %d: %s", status, scene_name(s));
        s->total_frames = 0;
        return;
    }
    s->n_rows = fsp_plan_rows(s->plan);
    if (s->n_rows != (c->n_features ? c->n_features : c->n_bands ? c->n_bands : n_bins) + (c->energy.kind && !c->energy.replaces))
        fail(t, "%zu rows: %s", s->n_rows, scene_name(s));
    s->baseline = must(calloc(n_channels * total_frames * s->n_rows * s->width + 1, t->k->itemsize));
    scene_baseline(t, s);
}

void scene_destroy(scene *s)
{
    fsp_plan_destroy(s->plan);
    free(s->window);
    free(s->bank);
    free(s->matrix);
    free(s->signal);
    free(s->emphasised);
    free(s->baseline);
}

/* Plans and samples: any framing, conditioning, spectrum, bank, levels, matrix, energy and summary. A range of frames has the bits of
 * the whole, in the other memory order and by several threads, too. */
#include "fuzz.h"

static void read_framing(fuzz *f, fsp_config *c)
{
    c->n_fft = 1 + few(f, below(f, 4) ? 140 : 256) * (below(f, 8) ? 1 : 3);
    c->hop_length = 1 + few(f, below(f, 2) ? 80 : 256);
    c->length = below(f, 3) ? 0 : below(f, c->n_fft + 2);
    c->lead = (ptrdiff_t)few(f, 256) - (64 >> f->shift);
    c->margin = (fsp_margin){(fsp_padding)below(f, 5), few(f, 256), few(f, 256)};
    c->window = doubles(f, c->n_fft, plain);
    if (below(f, 2)) return;
    if (below(f, 2)) c->conditioning.dither = 0.1;
    c->conditioning.dither_key = draw(f);
    if (below(f, 2)) c->conditioning.emphasis = 0.97;
    c->conditioning.remove_mean = (int)below(f, 2);
    if (below(f, 2)) c->conditioning.frame_emphasis = 0.9375;
}

static void read_bank(fuzz *f, fsp_config *c, size_t n_bins)
{
    c->n_bands = few(f, 40);
    if (!c->n_bands) return;
    if (below(f, 4) == 0 && c->spectrum != FSP_GIVEN) {
        const size_t width = 1 + below(f, n_bins + 1);
        c->complex_bank = (fsp_complex_bank){width, sizes(f, c->n_bands, width < n_bins ? n_bins - width + 1 : 1),
                                             doubles(f, c->n_bands * width * 2, plain), doubles(f, c->n_bands * 2, plain)};
        return;
    }
    double *bank = doubles(f, c->n_bands * n_bins, plain);
    const size_t share = below(f, 8);  /* of weights that are 0 */
    for (size_t i = 0; i < c->n_bands * n_bins; i++)
        if (draw(f) % 8 < share) bank[i] = 0;
    c->bank = bank;
}

static void read_summary(fuzz *f, fsp_config *c, size_t n_bins)
{
    c->summary = (fsp_summary_kind)(1 + below(f, 4));
    c->amount = 0.001 + (double)below(f, 256) / 260;
    c->n_groups = few(f, 12);
    size_t *group_sizes = sizes(f, c->n_groups, n_bins + 1), *extremes = sizes(f, c->n_groups, 12), total = 0;
    for (size_t i = 0; i < c->n_groups; i++) total += group_sizes[i];
    c->group_sizes = group_sizes;
    c->group_extremes = extremes;
    c->group_bins = sizes(f, total, n_bins);
}

static fsp_config read_config(fuzz *f)
{
    fsp_config c = {.precision = f->precision, .isa = f->isa};
    read_framing(f, &c);
    c.spectrum = (fsp_spectrum)below(f, 4);
    const size_t n_bins = c.spectrum == FSP_GIVEN ? c.n_fft : c.n_fft / 2 + 1;
    if (below(f, 4) == 0) c.guard = 1e-3;
    if (below(f, 4) == 0) c.least = 1e-2;
    if (below(f, 4) == 0) {
        read_summary(f, &c, n_bins);
        return c;
    }
    read_bank(f, &c, n_bins);
    if (below(f, 2)) c.multiplier = 10;
    c.floor = below(f, 8) ? 1e-10 : 0;
    c.offset = plain(f);
    if (below(f, 4) == 0) c.add = 1e-4;
    if (below(f, 4) == 0) c.for_zero = 1e-3;
    c.n_features = below(f, 2) ? few(f, 32) : 0;
    if (c.n_features) c.matrix = doubles(f, c.n_features * (c.n_bands ? c.n_bands : n_bins), plain);
    if (below(f, 3)) return c;
    c.energy = (fsp_energy){(fsp_energy_kind)below(f, 3), (int)below(f, 2), below(f, 40), 1e-6, 1.5, plain(f)};
    return c;
}

enum { MOST_CHANNELS = 3 };

typedef struct {
    fsp_input in;
    ptrdiff_t offsets[MOST_CHANNELS];
} signal;

/* Samples of any kind and stride, or rows of a spectrum that is there. */
static void read_signal(fuzz *f, const fsp_config *c, signal *s)
{
    const size_t n_channels = below(f, MOST_CHANNELS + 1), n_frames = 1 + few(f, 2 * MOST_FRAMES);
    fsp_input *in = &s->in;
    *in = (fsp_input){.n_channels = n_channels, .channel_offset = s->offsets, .n_frames = n_frames, .total_frames = n_frames};
    in->check_finite = below(f, 4) == 0;
    in->precision = f->precision;
    if (c->spectrum == FSP_GIVEN) {
        const int by_rows = (int)below(f, 2);
        in->row_stride = by_rows ? (ptrdiff_t)n_frames : 1;
        in->frame_stride = by_rows ? 1 : (ptrdiff_t)c->n_fft;
        for (size_t i = 0; i < n_channels; i++) s->offsets[i] = (ptrdiff_t)(i * c->n_fft * n_frames);
        in->data = reals(f, n_channels * c->n_fft * n_frames, f->precision, odd);
        if (below(f, 2)) in->clamp = doubles(f, 2 * n_channels, plain);
        return;
    }
    const size_t n = in->n_samples = few(f, 256) * (1 + few(f, 16)), step = 1 + below(f, 3);
    in->pcm = below(f, 2) ? FSP_REALS : (fsp_pcm)below(f, 10);
    in->precision = below(f, 2) ? FSP_F64 : FSP_F32;
    in->first_place = below(f, 9);
    const size_t span = n ? (n - 1) * step + 1 : 0;
    in->stride = below(f, 4) ? (ptrdiff_t)step : -(ptrdiff_t)step;
    for (size_t i = 0; i < n_channels; i++)
        s->offsets[i] = (ptrdiff_t)(i * span + (in->stride < 0 && n ? span - 1 : 0));
    static const size_t bytes[] = {0, 1, 1, 2, 2, 3, 4, 4, 1, 1};
    if (in->pcm == FSP_REALS) {
        in->data = reals(f, n_channels * span, in->precision, odd);
        return;
    }
    uint8_t *codes = array(f, n_channels * span * bytes[in->pcm]);
    for (size_t i = 0; i < n_channels * span * bytes[in->pcm]; i++) codes[i] = (uint8_t)draw(f);
    in->data = codes;
}

/* Frames first .. first + n - 1 as (channel, frame, row) of `width` reals each, in either memory order. */
static void *run_range(fuzz *f, const fsp_plan *plan, const signal *s, size_t width, size_t first, size_t n, int by_rows,
                       int n_threads, fsp_status *status)
{
    const size_t n_rows = fsp_plan_rows(plan), each = n * n_rows * width;
    ptrdiff_t offsets[MOST_CHANNELS];
    double peak[MOST_CHANNELS] = {-INFINITY, -INFINITY, -INFINITY}, lowest[MOST_CHANNELS] = {INFINITY, INFINITY, INFINITY};
    for (size_t i = 0; i < MOST_CHANNELS; i++) offsets[i] = (ptrdiff_t)(i * each);
    fsp_input in = s->in;
    in.first_frame = first;
    in.n_frames = n;
    const ptrdiff_t w = (ptrdiff_t)width;
    char *made = filled(f, in.n_channels * each), *ordered = filled(f, in.n_channels * each);
    const fsp_output out = {made, offsets, by_rows ? w * (ptrdiff_t)n : w, by_rows ? w : w * (ptrdiff_t)n_rows, peak, lowest};
    *status = fsp_run(plan, &in, &out, n_threads);
    if (!by_rows) return made;
    for (size_t c = 0; c < in.n_channels; c++)
        for (size_t t = 0; t < n; t++)
            for (size_t r = 0; r < n_rows; r++)
                memcpy(ordered + (c * each + (t * n_rows + r) * width) * f->itemsize,
                       made + (c * each + (r * n + t) * width) * f->itemsize, width * f->itemsize);
    return ordered;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz f = begin(data, size);
    const fsp_config c = read_config(&f);
    fsp_plan *plan;
    if (fsp_plan_create(&c, &plan)) return 0;
    signal s;
    read_signal(&f, &c, &s);
    const size_t total = s.in.n_frames, first = below(&f, total), n = 1 + below(&f, total - first);
    const size_t width = c.spectrum == FSP_COMPLEX ? 2 : 1, frame = fsp_plan_rows(plan) * width * f.itemsize;
    fsp_status of_all, of_part;
    const char *all = run_range(&f, plan, &s, width, 0, total, (int)below(&f, 2), 1, &of_all);
    const char *part = run_range(&f, plan, &s, width, first, n, (int)below(&f, 2), threads(&f), &of_part);
    HOLDS(of_all == FSP_OK || of_all == FSP_ENONFINITE);
    HOLDS(of_part == FSP_OK || of_part == of_all);
    for (size_t i = 0; of_all == FSP_OK && i < s.in.n_channels; i++)
        HOLDS(same_reals(all + (i * total + first) * frame, part + i * n * frame, n * frame / f.itemsize, f.precision));
    fsp_plan_destroy(plan);
    return 0;
}

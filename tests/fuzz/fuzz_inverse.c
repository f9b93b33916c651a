/* The inverse, the search for a signal, and the phase vocoder: any number of threads gives the same bits, fewer frames of the vocoder
 * those of more. Fewer samples of the inverse may differ by rounding: where its stretches meet, sums are added in another order. */
#include "fuzz.h"

enum { N_CHANNELS = 2 };

static void check_inverse(fuzz *f, const fsp_inverse_config *c, const fsp_spectra *in)
{
    fsp_inverse *inverse;
    HOLDS(fsp_inverse_create(c, &inverse) == FSP_OK);
    const size_t n = few(f, 256) * (1 + few(f, 8)), fewer = n ? n - below(f, n) : 0;
    const ptrdiff_t offsets[] = {0, (ptrdiff_t)n}, of_fewer[] = {0, (ptrdiff_t)fewer};
    char *all = filled(f, N_CHANNELS * n), *again = filled(f, N_CHANNELS * n), *part = filled(f, N_CHANNELS * fewer);
    HOLDS(fsp_inverse_run(inverse, in, all, offsets, n, 1) == FSP_OK);
    HOLDS(fsp_inverse_run(inverse, in, again, offsets, n, threads(f)) == FSP_OK);
    HOLDS(fsp_inverse_run(inverse, in, part, of_fewer, fewer, 1) == FSP_OK);
    HOLDS(same_reals(all, again, in->n_channels * n, f->precision));
    fsp_inverse_destroy(inverse);
}

static void check_search(fuzz *f, const fsp_inverse_config *c, const fsp_spectra *magnitudes)
{
    const size_t n = few(f, 256) * (1 + few(f, 8)), n_rounds = below(f, 3);
    const ptrdiff_t offsets[] = {0, (ptrdiff_t)n};
    const fsp_padding padding = (fsp_padding)below(f, 5);
    const void *start = reals(f, N_CHANNELS * n, f->precision, plain);
    void *found[2];
    for (int way = 0; way < 2; way++) {
        fsp_search *search;
        if (fsp_search_create(c, padding, magnitudes, n, &search)) return;
        found[way] = filled(f, N_CHANNELS * n);
        HOLDS(fsp_search_start(search, start, offsets) == FSP_OK);
        for (size_t i = 0; i < n_rounds; i++) HOLDS(fsp_search_round(search, i ? 0.99 : 0, way ? threads(f) : 1) == FSP_OK);
        HOLDS(fsp_search_result(search, found[way], offsets) == FSP_OK);
        fsp_search_destroy(search);
    }
    HOLDS(same_reals(found[0], found[1], magnitudes->n_channels * n, f->precision));
}

/* Output frames first .. of a run have no state of their own, so fewer frames have the bits of more. */
static void check_vocoder(fuzz *f, const fsp_spectra *in, size_t n_bins)
{
    const size_t n_out = 1 + few(f, 80), last = in->n_frames - 1;
    ptrdiff_t *from = array(f, n_out * sizeof *from), *to = array(f, n_out * sizeof *to), *low = array(f, n_out * sizeof *low);
    for (size_t i = 0; i < n_out; i++) {
        from[i] = (ptrdiff_t)below(f, last + 1);
        to[i] = (ptrdiff_t)below(f, last + 1);
        low[i] = (ptrdiff_t)below(f, last ? last : 1);
    }
    const ptrdiff_t each = (ptrdiff_t)(2 * n_bins * n_out), offsets[] = {0, each};
    fsp_vocoder v = {.data = in->data, .n_channels = in->n_channels, .n_bins = n_bins, .n_out = n_out, .channel_offset = in->channel_offset,
                     .out_offset = offsets, .frame_stride = in->frame_stride, .out_stride = (ptrdiff_t)(2 * n_bins), .from = from,
                     .to = to, .low = low, .span = last ? 1 : 0, .fraction = doubles(f, n_out, plain)};
    char *all = v.out = filled(f, (size_t)each * N_CHANNELS);
    HOLDS(fsp_vocode(f->precision, f->isa, &v, 1) == FSP_OK);
    v.n_out = 1 + below(f, n_out);
    char *part = v.out = filled(f, (size_t)each * N_CHANNELS);
    HOLDS(fsp_vocode(f->precision, f->isa, &v, 2) == FSP_OK);
    for (size_t i = 0; i < in->n_channels; i++)
        HOLDS(same_reals(all + i * (size_t)each * f->itemsize, part + i * (size_t)each * f->itemsize, 2 * n_bins * v.n_out, f->precision));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz f = begin(data, size);
    const size_t kind = below(&f, 3), width = kind == 1 ? 1 : 2;
    fsp_inverse_config c = {.precision = f.precision, .isa = f.isa, .n_fft = 1 + few(&f, below(&f, 4) ? 140 : 256)};
    c.hop_length = 1 + few(&f, 128);
    c.lead = few(&f, 200);
    c.window = doubles(&f, c.n_fft, plain);
    const size_t n_bins = c.n_fft / 2 + 1, n_frames = (kind == 2) + few(&f, 2 * MOST_FRAMES), each = width * n_bins * n_frames;
    const ptrdiff_t offsets[] = {0, (ptrdiff_t)each};
    const fsp_spectra in = {reals(&f, N_CHANNELS * each, f.precision, kind == 1 ? plain : odd), below(&f, N_CHANNELS + 1), n_frames,
                            offsets, (ptrdiff_t)(width * n_bins)};
    if (kind == 0) check_inverse(&f, &c, &in);
    if (kind == 1) check_search(&f, &c, &in);
    if (kind == 2) check_vocoder(&f, &in, n_bins);
    return 0;
}

/* Griffin and Lim's search for a signal with given magnitudes: samples -> spectrum -> its phases, the magnitudes wanted
 * -> samples, round after round.
 *
 * The padded signal is cut at every hop into columns, and these into stretches, one a lane. Signal, magnitudes and the spectra
 * of the round before are kept transposed, a vector for each sample or bin, so that nothing crosses lanes between the two FFTs
 * of a frame. A round is one sweep over each stretch. Once frame s has been read, column s of the old signal is not needed any
 * more, and once it has been added, column s of the new signal is complete and replaces it. The first columns of a stretch also
 * need frames of the stretch before it: their sums (its `tails`) are added when all stretches have been swept.
 * The length of stretches depends on the signal alone, hence the same bits for any number of threads. */
#include "internal.h"

#include <stdatomic.h>
#include <string.h>

enum { LONGEST_STRETCH = 48, GAP = 4 };  /* GAP: vectors that keep columns off each other's cache sets */

/* A sample of the padding: `weight` times the sample at `from`, to be written to two places (the same one twice, if only one
 * stretch reads it). Places are real numbers of a channel's blocks. */
typedef struct {
    size_t places[2], from;
    double weight;
} beyond;

struct fsp_search {
    fsp_ring_plan plan;
    const fsp_kernels *kernels;
    fsp_precision precision;
    fsp_padding padding;
    fsp_real_fft forward;
    uint32_t *offsets;
    size_t n_channels, n_frames, n_samples;
    int begun;  /* whether there has been a round, so that `bins` hold its spectra */
    size_t stretch, n_blocks, n_stretches;  /* n_blocks a channel, of a stretch in each lane */
    size_t column, block, tail;             /* bytes: a column, a block's signal, the tails of one column */
    size_t n_left, n_right;                 /* samples beyond the ends */
    beyond *beyond;
    char *signal, *bins, *tails, *scales;   /* scales of columns: ones, the usual, then those at either end */
    size_t tile_at, spectrum_at, ring_at, scratch_size;
};

static size_t vector_bytes(const fsp_search *s) { return s->kernels->lanes * s->kernels->itemsize; }

static char *block_at(const fsp_search *s, size_t channel, size_t block)
{
    return s->signal + (channel * s->n_blocks + block) * s->block;
}

/* A vector of frames' magnitudes, followed by their spectra of the round before. */
static char *bins_at(const fsp_search *s, size_t channel, size_t block, size_t step)
{
    return s->bins + ((channel * s->n_blocks + block) * s->stretch + step) * 3 * s->forward.n_bins * vector_bytes(s);
}

/* A row of tails has one for each stretch, with nothing before the first and after the last. */
static char *tails_at(const fsp_search *s, size_t channel, size_t c, size_t stretch)
{
    return s->tails + (channel * s->plan.overlap + c) * s->tail + (1 + stretch) * s->kernels->itemsize;
}

/* creation --------------------------------------------------------------------------------------------------------- */

/* The number of the table in `scales` for column `step` of a block's stretches. Only the signal's first and last columns are sums
 * of fewer frames than others, and need tables of their own; columns after the last are zero. */
static size_t scale_of(const fsp_search *s, size_t block, size_t step)
{
    const size_t overlap = s->plan.overlap, first = block * s->kernels->lanes * s->stretch + step;
    if (block == 0 && step < overlap) return 2 + step;
    const size_t over = first < s->n_frames ? (s->stretch - (s->n_frames - first) % s->stretch) % s->stretch : first - s->n_frames;
    const size_t q = s->n_frames + over;
    return over < overlap && (q - first) / s->stretch < s->kernels->lanes ? 2 + overlap + over : 1;
}

/* The scales of column `step` of each stretch in a block; see scale_of. */
static void make_scale(const fsp_search *s, size_t block, size_t step, double *column)
{
    const fsp_ring_plan *plan = &s->plan;
    const size_t lanes = s->kernels->lanes, itemsize = s->kernels->itemsize;
    char *scale = s->scales + scale_of(s, block, step) * s->column;
    for (size_t l = 0; l < lanes; l++) {
        const size_t q = (block * lanes + l) * s->stretch + step;
        const int edge = q < plan->overlap || (q >= s->n_frames && q < s->n_frames + plan->overlap);
        if (edge) fsp_ring_scales(plan, q, s->n_frames, column);
        for (size_t r = 0; r < plan->hop; r++)
            fsp_put_real(scale, r * lanes + l, edge ? column[r] : fsp_real_at(plan->interior, r, itemsize), itemsize);
    }
}

static fsp_status make_scales(fsp_search *s)
{
    const size_t lanes = s->kernels->lanes, itemsize = s->kernels->itemsize, hop = s->plan.hop;
    double *column = fsp_allocate(hop, sizeof *column);
    if (!column) return FSP_ENOMEM;
    for (size_t i = 0; i < hop * lanes; i++) {
        fsp_put_real(s->scales, i, 1, itemsize);
        fsp_put_real(s->scales + s->column, i, fsp_real_at(s->plan.interior, i / lanes, itemsize), itemsize);
    }
    for (size_t block = 0; block < s->n_blocks; block++)
        for (size_t step = 0; step < s->stretch; step++)
            if (scale_of(s, block, step) > 1) make_scale(s, block, step, column);
    fsp_free(column);
    return FSP_OK;
}

/* The place in a channel's blocks, in reals, of position p of the padded signal: in column *step of *stretch. */
static size_t place_of(const fsp_search *s, size_t p, size_t *stretch, size_t *step)
{
    const size_t q = p / s->plan.hop, lanes = s->kernels->lanes;
    *stretch = q / s->stretch;
    *step = q % s->stretch;
    return (*stretch / lanes * s->block + *step * s->column) / s->kernels->itemsize + p % s->plan.hop * lanes + *stretch % lanes;
}

/* The i-th sample beyond the ends, which is the given one times `weight`. */
static beyond beyond_of(const fsp_search *s, size_t i, size_t sample, double weight)
{
    const size_t p = i < s->n_left ? i : i + s->n_samples, lanes = s->kernels->lanes;
    size_t stretch, step;
    beyond x = {.from = place_of(s, s->n_left + sample, &stretch, &step), .weight = weight};
    x.places[0] = x.places[1] = place_of(s, p, &stretch, &step);
    if (step < s->plan.overlap && stretch > 0) {
        const size_t before = stretch - 1, column = before / lanes * s->block + (s->stretch + step) * s->column;
        x.places[1] = column / s->kernels->itemsize + p % s->plan.hop * lanes + before % lanes;
    }
    return x;
}

/* Finds what the padding is made of, with the code that pads any signal: padding the numbers 0, 1, 2 ... shows which sample goes
 * where, and padding ones shows its weight. */
static fsp_status find_sources(fsp_search *s)
{
    const size_t lead = s->plan.lead, n = s->n_samples, end = lead + n;
    const size_t total = (s->n_frames - 1) * s->plan.hop + s->plan.n_fft;
    s->n_left = lead;
    s->n_right = total > end ? total - end : 0;
    const size_t n_beyond = s->n_left + s->n_right;
    s->beyond = fsp_allocate(n_beyond, sizeof *s->beyond);
    if (s->beyond && s->padding == FSP_PAD_CONSTANT) {
        for (size_t i = 0; i < n_beyond; i++) s->beyond[i] = beyond_of(s, i, 0, 0);
        return FSP_OK;
    }
    double *numbers = fsp_allocate(n, sizeof *numbers), *padded = fsp_allocate(n_beyond, 2 * sizeof *padded);
    if (s->beyond && numbers && padded) {
        fsp_signal signal = {.data = numbers, .precision = FSP_F64, .n_samples = n, .stride = 1,
                             .margin = {s->padding, lead, lead}};
        for (int pass = 0; pass < 2; pass++) {
            for (size_t i = 0; i < n; i++) numbers[i] = pass ? 1 : (double)i;
            double *out = padded + (size_t)pass * n_beyond;
            fsp_copy_samples(&signal, -(ptrdiff_t)lead, lead, FSP_F64, out);
            fsp_copy_samples(&signal, (ptrdiff_t)n, s->n_right, FSP_F64, out + lead);
        }
        for (size_t i = 0; i < n_beyond; i++) {
            const size_t end_sample = i < lead ? 0 : n - 1;
            s->beyond[i] = beyond_of(s, i, s->padding == FSP_PAD_LINEAR_RAMP ? end_sample : (size_t)padded[i], padded[n_beyond + i]);
        }
    }
    const fsp_status status = s->beyond && numbers && padded ? FSP_OK : FSP_ENOMEM;
    fsp_free(numbers);
    fsp_free(padded);
    return status;
}

static void take_magnitudes(const fsp_search *s, const fsp_spectra *in)
{
    const fsp_kernels *k = s->kernels;
    const size_t vector = vector_bytes(s), n_bins = s->forward.n_bins;
    for (size_t channel = 0; channel < s->n_channels; channel++)
        for (size_t block = 0; block < s->n_blocks; block++)
            for (size_t step = 0; step < s->stretch; step++) {
                char *const bins = bins_at(s, channel, block, step);
                const size_t first = block * k->lanes * s->stretch + step;
                const size_t left = first < s->n_frames ? fsp_divide_up(s->n_frames - first, s->stretch) : 0;
                const ptrdiff_t at = in->channel_offset[channel] + (ptrdiff_t)first * in->frame_stride;
                if (left)
                    k->load_frames((const char *)in->data + at * (ptrdiff_t)k->itemsize,
                                   (ptrdiff_t)s->stretch * in->frame_stride, n_bins, bins, left < k->lanes ? left : k->lanes);
                else
                    memset(bins, 0, n_bins * vector);
            }
}

static void shape(fsp_search *s)
{
    const fsp_ring_plan *plan = &s->plan;
    const size_t lanes = s->kernels->lanes, longest = fsp_larger(LONGEST_STRETCH, plan->overlap);
    const size_t n_columns = fsp_larger(s->n_frames + plan->overlap, fsp_divide_up(plan->lead + s->n_samples, plan->hop));
    s->n_blocks = fsp_divide_up(n_columns, lanes * longest);
    s->stretch = fsp_larger(fsp_divide_up(n_columns, lanes * s->n_blocks), fsp_larger(plan->overlap, 1));
    s->n_stretches = s->n_blocks * lanes;
    s->column = (plan->hop + GAP) * vector_bytes(s);
    s->block = (s->stretch + plan->overlap) * s->column;
    s->tail = plan->hop * (s->n_stretches + 2) * s->kernels->itemsize;
    s->tile_at = fsp_reserve(&s->scratch_size, fsp_larger(s->forward.tile_vectors, plan->fft.n_scratch), vector_bytes(s));
    s->spectrum_at = fsp_reserve(&s->scratch_size, plan->fft.n_vectors, vector_bytes(s));
    s->ring_at = fsp_reserve(&s->scratch_size, plan->overlap + 1, plan->column);
}

/* Whether neither the sizes that `shape` has found nor the offsets within a frame overflow. */
static int countable(const fsp_search *s)
{
    const fsp_ring_plan *plan = &s->plan;
    const size_t rows = s->stretch + 2 * plan->overlap + 2, most = SIZE_MAX / 4 / vector_bytes(s);
    if (plan->hop + GAP > most / rows || plan->hop > most / (s->n_stretches + 2)) return 0;
    return plan->n_fft / plan->hop + 1 <= UINT32_MAX / s->kernels->lanes / (plan->hop + GAP);
}

static fsp_status fill(fsp_search *s, const fsp_spectra *magnitudes)
{
    const fsp_ring_plan *plan = &s->plan;
    const size_t n_blocks = s->n_channels * s->n_blocks, n_tails = s->n_channels * plan->overlap, n_scales = 2 + 2 * plan->overlap;
    s->offsets = fsp_allocate(plan->n_fft, sizeof *s->offsets);
    s->signal = fsp_allocate(n_blocks, s->block);
    s->bins = fsp_allocate(n_blocks * s->stretch, 3 * s->forward.n_bins * vector_bytes(s));
    s->tails = fsp_allocate(n_tails, s->tail);
    s->scales = fsp_allocate(n_scales, s->column);
    fsp_status status = FSP_ENOMEM;
    if (s->offsets && s->signal && s->bins && s->tails && s->scales) {
        for (size_t i = 0; i < plan->n_fft; i++) {
            const size_t n = s->forward.sample[i];
            s->offsets[i] = (uint32_t)((n / plan->hop * (plan->hop + GAP) + n % plan->hop) * s->kernels->lanes);
        }
        memset(s->tails, 0, n_tails * s->tail);
        take_magnitudes(s, magnitudes);
        status = make_scales(s);
        if (status == FSP_OK) status = find_sources(s);
    }
    return status;
}

fsp_status fsp_search_create(const fsp_inverse_config *config, fsp_padding padding, const fsp_spectra *magnitudes,
                             size_t n_samples, fsp_search **out)
{
    *out = NULL;
    fsp_search *s = fsp_allocate(1, sizeof *s);
    if (!s) return FSP_ENOMEM;
    *s = (fsp_search){.precision = config->precision, .padding = padding, .n_channels = magnitudes->n_channels,
                      .n_frames = magnitudes->n_frames, .n_samples = n_samples};
    fsp_status status = magnitudes->n_frames && n_samples ? fsp_ring_create(&s->plan, config) : FSP_EBUG;
    if (status == FSP_OK) {
        s->kernels = s->plan.kernels;
        status = fsp_real_fft_create(&s->forward, config->n_fft, config->window, s->kernels);
    }
    if (status == FSP_OK) {
        shape(s);
        status = countable(s) ? fill(s, magnitudes) : FSP_ENOMEM;
    }
    if (status == FSP_OK)
        *out = s;
    else
        fsp_search_destroy(s);
    return status;
}

void fsp_search_destroy(fsp_search *s)
{
    if (!s) return;
    void *owned[] = {s->offsets, s->signal, s->bins, s->tails, s->scales, s->beyond};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) fsp_free(owned[i]);
    if (s->kernels) fsp_real_fft_destroy(&s->forward);
    fsp_ring_destroy(&s->plan);
    fsp_free(s);
}

/* samples in and out ----------------------------------------------------------------------------------------------- */

fsp_status fsp_search_start(fsp_search *s, const void *samples, const ptrdiff_t *channel_offset)
{
    const fsp_ring_plan *plan = &s->plan;
    const fsp_kernels *k = s->kernels;
    const ptrdiff_t hop = (ptrdiff_t)plan->hop;
    void *linear = fsp_allocate(k->lanes * plan->hop, k->itemsize);
    if (!linear) return FSP_ENOMEM;
    for (size_t channel = 0; channel < s->n_channels; channel++) {
        const fsp_signal signal = {.data = (const char *)samples + channel_offset[channel] * (ptrdiff_t)k->itemsize,
                                   .kernels = k, .precision = s->precision, .n_samples = s->n_samples, .stride = 1,
                                   .margin = {s->padding, plan->lead, plan->lead}};
        for (size_t block = 0; block < s->n_blocks; block++)
            for (size_t step = 0; step < s->stretch + plan->overlap; step++) {
                const ptrdiff_t q = (ptrdiff_t)(block * k->lanes * s->stretch + step);
                ptrdiff_t stride;
                const void *x = fsp_columns(&signal, q * hop - (ptrdiff_t)plan->lead, s->stretch * plan->hop, plan->hop, k->lanes,
                                            s->precision, linear, &stride);
                k->gather(x, stride, plan->hop, k->lanes, block_at(s, channel, block) + step * s->column, k->lanes);
            }
    }
    fsp_free(linear);
    return FSP_OK;
}

/* The part of a lane's column that is within the signal. */
static void copy_out(const fsp_search *s, const char *column, size_t q, char *out)
{
    const size_t lead = s->plan.lead, hop = s->plan.hop, itemsize = s->kernels->itemsize;
    const size_t a = fsp_larger(q * hop, lead), end = lead + s->n_samples, b = (q + 1) * hop < end ? (q + 1) * hop : end;
    if (a < b) memcpy(out + (a - lead) * itemsize, column + (a - q * hop) * itemsize, (b - a) * itemsize);
}

fsp_status fsp_search_result(fsp_search *s, void *samples, const ptrdiff_t *channel_offset)
{
    const fsp_kernels *k = s->kernels;
    const size_t hop = s->plan.hop;
    char *columns = fsp_allocate(k->lanes * hop, k->itemsize);
    if (!columns) return FSP_ENOMEM;
    for (size_t channel = 0; channel < s->n_channels; channel++)
        for (size_t block = 0; block < s->n_blocks; block++)
            for (size_t step = 0; step < s->stretch; step++) {
                const char *from = block_at(s, channel, block) + step * s->column;
                k->store_frames(from, s->plan.identity, hop, columns, (ptrdiff_t)hop, k->lanes);
                for (size_t l = 0; l < k->lanes; l++)
                    copy_out(s, columns + l * hop * k->itemsize, (block * k->lanes + l) * s->stretch + step,
                             (char *)samples + channel_offset[channel] * (ptrdiff_t)k->itemsize);
            }
    fsp_free(columns);
    return FSP_OK;
}

/* a round ---------------------------------------------------------------------------------------------------------- */

typedef struct {
    fsp_search *s;
    fsp_rephasing step;
    char *scratch;
    atomic_size_t next;
} search_job;

static void sweep(const search_job *j, size_t channel, size_t block, char *scratch)
{
    const fsp_search *s = j->s;
    const fsp_ring_plan *plan = &s->plan;
    const fsp_kernels *k = s->kernels;
    char *tile = scratch + s->tile_at, *spectrum = scratch + s->spectrum_at, *ring = scratch + s->ring_at;
    for (size_t step = 0; step < s->stretch && fsp_go_on(); step++) {
        char *const column = block_at(s, channel, block) + step * s->column, *const bins = bins_at(s, channel, block, step);
        const fsp_ring to = fsp_ring_at(plan, ring, step);
        const size_t half = 3 * s->forward.n_bins * vector_bytes(s) / FSP_LINE / 2;
        fsp_ahead ahead = {.read = {bins + half * FSP_LINE, FSP_LINE, half, 0}};
        fsp_real_fft_run(&s->forward, column, s->offsets, 0, tile, ahead);
        k->rephase(&j->step, tile, bins, spectrum);
        ahead.read = (fsp_lines){column + (plan->overlap + 1) * s->column, FSP_LINE, s->column / FSP_LINE, 0};
        ahead.write = (fsp_lines){bins + 2 * half * FSP_LINE, FSP_LINE, half, 0};
        fsp_inverse_fft_run(&plan->fft, spectrum, tile, &to, ahead);
        const size_t scale = step < plan->overlap ? 0 : scale_of(s, block, step);
        k->replace(fsp_ring_column(plan, ring, step), s->scales + scale * s->column, plan->hop, column);
    }
    for (size_t c = 0; c < plan->overlap; c++)
        k->store_rows(fsp_ring_column(plan, ring, s->stretch + c), plan->spread, plan->hop,
                      tails_at(s, channel, c, block * k->lanes), (ptrdiff_t)s->n_stretches + 2, k->lanes);
}

static void sweep_blocks(void *context, size_t index)
{
    search_job *j = context;
    const size_t n = j->s->n_channels * j->s->n_blocks;
    for (size_t i; (i = atomic_fetch_add(&j->next, 1)) < n;)
        sweep(j, i / j->s->n_blocks, i % j->s->n_blocks, j->scratch + index * j->s->scratch_size);
}

/* Adds to the first columns of each stretch the sums that the stretch before has for them; then copies them to the end of that
 * stretch, whose last frames read them. */
static void join_stretches(const fsp_search *s, size_t channel)
{
    const fsp_ring_plan *plan = &s->plan;
    const fsp_kernels *k = s->kernels;
    const size_t stride = s->n_stretches + 2;
    for (size_t c = 0; c < plan->overlap; c++) {
        for (size_t block = 0; block < s->n_blocks; block++) {
            const char *before = tails_at(s, channel, c, block * k->lanes) - k->itemsize;
            k->join_scaled(block_at(s, channel, block) + c * s->column, before, stride, s->scales + scale_of(s, block, c) * s->column,
                    plan->hop);
        }
        for (size_t block = 0; block < s->n_blocks; block++)
            k->store_rows(block_at(s, channel, block) + c * s->column, plan->identity, plan->hop,
                          tails_at(s, channel, c, block * k->lanes), (ptrdiff_t)stride, k->lanes);
        for (size_t block = 0; block < s->n_blocks; block++) {
            const char *after = tails_at(s, channel, c, block * k->lanes) + k->itemsize;
            k->load_rows(after, (ptrdiff_t)stride, plan->hop, block_at(s, channel, block) + (s->stretch + c) * s->column, k->lanes);
        }
    }
}

/* Pads the new signal, in each place where padding is read. With a weight of 0 the sample does not count, even if it is NaN. */
static void pad(const fsp_search *s, size_t channel)
{
    const size_t itemsize = s->kernels->itemsize;
    char *signal = block_at(s, channel, 0);
    for (size_t i = 0; i < s->n_left + s->n_right; i++) {
        const beyond x = s->beyond[i];
        const double value = x.weight ? x.weight * fsp_real_at(signal, x.from, itemsize) : 0;
        fsp_put_real(signal, x.places[0], value, itemsize);
        fsp_put_real(signal, x.places[1], value, itemsize);
    }
}

fsp_status fsp_search_round(fsp_search *s, double momentum, int n_threads)
{
    if (n_threads < 1) return FSP_EBUG;
    const size_t n_blocks = s->n_channels * s->n_blocks;
    if (n_blocks == 0) return FSP_OK;
    if ((size_t)n_threads > n_blocks) n_threads = (int)n_blocks;
    search_job j = {.s = s, .scratch = fsp_allocate((size_t)n_threads, s->scratch_size)};
    j.step = (fsp_rephasing){.n = s->plan.n_fft, .where = s->forward.where, .sign = s->forward.sign, .places = &s->plan.fft.places,
                             .remembers = s->begun && momentum != 0, .momentum = momentum};
    if (!j.scratch) return FSP_ENOMEM;
    atomic_init(&j.next, 0);
    const fsp_status status = fsp_parallel(sweep_blocks, &j, (size_t)n_threads, n_threads);
    fsp_free(j.scratch);
    if (status) return status;
    s->begun = 1;
    for (size_t channel = 0; channel < s->n_channels; channel++) {
        join_stretches(s, channel);
        pad(s, channel);
    }
    return FSP_OK;
}

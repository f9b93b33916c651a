/* A plan: everything that can be known before the signal. */
#include "internal.h"

enum { BLOCK_BYTES = 96 * 1024, MOST_TILES = 4 };
#define MOST_PLACES (PTRDIFF_MAX / 4)

static int valid_energy(const fsp_config *c)
{
    const fsp_energy *e = &c->energy;
    if (!e->kind) return 1;
    const size_t n_rows = c->n_features ? c->n_features : c->n_bands ? c->n_bands : c->n_fft / 2 + 1;
    if (c->spectrum == FSP_GIVEN || c->spectrum == FSP_COMPLEX || c->summary || !(e->floor > 0) || !(e->multiplier >= 0)) return 0;
    return e->replaces ? e->row < n_rows : e->row == 0 || e->row == n_rows;
}

static int valid_complex_bank(const fsp_config *c)
{
    const fsp_complex_bank *bank = &c->complex_bank;
    const size_t n_bins = c->n_fft / 2 + 1;
    if (!bank->width) return 1;
    if (!c->n_bands || c->bank || c->spectrum == FSP_GIVEN || c->summary || c->energy.kind || bank->width > n_bins) return 0;
    for (size_t b = 0; b < c->n_bands; b++)
        if (bank->first[b] > n_bins - bank->width) return 0;
    return 1;
}

static int valid(const fsp_config *c)
{
    const int given = c->spectrum == FSP_GIVEN;
    if (c->n_fft < 1 || c->n_fft > FSP_MOST_N_FFT || c->hop_length < 1 || c->hop_length > MOST_PLACES) return 0;
    if (c->length > c->n_fft || c->margin.before > MOST_PLACES || c->margin.after > MOST_PLACES) return 0;
    if (given && c->length && c->length != c->n_fft) return 0;
    if (c->turn >= c->n_fft) return 0;
    if (!given && (!c->window || c->lead > MOST_PLACES || c->lead < -MOST_PLACES)) return 0;
    if (!valid_complex_bank(c)) return 0;
    if (c->spectrum == FSP_COMPLEX && ((c->n_bands && !c->complex_bank.width) || c->multiplier != 0 || c->n_features || c->summary)) return 0;
    if (c->summary && (c->n_bands || c->multiplier != 0 || c->n_features)) return 0;
    if (c->summary == FSP_EXTREMES && (!c->n_groups || c->n_groups > UINT32_MAX / 2)) return 0;
    if (!(c->multiplier >= 0) || (c->multiplier > 0 && !(c->floor > 0))) return 0;
    if (c->floor > 0 && c->multiplier == 0 && (c->summary || c->spectrum == FSP_COMPLEX)) return 0;
    return !(c->n_bands && !c->bank && !c->complex_bank.width) && !(c->n_features && !c->matrix) && valid_energy(c);
}

/* A block has as many tiles as keep its table in L2, one to four. */
static void shape_blocks(fsp_plan *plan)
{
    const size_t length = plan->config.length, hop = plan->config.hop_length, lanes = plan->kernels->lanes;
    plan->rows = hop < length ? hop : length;
    plan->overlap = fsp_divide_up(length, plan->rows) - 1;
    size_t tiles = MOST_TILES;
    while (tiles > 1 && plan->rows * (tiles * lanes + plan->overlap) * plan->kernels->itemsize > BLOCK_BYTES) tiles /= 2;
    plan->block = tiles * lanes;
    plan->carried = fsp_round_up(plan->overlap, lanes);
    plan->table_stride = plan->carried + plan->block;
}

/* The place in the table of a sample of the first frame; samples beyond the frame's length are in the row of zeros. */
static uint32_t in_table(const fsp_plan *plan, size_t sample)
{
    if (sample >= plan->config.length) return (uint32_t)(plan->rows * plan->table_stride);
    return (uint32_t)(sample % plan->rows * plan->table_stride + sample / plan->rows + plan->carried - plan->overlap);
}

static fsp_status make_offsets(fsp_plan *plan)
{
    const size_t n = plan->config.n_fft, length = plan->config.length, lanes = plan->kernels->lanes;
    if (plan->rows + 1 > UINT32_MAX / plan->table_stride || length + 1 > UINT32_MAX / lanes) return FSP_ENOMEM;
    plan->offsets = fsp_allocate(n, sizeof *plan->offsets);
    plan->table_offsets = fsp_allocate(plan->conditioned ? length : 0, sizeof *plan->table_offsets);
    if (!plan->offsets || !plan->table_offsets) return FSP_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        const size_t sample = (plan->fft.sample[i] + plan->config.turn) % n;
        plan->offsets[i] = !plan->conditioned ? in_table(plan, sample)
                                              : (uint32_t)((sample < length ? sample : length) * lanes);
    }
    for (size_t i = 0; plan->conditioned && i < length; i++) plan->table_offsets[i] = in_table(plan, i);
    return FSP_OK;
}

static fsp_status make_conditioning(fsp_plan *plan, const fsp_config *config)
{
    const fsp_conditioning *c = &config->conditioning;
    const fsp_energy *e = &config->energy;
    const size_t itemsize = plan->kernels->itemsize;
    plan->conditioned = c->remove_mean || c->frame_emphasis != 0 || e->kind;
    static const fsp_measure measure[] = {[FSP_NO_ENERGY] = FSP_MEASURE_NOTHING, [FSP_RAW_ENERGY] = FSP_MEASURE_SAMPLES,
                                          [FSP_WINDOWED_ENERGY] = FSP_MEASURE_WINDOWED};
    plan->conditioning = (fsp_frame_conditioning){.length = plan->config.length, .remove_mean = c->remove_mean,
                                                  .measure = measure[e->kind], .emphasis = c->frame_emphasis};
    plan->skipped = e->kind && !e->replaces && e->row == 0;
    if (!e->kind) return FSP_OK;
    plan->energy_levels = fsp_levels_of(e->multiplier != 0 ? e->multiplier : 1, e->floor, e->offset, config->precision);
    if (e->kind != FSP_WINDOWED_ENERGY) return FSP_OK;
    plan->conditioning.window = plan->energy_window = fsp_to_real(config->window, plan->config.length, itemsize);
    return plan->energy_window ? FSP_OK : FSP_ENOMEM;
}

static void lay_out_scratch(fsp_plan *plan)
{
    const size_t vector = plan->kernels->lanes * plan->kernels->itemsize;
    size_t size = 0, tile_vectors = plan->fft.tile_vectors;
    if (plan->config.spectrum == FSP_GIVEN) {
        tile_vectors = plan->n_bins;
    } else {
        fsp_reserve(&size, (plan->rows + 1) * plan->table_stride, plan->kernels->itemsize);
        plan->linear_at = fsp_reserve(&size, plan->rows * plan->table_stride, plan->kernels->itemsize);
        plan->frames_at = fsp_reserve(&size, plan->conditioned ? plan->config.length + 1 : 0, vector);
        plan->energy_at = fsp_reserve(&size, 3, vector);
    }
    plan->tile_at = fsp_reserve(&size, tile_vectors, vector);
    plan->sorted_at = fsp_reserve(&size, plan->summary.scratch_vectors, vector);
    plan->bands_at = fsp_reserve(&size, (plan->turns ? 2 : 1) * plan->n_rows + 1, vector);
    plan->features_at = fsp_reserve(&size, plan->config.n_features + 1, vector);
    plan->extent_at = fsp_reserve(&size, 2, vector);
    plan->scratch_size = size;
}

/* The FFT, whose window is turned as the frame is. */
static fsp_status make_fft(fsp_plan *plan, const fsp_config *config)
{
    const size_t n = config->n_fft;
    double *turned = fsp_allocate(n, sizeof *turned);
    if (!turned) return FSP_ENOMEM;
    for (size_t i = 0; i < n; i++) turned[i] = config->window[(i + config->turn) % n];
    const fsp_status status = fsp_real_fft_create(&plan->fft, n, turned, plan->kernels);
    fsp_free(turned);
    return status;
}

static fsp_status make_front(fsp_plan *plan, const fsp_config *config)
{
    plan->power = (config->spectrum == FSP_POWER || config->spectrum == FSP_MAGNITUDE) && !config->complex_bank.width;
    if (config->spectrum == FSP_GIVEN) {
        plan->block = MOST_TILES * plan->kernels->lanes;
        return FSP_OK;
    }
    shape_blocks(plan);
    fsp_status status = make_conditioning(plan, config);
    if (status == FSP_OK) status = make_fft(plan, config);
    return status ? status : make_offsets(plan);
}

/* Identity for as many rows as any stage has. */
static fsp_status make_identity(fsp_plan *plan)
{
    size_t n = plan->n_bins;
    if (n < plan->n_rows) n = plan->n_rows;
    if (n < plan->n_last) n = plan->n_last;
    plan->identity = fsp_allocate(n, sizeof *plan->identity);
    if (!plan->identity) return FSP_ENOMEM;
    for (size_t i = 0; i < n; i++) plan->identity[i] = (uint32_t)i;
    return FSP_OK;
}

static fsp_status make_complex_bank(fsp_plan *plan, const fsp_config *config)
{
    const size_t n = config->n_bands, itemsize = plan->kernels->itemsize;
    plan->turns = fsp_to_real(config->complex_bank.turns, 2 * n, itemsize);
    plan->ones = fsp_allocate(n, itemsize);
    plan->pairs = fsp_allocate(n, sizeof *plan->pairs);
    if (!plan->turns || !plan->ones || !plan->pairs) return FSP_ENOMEM;
    for (size_t b = 0; b < n; b++) {
        plan->pairs[b] = (uint32_t)(2 * b);
        fsp_put_real(plan->ones, b, 1, itemsize);
    }
    return fsp_bank_create_complex(&plan->bank, config, &plan->fft, itemsize);
}

static fsp_status make_back(fsp_plan *plan, const fsp_config *config)
{
    const size_t itemsize = plan->kernels->itemsize;
    plan->n_rows = config->n_bands ? config->n_bands : config->summary ? fsp_summary_rows(config) : plan->n_bins;
    plan->n_last = (config->n_features ? config->n_features : plan->n_rows) + (config->energy.kind && !config->energy.replaces);
    fsp_status status = make_identity(plan);
    if (status == FSP_OK && config->n_bands && config->bank)
        status = fsp_bank_create(&plan->bank, config->n_bands, plan->n_bins, config->bank, itemsize);
    if (status == FSP_OK && config->complex_bank.width) status = make_complex_bank(plan, config);
    if (status == FSP_OK && config->summary) {
        const uint32_t *where = config->spectrum == FSP_GIVEN ? plan->identity : plan->fft.where;
        status = fsp_summary_create(&plan->summary, config, plan->n_bins, where);
    }
    if (status) return status;
    if (config->multiplier != 0)
        plan->levels = fsp_levels_of(config->multiplier, config->floor, config->offset, config->precision);
    if (config->n_features)
        return fsp_matrix_create(&plan->matrix, config->n_features, plan->n_rows, config->matrix, itemsize);
    return FSP_OK;
}

fsp_status fsp_plan_create(const fsp_config *config, fsp_plan **out)
{
    *out = NULL;
    const fsp_kernels *kernels = fsp_find_kernels(config->isa, config->precision);
    if (!kernels || !valid(config)) return FSP_EBUG;
    fsp_plan *plan = fsp_allocate(1, sizeof *plan);
    if (!plan) return FSP_ENOMEM;
    *plan = (fsp_plan){.config = *config, .kernels = kernels};
    if (!plan->config.length) plan->config.length = config->n_fft;
    plan->config.window = plan->config.bank = plan->config.matrix = NULL;
    plan->config.complex_bank = (fsp_complex_bank){.width = config->complex_bank.width};
    plan->config.group_sizes = plan->config.group_extremes = plan->config.group_bins = NULL;
    plan->config.isa = NULL;
    plan->n_bins = config->spectrum == FSP_GIVEN ? config->n_fft : config->n_fft / 2 + 1;
    fsp_status status = make_front(plan, config);
    if (status == FSP_OK) status = make_back(plan, config);
    if (status) {
        fsp_plan_destroy(plan);
        return status;
    }
    lay_out_scratch(plan);
    *out = plan;
    return FSP_OK;
}

void fsp_plan_destroy(fsp_plan *plan)
{
    if (!plan) return;
    fsp_real_fft_destroy(&plan->fft);
    fsp_bank_destroy(&plan->bank);
    fsp_free(plan->turns);
    fsp_free(plan->ones);
    fsp_free(plan->pairs);
    fsp_summary_destroy(&plan->summary);
    fsp_free(plan->offsets);
    fsp_free(plan->table_offsets);
    fsp_free(plan->energy_window);
    fsp_free(plan->identity);
    fsp_matrix_destroy(&plan->matrix);
    fsp_free(plan);
}

size_t fsp_plan_rows(const fsp_plan *plan) { return plan->n_last; }

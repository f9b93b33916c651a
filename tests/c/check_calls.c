/* What calls do with a broken precondition (FSP_EBUG, and nothing is touched), with sizes that no memory has (FSP_ENOMEM) and with
 * nothing to do; and pools of axes longer than 32 bits count. */
#include "check.h"

#include <stdint.h>
#include <sys/mman.h>

#define GIVES(status, call) \
    do { \
        if ((call) != (status)) fail(t, "not %s: %s", #status, #call); \
    } while (0)
#define REFUSED(call) GIVES(FSP_EBUG, call)

static const ptrdiff_t START;
static double numbers[64], out[64];

static void check_paths(check *t)
{
    static const size_t steps[] = {1, 1, 0, 1};
    static const double ones[] = {1, 1};
    static const double infinities[] = {INFINITY, INFINITY, INFINITY, INFINITY};
    fsp_warp w = {2, 2, steps, ones, numbers, 0};
    int32_t chosen[4] = {-1, 2, 7, 7};
    REFUSED(fsp_warp_rows(&w, 2, 1, numbers, out));
    REFUSED(fsp_warp_steps(&w, 2, 1, numbers, out, chosen));
    GIVES(FSP_OK, fsp_warp_steps(&w, 0, 2, numbers, infinities, chosen));
    if (chosen[3]) fail(t, "a step to a place that none leads to");
    const double of_nothing[] = {0, 0, 0, 5};  /* no step gives the 5 */
    GIVES(FSP_OK, fsp_warp_steps(&w, 1, 2, ones, of_nothing, chosen));
    if (chosen[1]) fail(t, "a step that does not give what is there");
    w.n_columns = 0;
    REFUSED(fsp_warp_rows(&w, 0, 1, numbers, out));
    REFUSED(fsp_warp_steps(&w, 0, 1, numbers, out, chosen));
    w.n_columns = 2;
    w.n_steps = (size_t)INT32_MAX + 1;
    REFUSED(fsp_warp_steps(&w, 0, 1, numbers, out, chosen));
    w.n_steps = 2;
    ptrdiff_t path[8] = {1, 0};
    size_t length = 0;
    int ended;
    REFUSED(fsp_warp_back(&w, 0, 0, numbers, numbers, path, &length, &ended));
    REFUSED(fsp_trace_steps(chosen, 2, steps, 2, 0, path, &length));
    const fsp_scoring none = {0}, some = {.n_columns = 2, .onset = 1, .extend = 1};
    REFUSED(fsp_score_back(&some, 0, numbers, numbers, path, &length, &ended));
    length = 1;
    REFUSED(fsp_warp_back(&w, 0, 1, numbers, numbers, path, &length, &ended));
    for (int32_t k = -1; k <= 2; k += 3) {
        chosen[2] = k;
        REFUSED(fsp_trace_steps(chosen, 2, steps, 2, 0, path, &length));
    }
    REFUSED(fsp_score_rows(&none, 0, 1, numbers, out));
    REFUSED(fsp_score_rows(&some, 1, 0, numbers, out));
    path[1] = 1;
    GIVES(FSP_OK, fsp_score_back(&some, 2, numbers, numbers, path, &length, &ended));
    if (ended || length != 1) fail(t, "a path went on above its first row");
}

static void check_states(check *t)
{
    const fsp_transitions none = {.n_states = 0}, two = {.n_states = 2};
    uint16_t states[] = {0, 9};
    REFUSED(fsp_decode_forward(&none, 1, 2, out));
    REFUSED(fsp_decode_forward(&two, 0, 2, out));
    REFUSED(fsp_decode_back(&two, numbers, 0, 1, states));
    const fsp_transitions pair = {.kind = FSP_FULL, .n_states = 2, .into = numbers, .from = numbers};
    GIVES(FSP_OK, fsp_decode_forward(&pair, 1, 1, out));
    const fsp_band fits = {0, 4, numbers};
    const fsp_band bad[] = {{0, 3, numbers}, {-5, 4, numbers}, {2, 4, numbers}, {0, 4, NULL}, {0, (size_t)PTRDIFF_MAX / 32 / 4 * 4, numbers}};
    const size_t start[] = {0, 1}, bin = 9;
    const fsp_observations seen = {0, start, &bin, numbers, numbers, -20}, beyond = {1, start, &bin, numbers, numbers, -20};
    size_t state = 0, found[2];
    fsp_trellis trellis = {1, 4, fits, fits, -9};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        trellis.stay = bad[i];
        REFUSED(fsp_viterbi_forward(&trellis, &seen, FSP_BEGINS, -3, 1, out));
        trellis.stay = fits;
        trellis.cross = bad[i];
        REFUSED(fsp_viterbi_trace(&trellis, numbers, 1, 1, &state, found));
        trellis.cross = fits;
    }
    REFUSED(fsp_viterbi_forward(NULL, &seen, FSP_BEGINS, -3, 1, out));
    trellis.n_pitches = 0;
    REFUSED(fsp_viterbi_forward(&trellis, &seen, FSP_BEGINS, -3, 1, out));
    trellis.n_pitches = (size_t)PTRDIFF_MAX / 2;
    REFUSED(fsp_viterbi_forward(&trellis, &seen, FSP_BEGINS, -3, 1, out));
    trellis.n_pitches = 1;
    trellis.margin = (size_t)PTRDIFF_MAX / 2;
    REFUSED(fsp_viterbi_forward(&trellis, &seen, FSP_BEGINS, -3, 1, out));
    trellis.margin = 4;
    REFUSED(fsp_viterbi_forward(&trellis, &seen, FSP_BEGINS, -3, 1, out));
    REFUSED(fsp_viterbi_forward(&trellis, &beyond, FSP_BEGINS, -3, 1, out));
    GIVES(FSP_OK, fsp_viterbi_trace(&trellis, numbers, 1, 0, &state, found));
    trellis.stay = trellis.cross = (fsp_band){0, 0, NULL};
    GIVES(FSP_OK, fsp_viterbi_trace(&trellis, numbers, 1, 0, &state, found));
    state = 2;
    REFUSED(fsp_viterbi_trace(&trellis, numbers, 1, 0, &state, found));
}

static void check_curves(check *t)
{
    size_t places[4], n;
    const fsp_peaks good = {.x = numbers, .precision = FSP_F64, .means = FSP_MEANS_BY_ADDING, .n = 4, .post_max = 1, .post_avg = 1};
    fsp_peaks p = good;
    REFUSED(fsp_find_peaks(&p, 2, 1, places, &n));
    REFUSED(fsp_find_peaks(&p, 0, 5, places, &n));
    p.post_max = 0;
    REFUSED(fsp_find_peaks(&p, 0, 4, places, &n));
    p = good;
    p.post_avg = 0;
    REFUSED(fsp_find_peaks(&p, 0, 4, places, &n));
    p = good;
    p.wait = SIZE_MAX;
    REFUSED(fsp_find_peaks(&p, 0, 4, places, &n));
    const size_t ranges[][2] = {{0, 2}, {2, 2}, {1, 5}};
    for (size_t i = 0; i < 3; i++) {
        const fsp_spectral_curves s = {.data = numbers, .precision = FSP_F64, .n_bins = 4, .first = ranges[i][0], .end = ranges[i][1]};
        REFUSED(fsp_spectral_peaks(&s, places, &n));
    }
    fsp_beats b = {.precision = FSP_F64, .onsets = numbers, .scores = out, .n = 4, .n_periods = 1, .periods = numbers};
    REFUSED(fsp_smooth_onsets(&b, 2, 1));
    REFUSED(fsp_smooth_onsets(&b, 0, 5));
    b.n_periods = 3;
    REFUSED(fsp_smooth_onsets(&b, 0, 4));
    size_t starts[4];
    REFUSED(fsp_join_neighbours(out, 3, 1, 0, starts));
    REFUSED(fsp_join_neighbours(out, 3, 1, 4, starts));
    const fsp_smoothing uneven = {.n_columns = 17};
    if (t->k->lanes > 1) REFUSED(fsp_smooth_rows(t->precision, t->k->isa, &uneven, 1, numbers, out));
    REFUSED(fsp_smooth_rows(t->precision, "abacus", &uneven, 1, numbers, out));
    REFUSED(fsp_predict(t->precision, "abacus", out, out, 4, 0, 1, out));
    GIVES(FSP_OK, fsp_predict(t->precision, t->k->isa, out, out, 1, 0, 1, out));  /* one sample predicts nothing */
}

static void check_arrays(check *t)
{
    int reached;
    size_t clips;
    const fsp_turning turning = {0};
    REFUSED(fsp_turn(t->precision, "abacus", &turning));
    GIVES(FSP_OK, fsp_turn(t->precision, t->k->isa, &turning));
    enum { LONG = (1 << 20) + 5 };  /* whose chunks are larger */
    double highest;
    void *zeros = calloc(LONG, t->k->itemsize);
    if (!zeros) return fail(t, "no memory");
    put(t, zeros, LONG - 1, 3);
    GIVES(FSP_OK, fsp_array_peak(t->precision, t->k->isa, zeros, LONG, 0, 1, &highest));
    if (highest != 3) fail(t, "the peak of a long array is %g", highest);
    free(zeros);
    REFUSED(fsp_array_squares(t->precision, "abacus", numbers, 1, out, 1));
    REFUSED(fsp_array_phasors(t->precision, "abacus", numbers, 1, out, 1, &reached));
    const fsp_medians flat = {4, 1, 3, 1, 4, 1, 4};
    fsp_medians m = flat;
    REFUSED(fsp_running_median(t->precision, "abacus", &m, numbers, out, 1));
    REFUSED(fsp_running_median(t->precision, t->k->isa, &m, numbers, out, 0));
    m.width = 0;
    REFUSED(fsp_running_median(t->precision, t->k->isa, &m, numbers, out, 1));
    m.width = SIZE_MAX / 4;
    GIVES(FSP_ENOMEM, fsp_running_median(t->precision, t->k->isa, &m, numbers, out, 1));
    m = flat;
    m.n = SIZE_MAX / 4;
    GIVES(FSP_ENOMEM, fsp_running_median(t->precision, t->k->isa, &m, numbers, out, 1));
    m.in_step = 2;
    REFUSED(fsp_running_median(t->precision, t->k->isa, &m, numbers, out, 1));
    m.in_step = 1;
    m.out_step = 2;
    REFUSED(fsp_running_median(t->precision, t->k->isa, &m, numbers, out, 1));
    m = flat;
    m.n_series = 0;
    GIVES(FSP_OK, fsp_running_median(t->precision, t->k->isa, &m, numbers, out, 1));
    fsp_conversion c = {.in = numbers, .out = out, .from = {FSP_REALS, FSP_F64}, .to = {FSP_S16, FSP_F64}, .n_rows = 1, .n = 4,
                        .in_offset = &START, .out_offset = &START, .in_stride = 8, .out_stride = 2, .end = 5};
    REFUSED(fsp_convert(t->k->isa, &c, 1, &clips));
    c.end = c.n = 0;
    if (fsp_convert(t->k->isa, &c, 1, &clips)) fail(t, "no samples");
}

static void check_pitches_and_sums(check *t)
{
    const fsp_yin_config good = {t->k->isa, 20, 5, 0, 2, 8};
    const fsp_yin_config bad[] = {{"abacus", 20, 5, 0, 2, 8}, {NULL, 20, 5, 0, 0, 8}, {NULL, 20, 5, 0, 8, 8}, {NULL, 8, 5, 0, 2, 8},
                                  {NULL, FSP_MOST_N_FFT, 5, 0, 2, 8}, {NULL, 20, 0, 0, 2, 8}, {NULL, 20, SIZE_MAX, 0, 2, 8}};
    fsp_yin *yin;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        REFUSED(fsp_yin_create(&bad[i], &yin));
        if (yin) fail(t, "YIN of what is refused");
    }
    fsp_yin_destroy(NULL);
    fsp_input in = {.data = numbers, .precision = FSP_F64, .channel_offset = &START, .stride = 1};
    if (fsp_yin_create(&good, &yin)) return fail(t, "no YIN");
    REFUSED(fsp_yin_run(NULL, &in, 0.1, out, 1));
    REFUSED(fsp_yin_run(yin, &in, 0.1, out, 0));
    REFUSED(fsp_pyin_run(yin, &in, NULL, NULL, out, out, 1));
    GIVES(FSP_OK, fsp_yin_run(yin, &in, 0.1, out, 1));
    fsp_yin_destroy(yin);

    const fsp_inverse_config inverse = {.precision = t->precision, .isa = t->k->isa, .n_fft = 8, .hop_length = 2, .window = numbers};
    fsp_inverse_config c = inverse;
    fsp_inverse *inv;
    fsp_search *search;
    const fsp_spectra spectra = {numbers, 1, 2, &START, 5}, empty = {numbers, 0, 2, &START, 5};
    c.isa = "abacus";
    REFUSED(fsp_inverse_create(&c, &inv));
    c = inverse;
    c.window = NULL;
    REFUSED(fsp_inverse_create(&c, &inv));
    for (size_t n = 0; n <= FSP_MOST_N_FFT + 1; n += FSP_MOST_N_FFT + 1) {
        c = inverse;
        c.n_fft = n;
        REFUSED(fsp_inverse_create(&c, &inv));
    }
    c = inverse;
    for (size_t hop = 0; hop <= 1; hop++) {
        c.hop_length = hop ? SIZE_MAX : 0;
        REFUSED(fsp_inverse_create(&c, &inv));
    }
    c.hop_length = (size_t)1 << 31;  /* whose places no 32 bits hold */
    GIVES(FSP_ENOMEM, fsp_inverse_create(&c, &inv));
    if (fsp_inverse_create(&inverse, &inv)) return fail(t, "no inverse");
    REFUSED(fsp_inverse_run(NULL, &spectra, out, &START, 4, 1));
    REFUSED(fsp_inverse_run(inv, &spectra, out, &START, 4, 0));
    GIVES(FSP_OK, fsp_inverse_run(inv, &empty, out, &START, 4, 1));
    fsp_inverse_destroy(inv);
    REFUSED(fsp_search_create(&inverse, FSP_PAD_CONSTANT, &spectra, 0, &search));
    if (fsp_search_create(&inverse, FSP_PAD_CONSTANT, &spectra, 4, &search)) return fail(t, "no search");
    REFUSED(fsp_search_round(search, 0, 0));
    fsp_search_destroy(search);
    fsp_search_destroy(NULL);

    const fsp_vocoder v = {.data = numbers, .out = out, .n_channels = 1};
    REFUSED(fsp_vocode(t->precision, "abacus", &v, 1));
    REFUSED(fsp_vocode(t->precision, t->k->isa, &v, 0));
    GIVES(FSP_OK, fsp_vocode(t->precision, t->k->isa, &v, 1));
}

static void check_atom_sum_calls(check *t)
{
    static const size_t zero = 0, one = 1;
    const fsp_atoms_config c = {.precision = t->precision, .isa = t->k->isa, .hop_length = 4, .n_atoms = 1, .n_bins = 1, .rate = &zero,
                                .bin = &zero, .n_pairs = &one, .even = numbers, .odd = numbers, .factors = numbers};
    fsp_atoms *atoms;
    fsp_atom_sum *sum;
    const fsp_spectra in = {numbers, 1, 2, &START, 2}, no_channel = {numbers, 0, 2, &START, 2};
    if (fsp_atom_sum_create(&c, &sum) || fsp_atoms_create(&c, &atoms)) return fail(t, "no atoms");
    REFUSED(fsp_atom_sum_run(NULL, &in, out, &START, 0, 4, 1));
    REFUSED(fsp_atom_sum_run(sum, &in, out, &START, 0, 4, 0));
    REFUSED(fsp_atom_sum_run(sum, &in, out, &START, fsp_atom_sum_step(sum) + 1, 4, 1));
    GIVES(FSP_OK, fsp_atom_sum_run(sum, &in, out, &START, 0, 0, 1));
    GIVES(FSP_OK, fsp_atom_sum_run(sum, &no_channel, out, &START, 0, 4, 1));
    const fsp_input nothing = {.data = numbers, .precision = t->precision, .channel_offset = &START, .stride = 1};
    const fsp_output into = {.data = out, .channel_offset = &START, .row_stride = 2, .frame_stride = 2};
    GIVES(FSP_OK, fsp_atoms_run(atoms, &nothing, &into, 1));
    fsp_input silent = nothing;
    silent.n_frames = silent.total_frames = 1;
    GIVES(FSP_OK, fsp_atoms_run(atoms, &silent, &into, 1));
    fsp_atom_sum_destroy(sum);
    fsp_atoms_destroy(atoms);
}

/* Blocks of more than is kept push one another out; more than there is cannot be had. */
static void check_large_blocks(check *t)
{
    enum { LARGE = 40 << 20, SMALL = 30 << 20 };
    size_t size_a, size_b, size;
    fsp_blocks_drop();
    void *a = fsp_block_create(LARGE, &size_a), *b = fsp_block_create(SMALL, &size_b);
    fsp_block_destroy(a, size_a);
    fsp_block_destroy(b, size_b);
    if (fsp_blocks_kept() != size_b) fail(t, "%zu bytes are kept of %zu and %zu", fsp_blocks_kept(), size_a, size_b);
    fsp_block_destroy(NULL, 0);
    fsp_blocks_drop();
    if (fsp_block_create(SIZE_MAX - 8, &size)) fail(t, "more than all addresses");
    const size_t before = fsp_allocated();
    fsp_add_allocated(7);
    if (fsp_allocated() != before + 7) fail(t, "bytes are not added");
    for (size_t many = 2; many; many = many == 2 ? SIZE_MAX : 0) {
        size = 0;
        fsp_reserve(&size, many, many == 2 ? SIZE_MAX - 64 : SIZE_MAX / 2);
        fsp_reserve(&size, 1, 1);
        if (size != SIZE_MAX) fail(t, "room for more than all addresses: %zu", size);
    }
    size = 0;
    fsp_reserve(&size, SIZE_MAX, 0);
    if (size != 64) fail(t, "room for nothing: %zu", size);
    fsp_free(fsp_allocate(1, 0));
}

void check_broken_calls(check *t)
{
    if (!fsp_go_on()) fail(t, "stopped, where nothing was asked");
    check_paths(t);
    check_states(t);
    check_curves(t);
    check_arrays(t);
    check_pitches_and_sums(t);
    check_atom_sum_calls(t);
    check_large_blocks(t);
}

/* Pools of an axis longer than 32 bits count: means of windows at its end, whose places are found bit by bit. The arrays are never
 * there: but for the pages at their end, all is one page of zeros. Without so many addresses nothing is checked, nor is it on
 * AArch64, whose emulator keeps a table of all pages. */
void check_long_pools(check *t)
{
    enum { NEAR = 1 << 12 };
    if (fsp_has_isa("neon")) return;
    const size_t n_in = ((size_t)1 << 33) + 6, n_out = ((size_t)1 << 32) + 1, itemsize = t->k->itemsize;
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    char *in = mmap(NULL, n_in * itemsize, PROT_READ | PROT_WRITE, flags, -1, 0);
    char *result = mmap(NULL, n_out * itemsize, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (in == MAP_FAILED || result == MAP_FAILED) return;
    for (size_t i = n_in - 3 * NEAR; i < n_in; i++) put(t, in, i, (double)(i % 1009));
    const fsp_pooling p = {.n_pooled = 1, .axes = {{n_in, n_out, 1, 1}}};
    const size_t n_pieces = fsp_pool_pieces(t->precision, t->k->isa, &p);
    if (fsp_pool(t->precision, t->k->isa, &p, in, result, n_pieces - 1, 1, 1)) fail(t, "the last piece of a long axis");
    for (size_t j = n_out - NEAR; j < n_out; j++) {
        const size_t first = (size_t)((unsigned __int128)j * n_in / n_out);
        const size_t end = (size_t)(((unsigned __int128)(j + 1) * n_in + n_out - 1) / n_out);
        double sum = 0;
        for (size_t i = first; i < end; i++) sum += get(t, in, i);
        const double want = rounded(t, sum / (double)(end - first)), found = get(t, result, j);
        const int written = j + 1 == n_out || found != 0;
        if (written && fabs(found - want) > 1e-6 * want) return fail(t, "output %zu is %g, not %g", j, found, want);
    }
    munmap(in, n_in * itemsize);
    munmap(result, n_out * itemsize);
}

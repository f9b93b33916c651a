/* Every kernel for the instruction set and precision that the including stub has chosen. */

#include "transpose.inc.h"
#include "gather.inc.h"
#include "condition.inc.h"
#include "complex_fft.inc.h"
#include "real_fft.inc.h"
#include "log.inc.h"
#include "bands.inc.h"
#include "summary.inc.h"
#include "tiles.inc.h"
#include "arrays.inc.h"
#include "phasor.inc.h"
#include "noise.inc.h"
#include "inverse.inc.h"
#include "inverse_fft.inc.h"
#include "vocoder.inc.h"
#include "recursion.inc.h"
#include "prediction.inc.h"
#include "median.inc.h"
#include "distance.inc.h"
#include "atoms.inc.h"
#include "pool.inc.h"
#include "pool_max.inc.h"
#include "samples.inc.h"

#define FSP_KERNEL_TABLE(name)                                                                                   \
    {                                                                                                            \
        .isa = name, .lanes = LANES, .itemsize = sizeof(REAL), .all_finite = k_all_finite, .gather = k_gather,   \
        .carry = k_carry, .add_noise = k_add_noise, .emphasise = k_emphasise, .condition = k_condition,            \
        .fill_zeros = k_fill_zeros,                                                                              \
        .real_even = k_real_even, .window = k_window, .real_odd = k_real_odd, .pass = k_pass,  \
        .unpack = k_unpack, .chirp_in = k_chirp_in, .chirp_multiply = k_chirp_multiply,                          \
        .chirp_out = k_chirp_out, .root = k_root, .collect = k_collect, .bank_pairs = k_bank_pairs, .bank_rows = k_bank_rows, \
        .rolloff = k_rolloff, .flatness = k_flatness, .extremes = k_extremes,                                    \
        .levels = k_levels, .clamp = k_clamp, .matrix = k_matrix, .store_rows = k_store_rows,                    \
        .store_rows_complex = k_store_rows_complex, .store_frames = k_store_frames,                              \
        .store_frames_complex = k_store_frames_complex, .load_rows = k_load_rows, .load_frames = k_load_frames,  \
        .load_spectra = k_load_spectra, .repack = k_repack, .real_even_back = k_real_even_back,                  \
        .overlap_add = k_overlap_add, .emit = k_emit,                                                            \
        .rephase = k_rephase, .replace = k_replace, .join = k_join,                                              \
        .advance_phase = k_advance_phase, .set_magnitude = k_set_magnitude,                                      \
        .array_peak = k_array_peak, .array_levels = k_array_levels, .array_squares = k_array_squares,            \
        .array_phasors = k_array_phasors, .turn = k_turn, .array_clamp = k_array_clamp, .median = k_median,      \
        .recur = k_recur, .predict = k_predict, .distances = k_distances,                                        \
        .halve = k_halve, .wrap_rows = k_wrap_rows, .atom_trios = TRIOS, .correlate = k_correlate, .mix = k_mix, \
        .unmix = k_unmix, .spread = k_spread, .add_rows = k_add_rows,                                            \
        .pool_rows = {k_pool_rows_mean, k_pool_rows_max}, .pool_along = {k_pool_along_mean, k_pool_along_max},   \
        .pool_across = {k_pool_across_mean, k_pool_across_max},                                                  \
        .widen = k_widen, .narrow = k_narrow, .to_samples = k_to_samples, .from_samples = k_from_samples,        \
        .decode = k_decode, .encode = k_encode, .dither = k_dither                                               \
    }

"""Calls of librosa's `util` and `filters` whose results `write_util.py` keeps and the tests compare.

Inputs come from integer arithmetic, so that they are the same bits everywhere.
"""

import numpy as np


def noise(*shape, seed=1):
    """Multiples of 2**-16 in [-0.5, 0.5), from a linear congruential generator."""
    state, values = seed, []
    for _ in range(int(np.prod(shape))):
        state = (1664525 * state + 1013904223) % 2**32
        values.append((state >> 16) / 65536 - 0.5)
    return np.array(values).reshape(shape)


def steps(n, seed=3):
    """A signal with plateaus: small multiples of 0.125."""
    return np.round(noise(n, seed=seed) * 8) / 8


X = noise(5, 9)
CX = X + 1j * noise(5, 9, seed=2)
FREQS = 55.0 * 2.0 ** (np.arange(24) / 12)
PEAKS = {"pre_max": 3, "post_max": 3, "pre_avg": 4, "post_avg": 5, "delta": 0.05, "wait": 2}
INTERVALS = np.array([[0.0, 2.0], [1.0, 3.0], [4.0, 5.0], [4.5, 9.0], [8.0, 9.5]])
EVENTS = np.array([5.0, 0.5, 9.0, 3.25, 7.0])
BASIS = np.abs(noise(12, 4, seed=7)) + np.eye(12, 4)

UTIL = {
    "abs2_complex64": lambda util: util.abs2(CX.astype(np.complex64)),
    "abs2_float64": lambda util: util.abs2(CX, dtype=np.float64),
    "axis_sort": lambda util: util.axis_sort(X, index=True),
    "axis_sort_rows": lambda util: util.axis_sort(X, axis=0, value=np.min),
    "buf_to_float": lambda util: util.buf_to_float(bytes(range(0, 240)), n_bytes=2),
    "buf_to_float_8": lambda util: util.buf_to_float(bytes(range(256)), n_bytes=1, dtype=np.float64),
    "count_unique": lambda util: util.count_unique(np.round(X * 4), axis=0),
    "cyclic_gradient": lambda util: util.cyclic_gradient(X, axis=0),
    "expand_to": lambda util: util.expand_to(X, ndim=4, axes=(1, -1)),
    "fix_frames": lambda util: util.fix_frames([9, 4, 4, 21, 2], x_min=3, x_max=20),
    "fix_length_short": lambda util: util.fix_length(X, size=4),
    "fix_length_long": lambda util: util.fix_length(X, size=12, mode="reflect"),
    "frame": lambda util: util.frame(X, frame_length=4, hop_length=2),
    "frame_first": lambda util: util.frame(X, frame_length=2, hop_length=1, axis=0),
    "interp_broadcast": lambda util: util.interp_broadcast(
        x1=X, x1_pos=np.arange(5), x2=X[:4], x2_pos=np.arange(4) * 1.5
    ),
    "is_unique": lambda util: util.is_unique(np.round(X * 4)),
    "localmax": lambda util: util.localmax(steps(60)),
    "localmin": lambda util: util.localmin(np.round(X * 4), axis=1),
    "match_events": lambda util: util.match_events(EVENTS, np.array([6.5, 1.0, 3.0, 10.0])),
    "match_events_left": lambda util: util.match_events(EVENTS, np.array([6.5, 0.5, 3.0]), right=False),
    "match_events_right": lambda util: util.match_events(EVENTS, np.array([6.5, 10.0, 3.0]), left=False),
    "match_intervals": lambda util: util.match_intervals(INTERVALS, INTERVALS[::-1] + 0.25),
    "nnls_matrix": lambda util: util.nnls(BASIS, np.abs(noise(12, 6, seed=8))),
    "nnls_vector": lambda util: util.nnls(BASIS, noise(12, seed=9)),
    "pad_center": lambda util: util.pad_center(X, size=8, axis=0),
    "peak_pick_count": lambda util: util.peak_pick(steps(80), method="dp_count", **PEAKS),
    "peak_pick_greedy": lambda util: util.peak_pick(steps(80), **PEAKS),
    "peak_pick_mask": lambda util: util.peak_pick(X, sparse=False, axis=0, **PEAKS),
    "peak_pick_value": lambda util: util.peak_pick(steps(80), method="dp_value", **PEAKS),
    "phasor": lambda util: util.phasor(X * 9, mag=np.abs(X)),
    "phasor_float32": lambda util: util.phasor((X * 9).astype(np.float32)),
    "shear": lambda util: util.shear(X, factor=2),
    "shear_rows": lambda util: util.shear(X, factor=-1, axis=0),
    "softmask": lambda util: util.softmask(np.abs(X), np.abs(X[::-1]), power=2),
    "softmask_hard": lambda util: util.softmask(np.abs(X), np.abs(X[::-1]), power=np.inf),
    "sparsify_rows": lambda util: util.sparsify_rows(X, quantile=0.2).toarray(),
    "stack": lambda util: util.stack([X, X.astype(np.float32)]),
    "sync": lambda util: util.sync(X, [2, 5]),
    "sync_slices": lambda util: util.sync(X, [slice(0, 3), slice(1, 4)], axis=0, aggregate=np.max),
    **{
        f"normalize_{norm}_{fill}": lambda util, norm=norm, fill=fill: util.normalize(
            np.where(np.arange(9) == 4, 0, X), norm=norm, fill=fill
        )
        for norm in (np.inf, -np.inf, 1, 2, 0.5)
        for fill in (None, True, False)
    },
    "normalize_float32": lambda util: util.normalize(X.astype(np.float32), norm=2, axis=-1),
    "normalize_int": lambda util: util.normalize(np.array([[4, -3], [2, 3]])),
    "normalize_count": lambda util: util.normalize(np.round(X * 2), norm=0),
    "normalize_all": lambda util: util.normalize(CX, norm=2, axis=None),
}

FILTERS = {
    "mel": lambda filters: filters.mel(sr=22050, n_fft=512, n_mels=40),
    "mel_htk": lambda filters: filters.mel(sr=16000, n_fft=400, n_mels=23, htk=True, norm=None, fmin=20, fmax=7600),
    "mel_l1": lambda filters: filters.mel(sr=8000, n_fft=256, n_mels=20, norm=1, dtype=np.float64),
    "mel_backwards": lambda filters: filters.mel(sr=8000, n_fft=128, n_mels=5, norm=None, fmin=3000, fmax=100),
    "chroma": lambda filters: filters.chroma(sr=22050, n_fft=512),
    "chroma_a_24": lambda filters: filters.chroma(
        sr=8000, n_fft=255, n_chroma=24, tuning=0.3, base_c=False, octwidth=None, norm=np.inf, dtype="f8"
    ),
    "cq_to_chroma": lambda filters: filters.cq_to_chroma(40, bins_per_octave=36, fmin=55.0),
    "cq_to_chroma_window": lambda filters: filters.cq_to_chroma(
        30, bins_per_octave=24, n_chroma=12, base_c=False, window=np.array([0.25, 0.5, 0.25])
    ),
    "diagonal_filter": lambda filters: filters.diagonal_filter("hann", 7),
    "diagonal_filter_slope": lambda filters: filters.diagonal_filter("hann", 7, slope=0.5, zero_mean=True),
    "mr_frequencies": lambda filters: filters.mr_frequencies(0.25),
    "semitone_filterbank": lambda filters: filters.semitone_filterbank(
        center_freqs=np.array([110.0, 440.0]), sample_rates=np.array([882.0, 4410.0]), flayout="sos"
    )[0][1],
    "wavelet": lambda filters: filters.wavelet(freqs=FREQS[:5] * 8, sr=8000),
    "wavelet_unpadded": lambda filters: filters.wavelet(
        freqs=FREQS[:5] * 8, sr=8000, pad_fft=False, norm=2, gamma=20, window="hamming", dtype=np.complex128
    ),
    "wavelet_lengths": lambda filters: filters.wavelet_lengths(freqs=FREQS, filter_scale=0.5)[0],
    "wavelet_lengths_erb": lambda filters: filters.wavelet_lengths(freqs=FREQS, gamma=None, window="blackman"),
    "window_bandwidth": lambda filters: np.array(
        [filters.window_bandwidth(name) for name in ("hann", "ham", "tri", "bohman", "flt", "par", "ones")]
    ),
    "window_bandwidth_kaiser": lambda filters: np.array(filters.window_bandwidth(("kaiser", 8.0), 500)),
    "window_sumsquare": lambda filters: filters.window_sumsquare(window="hann", n_frames=9, n_fft=64, hop_length=16),
    "window_sumsquare_gaps": lambda filters: filters.window_sumsquare(
        window="hamming", n_frames=4, n_fft=32, win_length=20, hop_length=40, norm=2, dtype=np.float64
    ),
}

"""The convolution with a bank of kernels: nnAudio's own results, and its formula in float64."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
from support.cqt_signals import chord

from fastspec import ParameterError
from fastspec.core.constantq._bank import _window, bank_cqt


def kernels_and_convolution(y, *, sr, fmin, n_bins, per_octave, hop_length=512, norm=1, window="hann", Q_scale=1.0):
    """Whole lengths at the full rate; frames centred, ends reflected. (n_bins, t)"""
    freqs = fmin * 2.0 ** (np.arange(n_bins) / per_octave)
    lengths = np.ceil(Q_scale / (2 ** (1 / per_octave) - 1) * sr / freqs).astype(int)
    lead = int(2 ** np.ceil(np.log2(lengths.max()))) // 2
    padded = np.pad(y.astype(np.float64), lead, mode="reflect")
    out = np.empty((n_bins, 1 + len(y) // hop_length), complex)
    for k, (freq, n) in enumerate(zip(freqs, lengths, strict=True)):
        m = np.arange(-((n + 1) // 2), n // 2)
        kernel = scipy.signal.get_window(window, n) * np.exp(2j * np.pi * freq / sr * m) / n
        if norm is not None:
            kernel /= np.linalg.norm(kernel, norm)
        for t in range(out.shape[1]):
            out[k, t] = np.vdot(kernel, padded[lead + t * hop_length + m[0] :][:n])
    return out, lengths


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({"sr": 22050, "fmin": 65.4, "n_bins": 60, "per_octave": 12}, {}),
        ({"sr": 44100, "fmin": 220.0, "n_bins": 70, "per_octave": 24}, {}),
        ({"sr": 16000, "fmin": 110.0, "n_bins": 40, "per_octave": 12, "norm": 2}, {"norm": 2}),
        ({"sr": 16000, "fmin": 110.0, "n_bins": 40, "per_octave": 12, "norm": None}, {"norm": None}),
        ({"sr": 22050, "fmin": 110.0, "n_bins": 30, "per_octave": 12, "window": "hamming"}, {"window": "hamming"}),
        ({"sr": 22050, "fmin": 110.0, "n_bins": 30, "per_octave": 12, "Q_scale": 0.5}, {"filter_scale": 0.5}),
    ],
    ids=str,
)
def test_is_the_convolution_with_its_kernels(options, arguments):
    y = chord(9000, sr=options["sr"])
    wanted, lengths = kernels_and_convolution(y, **options)
    shared = {name: options[name] for name in ("sr", "fmin", "n_bins")} | {"bins_per_octave": options["per_octave"]}
    for normalization, factor in (("convolutional", 1), ("wrap", 2), ("librosa", np.sqrt(lengths)[:, np.newaxis])):
        found = bank_cqt(y, normalization=normalization, **shared, **arguments)
        assert np.abs(found - factor * wanted).max() <= 1e-5 * np.abs(factor * wanted).max()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"normalization": "none"}, "normalization='none'"),
        ({"fmin": 0}, "fmin=0"),
        ({"fmin": 3000.0}, "sr/2=11025.0"),
        ({"n_bins": 0}, "n_bins=0"),
        ({"filter_scale": -1}, "filter_scale=-1"),
        ({"norm": "max"}, "norm='max'"),
        ({"pad_mode": "wrap"}, "pad_mode='wrap'"),
    ],
)
def test_bad_input(arguments, complaint):
    with pytest.raises(ParameterError) as caught:
        bank_cqt(chord(4000), **arguments)
    assert complaint in str(caught.value)


@pytest.mark.parametrize("decibels", [30.0, 60.0])
def test_gaussians_end_as_far_below_their_middle(decibels):
    window = _window(("gaussian", decibels), 20001)
    levels = 20 * np.log10(window / window.max())
    np.testing.assert_allclose(levels[[0, -1]], -decibels, atol=0.1)
    assert abs(levels.argmax() - 10000) <= 1

"""The convolution with a bank of kernels: nnAudio's own results, and its formula in float64."""

from __future__ import annotations

import json

import numpy as np
import pytest
import scipy.signal
from support.cqt_signals import chord

from fastspec import ParameterError
from fastspec.core.constantq._bank import bank_cqt


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


@pytest.mark.parametrize(("version", "bound", "inner_bound"), [("1992v2", 1e-6, 1e-6), ("2010v2", 0.02, 0.004)])
def test_as_nnaudio(shared, version, bound, inner_bound):
    """2010v2 decimates by filters that delay by half a sample, and reflects each decimated signal anew."""
    import soundfile

    with np.load(shared / "goldens" / f"nnaudio_cqt{version}_0.npz") as stored:
        wanted, case = stored["out"], json.loads(str(stored["case"]))
    where = case["input"]
    y, sr = soundfile.read(shared / "audio" / where["file"], dtype="float32")
    y = y.mean(axis=1, dtype=np.float32)[where["start"] :][: where["length"]]
    found = np.abs(bank_cqt(y, sr=sr, version=version, **case["params"]))
    assert found.shape == wanted.shape
    assert np.linalg.norm(found - wanted) <= bound * np.linalg.norm(wanted)
    inner = np.s_[:, 24:-24]  # the longest kernel spans 33 frames
    assert np.linalg.norm((found - wanted)[inner]) <= inner_bound * np.linalg.norm(wanted[inner])


def test_decimated_lengths_are_close_to_whole_ones():
    y = chord(20000)
    one, other = (bank_cqt(y, fmin=65.4, n_bins=70, version=version) for version in ("1992v2", "2010v2"))
    assert 0 < np.linalg.norm(one - other) < 0.03 * np.linalg.norm(one)
    # Where nnAudio decimates before all octaves, it multiplies by the rate, here 4.
    options = {"fmin": 65.4, "n_bins": 48, "normalization": "convolutional", "norm": None}
    one, other = (bank_cqt(y, version=version, **options) for version in ("1992v2", "2010v2"))
    assert np.linalg.norm(4 * one - other) < 0.03 * np.linalg.norm(other)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"version": "2010"}, "version='2010'"),
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

"""What documented limits say where no other test meets them: the value, the rule, and what to do."""

from __future__ import annotations

import re

import numpy as np
import pytest
from support.spectral_signals import noise

import fastspec
from fastspec import DTypeError, ParameterError, Recipe, decompose, effects, feature, onset, segment, sequence, util
from fastspec.compat import huggingface, kaldi, nnaudio, torchaudio
from fastspec.compat import python_speech_features as psf
from fastspec.compat import scipy as compat_scipy
from fastspec.normalize import OnlineCmvn

F, T = torchaudio.functional, torchaudio.transforms
Y = noise(3000)
S = np.abs(fastspec.stft(Y, n_fft=128))
D = np.ones((5, 9), complex)
UNEVEN_STEPS = {"step_sizes_sigma": np.array([[2, 2]]), "weights_add": np.zeros(1), "weights_mul": np.ones(1)}
BROKEN = compat_scipy.ShortTimeFFT(np.ones(8), 4, 1.0)


def refused(call, words: str, kind: type[Exception] = ParameterError):
    return pytest.param(call, words, kind, id=re.sub(r"\W+", " ", words)[:40].strip())


OF_LIBROSAS_NAMES = [
    refused(lambda: fastspec.stft(Y[:0], n_fft=1, hop_length=1), "y.shape=(0,) is too short for a frame of n_fft=1"),
    refused(
        lambda: fastspec.pyin(Y, fmin=100, fmax=1000, frame_length=512, no_trough_prob=3.0),
        "use a no_trough_prob between 0 and 1",
    ),
    refused(lambda: fastspec.fmt(Y, t_min=0), "t_min=0 must be strictly positive"),
    refused(lambda: fastspec.fmt(Y, over_sample=0.5), "over_sample=0.5 must be at least 1"),
    refused(lambda: fastspec.pcen(Y, max_size=3), "max_size=3 needs a frequency axis, which S.shape=(3000,) has not"),
    refused(
        lambda: fastspec.reassigned_spectrogram(Y, reassign_frequencies=False, reassign_times=False),
        "reassign_frequencies=False and reassign_times=False leave nothing to do",
    ),
    refused(lambda: fastspec.plimit_intervals(primes=[3], bins_per_octave=10**5), "bins_per_octave=100000 exceeds"),
    refused(lambda: fastspec.key_to_notes(3), "key=3 must be a str such as 'C:maj'", DTypeError),
    refused(
        lambda: segment.path_enhance(np.zeros((4, 4), np.longdouble), 3), "is wider than scipy.ndimage", DTypeError
    ),
    refused(
        lambda: segment.cross_similarity(S[:3, :14], S[:3, :15], metric="precomputed"),
        "metric='precomputed' needs distances to 15 frames, and data has 3 rows",
    ),
    refused(lambda: sequence.viterbi(np.ones((2, 3), complex), np.eye(2)), "prob.dtype=complex128", DTypeError),
    refused(lambda: fastspec.logfreq_stft(Y[:0], pad_mode="reflect"), "y.shape=(0,) has no samples to pad from"),
    refused(
        lambda: fastspec.interval_frequencies(9, fmin=1, intervals="equal", bins_per_octave=1j),
        "bins_per_octave=1j is a divisor and must be a real number",
        DTypeError,
    ),
    refused(lambda: util.fix_length(Y, size=10**20), "size=100000000000000000000 is too large; pass a smaller size"),
    refused(lambda: fastspec.tone(10**400, length=9), "is too large; pass a smaller frequency"),
    refused(lambda: feature.melspectrogram(y=Y, norm={}), "norm={}"),
    refused(lambda: effects.preemphasis(np.ones((2, 30)), zi=np.zeros((3, 1))), "zi.shape=(3, 1) must be (2, 1)"),
    refused(lambda: feature.rms(S=np.ones(5)), "S.shape=(5,) must be (..., bins, frames)"),
    refused(lambda: feature.mfcc(S=np.ones(5)), "S.shape=(5,) must be (..., bands, frames)"),
    refused(lambda: feature.tempo(y=Y, start_bpm=0), "start_bpm=0 must be positive"),
    refused(lambda: onset.onset_detect(y=Y, backtrack=True, sparse=False), "backtrack=True needs sparse=True"),
    refused(lambda: onset.onset_strength(y=Y, aggregate=False), "aggregate=False leaves more than one band"),
    refused(lambda: util.roll_sparse(np.eye(3), "1"), "shift='1' must be an integer", DTypeError),
    refused(lambda: util.normalize(S, threshold=0), "threshold=0 must be positive"),
    refused(lambda: decompose.hpss(S.astype(np.longdouble)), "is beyond double precision", DTypeError),
    refused(lambda: fastspec.Stream("stft", n_mels=3), "Stream('stft') takes no 'n_mels'", DTypeError),
]

OF_OUR_OWN_NAMES = [
    refused(lambda: Recipe(sr=22050, window=(1.0,) * 5, win_length=7)(Y), "window has 5 samples, win_length=7"),
    refused(lambda: Recipe(sr=22050, pad_mode="wrap")(Y[:0]), "y.shape=(0,) is empty, so that pad_mode='wrap'"),
    refused(lambda: OnlineCmvn(norm_vars=True, mean=[1.0, 2.0]), "norm_vars=True needs the prior's std, and std=None"),
    refused(
        lambda: OnlineCmvn(mean=[1.0, 2.0], std=[1.0, 2.0]).push(np.ones((3, 4))),
        "mean.shape=(2,) does not fit X.shape=(3, 4)",
    ),
    refused(lambda: kaldi.FbankOptions.from_dict(3), "values=3 must be a dict of options", DTypeError),
]

OF_SCIPYS = [
    refused(lambda: compat_scipy.spectrogram(Y, scaling="x"), "scaling='x' must be 'density' or 'spectrum'"),
    refused(lambda: compat_scipy.stft(Y, nperseg=2**61), "nperseg=2305843009213693952 must be an integer within"),
    refused(lambda: compat_scipy.stft(Y, nfft=2**27), "an FFT of 134217728 points exceeds 67108864"),
    refused(
        lambda: compat_scipy.stft(Y, nperseg=2048, noverlap=1024 - 2**60),
        "1152921504606848000 samples from segment to segment exceed 1152921504606846976",
    ),
    refused(lambda: compat_scipy.istft(np.ones((5, 2)), time_axis=4), "time_axis=4 is none of Zxx.shape=(5, 2)"),
    refused(lambda: compat_scipy.istft(np.ones((5, 2)), nperseg=0), "nperseg=0 must be a positive integer"),
    refused(
        lambda: compat_scipy.istft(np.ones((5, 8)), window=np.exp(1j * np.arange(8)), nperseg=8),
        "window.dtype=complex128 needs input_onesided=False", DTypeError,
    ),
    refused(lambda: BROKEN.stft_detrend(Y, detr=lambda x: x[:3]), "detr must keep the shape of a segment, (8,)"),
    refused(lambda: BROKEN.istft(D, k0=0, k1=2), "k1 - k0 = 2 must be at least half the window length, 4"),
]  # fmt: skip

OF_TORCHAUDIOS = [
    refused(lambda: F.melscale_fbanks(2**20, 0.0, 8e3, 2**20, 16000), "1048576 x 1048576 weights are too many"),
    refused(lambda: F.melscale_fbanks(20, 0.0, 8e3, 20, 0), "sample_rate=0 must be a positive number"),
    *(
        refused(lambda f=f: F.linear_fbanks(3, f, np.nextafter(f, 9e3), 2, 16000), "are too close for bands between")
        for f in (0.0, 4000.0, 8000.0)  # each is a bin
    ),
    refused(lambda: F.resample(np.broadcast_to(np.float32(0), (2**46,)), 1, 8), "new_freq makes too many samples"),
    refused(lambda: F.create_dct(3, 4, "x"), "norm='x' must be 'ortho' or None"),
    refused(lambda: F.amplitude_to_DB(S, 10, 0, 0), "amin=0 must be strictly positive"),
    refused(lambda: F.amplitude_to_DB(S, 10, 1e-10, np.inf), "db_multiplier=inf must be finite"),
    refused(lambda: F.amplitude_to_DB(S, 0, 1e-10, 0), "multiplier=0 must be positive"),
    refused(lambda: F.sliding_window_cmn(np.ones(4)), "specgram.shape=(4,) must be (..., frames, features)"),
    refused(lambda: F.mask_along_axis(np.ones((1, 4, 4)), np.inf, 0.0, 1), "mask_param=inf must be finite"),
    refused(lambda: F.mu_law_encoding(np.array([np.nan]), 256), "x is not finite everywhere"),
    refused(lambda: F.mu_law_encoding(Y, 2**54), "quantization_channels=18014398509481984 are too many codes"),
    refused(lambda: F.mu_law_decoding(np.array([True]), 256), "x_mu.dtype=bool holds no codes", DTypeError),
    refused(lambda: F.inverse_spectrogram(D[:, :1], None, 0, np.ones(8), 8, 4, 8, False), "1 frames make no sample"),
    refused(
        lambda: F.griffinlim(np.ones((5, 9)), np.ones(8), 8, 4, 8, 0, 3, 0.9, None, True), "power=0 must be positive"
    ),
    refused(lambda: F.phase_vocoder(D, 0.0, np.ones((5, 1))), "rate=0.0 must be a positive, finite number"),
    refused(lambda: F.phase_vocoder(D, 1e-20, np.ones((5, 1))), "rate=1e-20 makes too many of 9 frames"),
    refused(lambda: T.MelScale(sample_rate=0), "sample_rate=0 must be a positive number"),
    refused(lambda: T.LFCC(sample_rate=0), "sample_rate=0 must be a positive number"),
    refused(lambda: T.LFCC(speckwargs={"power": None}), "bands are of real, one-sided spectra", DTypeError),
    refused(lambda: T.Spectrogram(window_fn=3), "window_fn=3 must be a function of the length", DTypeError),
]

OF_OTHERS = [
    refused(lambda: psf.fbank(Y, 16000, nfilt=2**27), "nfilt=134217728 exceeds 67108864"),
    refused(lambda: psf.delta(np.ones(3), 2), "feat.shape=(3,) must be (frames, features)"),
    refused(lambda: psf.delta(np.ones((3, 3)), 2**27), "N=134217728 exceeds 67108864"),
    refused(lambda: psf.sigproc.deframesig(np.ones((3, 4)), 0, 5, 2), "frames.shape=(3, 4) must be (frames, 5)"),
    refused(lambda: psf.sigproc.magspec(np.ones(4), 8), "frames.shape=(4,) must be (frames, samples)"),
    refused(lambda: psf.sigproc.magspec(np.ones((4, 4)), 2**27), "NFFT=134217728 exceeds 67108864"),
    refused(lambda: psf.sigproc.preemphasis(np.ones((2, 2))), "signal.shape=(2, 2) must be (n,)"),
    refused(lambda: huggingface.chroma_filter_bank(2048, 12, 32000, power=0), "power=0 must be positive"),
    refused(
        lambda: huggingface.chroma_filter_bank(2048, 12, 32000, weighting_parameters=3),
        "weighting_parameters=3 must be two numbers", DTypeError,
    ),
    refused(lambda: huggingface.power_to_db_batch(np.ones((1, 0, 3)), db_range=80.0), "is empty and has no peak"),
    refused(lambda: huggingface.spectrogram(Y, np.ones(400), 400, 160, power=np.inf), "power=inf must be finite"),
    refused(
        lambda: huggingface.spectrogram(Y, np.ones(400), 400, 160, power=1.0, mel_filters=np.ones(3)),
        "mel_filters.shape=(3,) must be (bins, bands)",
    ),
    refused(lambda: nnaudio.STFT(512, center=False)(Y[:100]), "is too short for a frame of n_fft=512"),
    refused(lambda: nnaudio.CQT1992v2(fmin=100, fmax=50, n_bins=None), "fmax=50 must exceed fmin=100"),
    refused(lambda: nnaudio.CQT1992v2(fmin=220, n_bins=12, center=False)(Y[:100]), "is shorter than the kernels'"),
    refused(lambda: nnaudio.MelSpectrogram(power=np.inf), "power=inf must be finite"),
    refused(
        lambda: nnaudio.STFT(512, iSTFT=True, freq_bins=100, freq_scale="linear").inverse(np.ones((1, 99, 9, 2))),
        "X.shape=(1, 99, 9, 2) must have the layer's bins, 100",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "words", "kind"), OF_LIBROSAS_NAMES + OF_OUR_OWN_NAMES + OF_SCIPYS + OF_TORCHAUDIOS + OF_OTHERS
)
@pytest.mark.filterwarnings("ignore:n_fft=.* is too large")
def test_refused(call, words, kind):
    with pytest.raises(kind, match=re.escape(words)) as caught:
        call()
    assert isinstance(caught.value, ParameterError)
    assert "\n" not in str(caught.value)
    assert "has no answer" not in str(caught.value)  # which is said of what nobody thought of

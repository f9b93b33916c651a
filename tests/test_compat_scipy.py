"""compat.scipy: against scipy.signal itself, over all options; and what goes beyond it."""

from __future__ import annotations

import copy
import inspect
import pickle
import warnings

import numpy as np
import pytest
import scipy
import scipy.signal as theirs
from hypothesis import given
from hypothesis import strategies as st

import fastspec
from fastspec import ParameterError
from fastspec.compat import scipy as ours

DTYPES = ["float64", "float32", "complex128", "complex64", "int16", "int32", "uint8"]
NAMES = ["hann", "hamming", "boxcar", ("tukey", 0.4), ("gaussian", 9.0), "blackman"]
# Parts of the peak: rounding in double; in single, of both sides.
BOUNDS = {8: 1e-12, 4: 3e-6}

# The places of segments and of centred spectra are the installed scipy's, and older ones had others.
beside_scipy = pytest.mark.skipif(
    tuple(map(int, scipy.__version__.split(".")[:2])) < (1, 16), reason="older ones have other conventions"
)
warns_alike = pytest.mark.filterwarnings("ignore")


def signal(n: int, dtype: str, shape=()) -> np.ndarray:
    rng = np.random.default_rng(n)
    x = 100 * rng.standard_normal((*shape, n))
    if dtype.startswith("complex"):
        x = x + 100j * rng.standard_normal((*shape, n))
    return (np.abs(x) if dtype == "uint8" else x).astype(dtype)


def same(got, want, *, scale=None, single=False):
    """Shape, dtype and numbers. `single`: the peer has worked in single precision on the way to double."""
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape
    assert got.dtype == want.dtype
    if not want.size:
        return
    bound = BOUNDS[4 if single else want.real.dtype.itemsize]
    scale = np.abs(want).max() if scale is None else scale
    assert np.abs(got - want).max() <= bound * (scale or 1)


@st.composite
def lengths(draw):
    nperseg = draw(st.integers(1, 70))
    noverlap = draw(st.one_of(st.none(), st.integers(-5, nperseg - 1)))
    nfft = draw(st.one_of(st.none(), st.integers(nperseg, 130)))
    return {"nperseg": nperseg, "noverlap": noverlap, "nfft": nfft}


@st.composite
def windows(draw, nperseg: int, *, of_complex: bool):
    kind = draw(st.sampled_from(["name", "samples", "complex"] if of_complex else ["name", "samples"]))
    if kind == "name":
        return draw(st.sampled_from(NAMES))
    window = 0.1 + np.random.default_rng(nperseg).random(nperseg)
    return window + 1j * window[::-1] ** 2 if kind == "complex" else window


DETRENDS = [False, "constant", "linear", lambda d: d - np.median(d, axis=-1, keepdims=True).real]


@st.composite
def cases(draw):
    options = draw(lengths())
    dtype = draw(st.sampled_from(DTYPES))
    n = draw(st.integers(max(options["nperseg"], 2), 400))
    x = signal(n, dtype, draw(st.sampled_from([(), (2,), (2, 3)])))
    axis = draw(st.integers(-x.ndim, x.ndim - 1))
    x = np.moveaxis(x, -1, axis)
    options |= {
        "fs": draw(st.sampled_from([1.0, 8000, 44100.5])), "axis": axis,
        "return_onesided": draw(st.booleans()) and not dtype.startswith("complex"),
    }  # fmt: skip
    options["window"] = draw(windows(options["nperseg"], of_complex=not options["return_onesided"]))
    axis_of_frames = -1 if axis == -1 else axis
    options["detrend"] = draw(st.sampled_from(DETRENDS[:3] + (DETRENDS[3:] if axis_of_frames == -1 else [])))
    return x, options


def magnitude_of(x) -> float:
    return float(np.abs(x).max())


@warns_alike
@given(
    cases(),
    st.sampled_from(["zeros", "even", "odd", "constant", None]),
    st.booleans(),
    st.sampled_from(["spectrum", "psd"]),
)
def test_stft(case, boundary, padded, scaling):
    x, options = case
    options = options | {"boundary": boundary, "padded": padded, "scaling": scaling}
    if boundary == "odd" and x.dtype == np.uint8:
        x = x.astype(np.int16)  # scipy's reflection leaves the range of unsigned bytes, and comes round
    if boundary in ("even", "odd") and options["nperseg"] // 2 >= x.shape[options["axis"]]:
        for function in (ours.stft, theirs.stft):
            with pytest.raises(ValueError, match=r"boundary=|extension length"):
                function(x, **options)
        return
    want = theirs.stft(x, **options)
    got = ours.stft(x, **options)
    for a, b in zip(got[:2], want[:2], strict=True):
        assert np.array_equal(a, b)
    same(got[2], want[2], scale=magnitude_of(theirs.stft(x, **options | {"detrend": False})[2]))


@warns_alike
@given(cases(), st.sampled_from(["psd", "complex", "magnitude"]), st.sampled_from(["density", "spectrum"]))
def test_spectrogram(case, mode, scaling):
    x, options = case
    if np.iscomplexobj(options["window"]) and mode == "psd":
        options["window"] = options["window"].real
    options = options | {"mode": mode, "scaling": scaling}
    got, want = ours.spectrogram(x, **options), theirs.spectrogram(x, **options)
    for a, b in zip(got[:2], want[:2], strict=True):
        assert np.array_equal(a, b)
    same(got[2], want[2], scale=magnitude_of(theirs.spectrogram(x, **options | {"detrend": False})[2]))


@pytest.mark.parametrize("mode", ["angle", "phase"])
@pytest.mark.parametrize("axis", [-1, 0])
def test_spectrogram_angles(mode, axis):
    """Of a chirp, whose angles are none of noise; up to whole turns."""
    t = np.arange(4000) / 8000
    x = np.stack([np.sin(2 * np.pi * (300 * t + 2000 * t**2)), np.cos(2 * np.pi * 500 * t)])
    x = np.moveaxis(x, -1, axis) + 0.01 * np.random.default_rng(0).standard_normal(np.moveaxis(x, -1, axis).shape)
    got, want = (f.spectrogram(x, 8000, mode=mode, axis=axis)[2] for f in (ours, theirs))
    assert got.shape == want.shape
    assert np.abs(np.exp(1j * got) - np.exp(1j * want)).max() < 1e-8
    assert np.mean(np.abs(got - want) < 1e-6) > 0.99


@warns_alike
def test_spectrogram_of_a_complex_window():
    x, w = signal(300, "float64"), np.hanning(32) * np.exp(0.1j * np.arange(32))
    for one_sided in (True, False):
        for scaling in ("density", "spectrum"):
            options = {"window": w, "return_onesided": one_sided, "scaling": scaling}
            same(ours.spectrogram(x, **options)[2], theirs.spectrogram(x, **options)[2])


@warns_alike
@given(
    lengths(),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["spectrum", "psd"]),
    st.sampled_from(["complex128", "complex64"]),
    st.data(),
)
def test_istft(options, one_sided, boundary, scaling, dtype, data):
    n_frames = data.draw(st.integers(1, 20))
    nperseg = options["nperseg"]
    nfft = options["nfft"] or nperseg
    n_bins = nfft // 2 + 1 if one_sided else nfft
    window = data.draw(windows(nperseg, of_complex=False))
    options = options | {"nfft": nfft, "fs": 8000.0, "window": window, "scaling": scaling, "boundary": boundary}
    step = nperseg - (nperseg // 2 if options["noverlap"] is None else options["noverlap"])
    if boundary and (nperseg == 1 or nperseg + (n_frames - 1) * step <= 2 * (nperseg // 2)):
        boundary = options["boundary"] = False  # scipy's result is empty then
    Z = signal(n_bins * n_frames * 2, dtype).reshape(2, n_bins, n_frames)
    want = theirs.istft(Z, input_onesided=one_sided, **options)[1]
    t, got = ours.istft(Z, input_onesided=one_sided, **options)
    assert np.array_equal(t, np.arange(got.shape[-1]) / 8000.0)
    # Sums around 1e-10, below which nothing is divided, are compared where they are not.
    w = theirs.get_window(window, nperseg) if isinstance(window, (str, tuple)) else window
    if nperseg > 1 and np.all((w**2 > 1e-7) | (w**2 < 1e-13)):
        assert got.shape == want.shape
        assert got.dtype == want.dtype
        bound = 1e-9 if dtype == "complex128" else 2e-3
        assert np.abs(got - want).max() <= bound * np.abs(want).max()


@pytest.mark.parametrize("axes", [(-1, -2), (0, 1), (2, 0), (1, 2), (0, -1), (1, 0)])
def test_istft_axes(axes):
    Z = theirs.stft(signal(300, "float64", (2,)), nperseg=32)[2]  # (2, 17, frames)
    Z = np.moveaxis(Z, (-1, -2), axes)
    options = {"nperseg": 32, "time_axis": axes[0], "freq_axis": axes[1]}
    same(ours.istft(Z, **options)[1], theirs.istft(Z, **options)[1])


def test_istft_of_odd_lengths_and_complex_windows():
    Z = theirs.stft(signal(300, "float64"), nperseg=31)[2]
    same(ours.istft(Z, nperseg=31)[1], theirs.istft(Z, nperseg=31)[1])
    x, w = signal(300, "complex128"), np.hanning(34)[1:-1] * np.exp(0.03j * np.arange(32))
    Z = theirs.stft(x, window=w, nperseg=32, return_onesided=False)[2]
    same(ours.istft(Z, window=w, input_onesided=False)[1], theirs.istft(Z, window=w, input_onesided=False)[1])


@given(st.integers(2, 64), st.integers(100, 500), st.sampled_from(DTYPES[:4]), st.sampled_from(["spectrum", "psd"]))
def test_there_and_back(nperseg, n, dtype, scaling):
    x = signal(n, dtype)
    one_sided = not np.iscomplexobj(x)
    window = 0.1 + np.random.default_rng(nperseg).random(nperseg)
    options = {"window": window, "nperseg": nperseg, "scaling": scaling}
    Z = ours.stft(x, return_onesided=one_sided, **options)[2]
    y = ours.istft(Z, input_onesided=one_sided, **options)[1]
    same(y[:n], x)


@pytest.mark.parametrize("k_offset", [-60, 1, 60])
@pytest.mark.parametrize("padding", ["zeros", "edge", "even", "odd"])
def test_segments_beside_the_signal(k_offset, padding):
    """As of the whole signal, padded; scipy makes them of pieces of it, or refuses."""
    x, SFT, p0 = signal(23, "float64"), ours.ShortTimeFFT(np.ones(20), 16, 1.0), 0 if k_offset < 0 else 2
    mode = {"zeros": {"mode": "constant"}, "edge": {"mode": "edge"}, "even": {"mode": "reflect"}}
    whole = np.pad(x, 200, **mode.get(padding, {"mode": "reflect", "reflect_type": "odd"}))
    start = 200 + 16 * p0 - 10 + k_offset
    want = np.fft.rfft(np.roll(whole[start : start + 20], -10))
    same(SFT.stft(x, p0, p0 + 1, k_offset=k_offset, padding=padding)[:, 0], want, scale=1e5)


def test_odd_reflection_of_bytes():
    """As of the same numbers in a wider type, where scipy's comes round at 256."""
    x = signal(100, "uint8")
    same(ours.stft(x, nperseg=32, boundary="odd")[2], theirs.stft(x.astype(np.float32), nperseg=32, boundary="odd")[2])
    SFT = ours.ShortTimeFFT(np.ones(32), 16, 1.0)
    same(SFT.stft(x, padding="odd"), SFT.stft(x.astype(float), padding="odd"))


def test_warnings_and_empty_ones():
    x = signal(100, "float64")
    with pytest.warns(UserWarning, match=r"nperseg = 256 is greater than input length  = 100, using nperseg = 100"):
        assert ours.stft(x)[2].shape == (51, 3)
    with pytest.warns(UserWarning, match="Input data is complex, switching to return_onesided=False"):
        assert ours.stft(x + 1j, nperseg=32)[2].shape[0] == 32
    with pytest.warns(UserWarning, match=r"NOLA condition failed.*Possibly due to missing boundary"):
        ours.istft(ours.stft(x, nperseg=32)[2], boundary=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ours.istft(ours.stft(x, nperseg=32)[2])
    assert [part.shape for part in ours.stft(np.zeros((3, 0)))] == [(3, 0)] * 3
    assert ours.stft([1.0, 2.0, 3.0, 4.0], nperseg=2)[2].dtype == np.complex128
    assert ours.stft(x.astype(np.float16), nperseg=20)[2].dtype == np.complex64


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_nan_stays_in_its_segments(dtype):
    x = signal(1000, dtype)
    x[500] = np.nan
    for f, t, S in (
        ours.stft(x, nperseg=64, return_onesided=False),
        ours.spectrogram(x, nperseg=64, return_onesided=False),
    ):
        touched = np.abs(t - 500) <= 32
        assert np.array_equal(np.isnan(S).all(axis=0), touched)
        assert not np.isnan(S[:, ~touched]).any()
        assert len(f) == 64


@pytest.mark.parametrize("name", ["stft", "istft", "spectrogram"])
def test_arguments_are_theirs(name):
    wanted = inspect.signature(getattr(theirs, name)).parameters
    given_ = inspect.signature(getattr(ours, name)).parameters
    assert list(given_) == list(wanted)
    for key, parameter in wanted.items():
        if key != "window":  # 'hann' or 'hann_periodic', by its version
            assert given_[key].default == parameter.default


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"nperseg": 0}, "nperseg=0"), ({"noverlap": 32}, "noverlap=32 must be less than nperseg=32"),
        ({"nfft": 16}, "nfft=16"), ({"boundary": "mirror"}, "boundary='mirror'"),
        ({"scaling": "density"}, "scaling='density'"), ({"axis": 3}, "axis=3"), ({"fs": 0}, "fs=0"),
        ({"window": "hanning?"}, "hanning?"), ({"detrend": "cubic"}, "detrend='cubic'"),
        ({"detrend": np.ones(2)}, r"detrend=array.* must be"),
        ({"window": np.ones(33), "nperseg": 33, "x": np.ones(32)}, "longer than the signal"),
        ({"window": np.ones(16)}, "nperseg=32 differs"), ({"window": np.ones((2, 2))}, "1-D"),
        ({"x": np.ones(10), "nperseg": 30, "boundary": "even", "window": np.ones(30)}, "longer than the signal"),
        ({"detrend": lambda d: d[..., :3]}, "detrend gave shape"),
        ({"x": "a.wav"}, "x"), ({"x": np.array(["a"])}, "x"),
    ],
)  # fmt: skip
def test_bad_input(options, message):
    with pytest.raises(ParameterError, match=message):
        ours.stft(**{"x": signal(200, "float64"), "nperseg": 32} | options)


def test_falsy_trends_are_none():
    x = signal(200, "float64")
    for nothing in (None, 0, ""):
        assert np.array_equal(ours.stft(x, nperseg=32, detrend=nothing)[2], ours.stft(x, nperseg=32)[2])


def test_bad_input_of_the_others():
    with pytest.raises(ParameterError, match="mode='power'"):
        ours.spectrogram(signal(300, "float64"), mode="power")
    for options, message in (
        ({"time_axis": 0, "freq_axis": -2}, "must be different"), ({"nperseg": 40}, "nfft=32"),
        ({"scaling": "x"}, "scaling"), ({"noverlap": 32}, "noverlap=32"),
        ({"window": np.ones(3)}, "length of nperseg=32"), ({"Zxx": np.ones(3)}, "at least 2-D"),
        ({"Zxx": np.ones((17, 0))}, "no segments"),
    ):  # fmt: skip
        with pytest.raises(ParameterError, match=message):
            ours.istft(**{"Zxx": np.ones((17, 5))} | options)


# --- ShortTimeFFT


@st.composite
def transforms(draw, *, invertible: bool = False):
    """One of ours and one of scipy's, and whether samples may be complex."""
    m_num = draw(st.integers(2, 40))
    hop = draw(st.integers(1, m_num if invertible else m_num + 5))
    mode = draw(st.sampled_from(["onesided", "onesided2X", "twosided", "centered"]))
    two_sided = mode in ("twosided", "centered")
    rng = np.random.default_rng(m_num)
    win = 0.1 + rng.random(m_num)
    if two_sided and draw(st.booleans()):
        win = win * np.exp(1j * rng.random(m_num))
    if draw(st.booleans()) and m_num > 4 and not invertible:
        win[: m_num // 4] = 0
        win[-1] = 0
    mfft = draw(st.one_of(st.none(), st.integers(m_num, 2 * m_num + 3)))
    options = {
        "hop": hop, "fs": draw(st.sampled_from([1.0, 8000.0])), "fft_mode": mode, "mfft": mfft,
        "scale_to": draw(st.sampled_from(["magnitude", "psd"] if mode == "onesided2X" else [None, "magnitude", "psd"])),
        "phase_shift": draw(st.one_of(st.none(), st.just(0), st.integers(1 - m_num, m_num - 1))),
    }  # fmt: skip
    if draw(st.booleans()):
        options["dual_win"] = (0.1 + rng.random(m_num)) * (np.exp(1j * rng.random(m_num)) if two_sided else 1)
    return [kind(win.copy(), **copy.deepcopy(options)) for kind in (ours.ShortTimeFFT, theirs.ShortTimeFFT)], two_sided


@beside_scipy
@given(
    transforms(),
    st.sampled_from(["zeros", "edge", "even", "odd"]),
    st.sampled_from([None, "constant", "linear", "f"]),
    st.data(),
)
def test_short_time_fft(pair, padding, detr, data):
    (own, peer), two_sided = pair
    dtype = data.draw(st.sampled_from(DTYPES if two_sided else [d for d in DTYPES if d[0] != "c"]))
    n = data.draw(st.integers(max(own.m_num, 3), 200))
    x = signal(n, dtype, data.draw(st.sampled_from([(), (2,)])))
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    x = np.moveaxis(x, -1, axis)
    if padding == "odd" and dtype == "uint8":
        x = x.astype(np.int16)  # scipy's reflection leaves the range of unsigned bytes, and comes round
    low, high = peer.p_range(n)
    p0 = data.draw(st.one_of(st.none(), st.integers(low, high - 1)))
    p1 = data.draw(st.one_of(st.none(), st.integers((low if p0 is None else p0) + 1, high)))
    options = {"padding": padding, "axis": axis, "k_offset": data.draw(st.integers(-own.m_num // 3, own.m_num // 3))}
    start = (low if p0 is None else p0) * own.hop - own.m_num_mid + options["k_offset"]
    end = start + ((high if p1 is None else p1) - (low if p0 is None else p0)) * own.hop + own.m_num
    if start >= n or end <= 0:  # see test_segments_beside_the_signal
        return
    if detr == "f":
        detr = lambda d: d * 2 - d.mean(axis=-1, keepdims=True)  # noqa: E731
    want = peer.stft_detrend(x, detr, p0, p1, **options)
    scale = 4 * magnitude_of(x) * np.abs(own.win).sum() * (2 if own.fft_mode == "onesided2X" else 1)
    single = detr is not None and x.real.dtype == np.float32
    same(own.stft_detrend(x, detr, p0, p1, **options), want, scale=scale, single=single)
    if detr is None:
        same(own.stft(x, p0, p1, **options), want, scale=scale)
    same(own.spectrogram(x, detr=detr, p0=p0, p1=p1, **options), np.abs(want) ** 2, scale=scale**2, single=single)
    other = x[::-1] if axis % x.ndim else np.flip(x, axis)
    cross = peer.spectrogram(x, other, detr, p0=p0, p1=p1, **options)
    same(own.spectrogram(x, other, detr, p0=p0, p1=p1, **options), cross, scale=scale**2, single=single)


@pytest.mark.parametrize("mfft", [16, 15, 77, 96, 101, 202, 400])
@pytest.mark.parametrize("phase_shift", [None, 0, 3, -5])
def test_phase_shift_of_every_kind_of_fft(mfft, phase_shift):
    """Powers of two, odd ones, products, and primes that take a convolution."""
    x, win = signal(1000, "float64"), np.hanning(15)[1:-1]
    pair = [
        kind(win.copy(), 5, 1.0, mfft=mfft, phase_shift=phase_shift)
        for kind in (ours.ShortTimeFFT, theirs.ShortTimeFFT)
    ]
    S = pair[1].stft_detrend(x, "constant")
    same(pair[0].stft_detrend(x, "constant"), S)
    same(pair[0].istft(S), pair[1].istft(S))


@beside_scipy
@given(transforms(invertible=True), st.data())
def test_short_time_fft_inverse(pair, data):
    (own, peer), _ = pair
    fewest = peer.p_num(peer.m_num - peer.m_num_mid)
    n_frames = data.draw(st.integers(fewest, fewest + 20))
    S = signal(2 * own.f_pts * n_frames, "complex128").reshape(2, own.f_pts, n_frames)
    f_axis, t_axis = data.draw(st.permutations(range(3)))[:2]
    S = np.moveaxis(S, (1, 2), (f_axis, t_axis))
    k_max = (n_frames + peer.p_min - 1) * peer.hop + peer.m_num - peer.m_num_mid
    least = peer.m_num - peer.m_num_mid
    k0 = data.draw(st.integers(0, max(k_max - least, 0)))
    k1 = data.draw(st.one_of(st.none(), st.integers(min(k0 + least, k_max), k_max)))
    options = {"k0": k0, "k1": k1, "f_axis": f_axis, "t_axis": t_axis}
    try:
        want = peer.istft(S, **options)
    except ValueError as error:
        if "broadcast" not in str(error):  # scipy's own fault, where segments leave gaps
            with pytest.raises(ParameterError):
                own.istft(S, **options)
        return
    same(own.istft(S, **options), want, scale=magnitude_of(S) * max(np.abs(own.dual_win).max(), 1) * own.m_num)


@given(transforms(invertible=True), st.integers(40, 200), st.booleans())
def test_short_time_fft_there_and_back(pair, n, from_below):
    """From k0 < 0 on as well, where scipy leaves segments out."""
    (own, _), two_sided = pair
    x = signal(n, "complex128" if two_sided else "float64", (2,))
    twin = ours.ShortTimeFFT(own.win, own.hop, own.fs, fft_mode="twosided", mfft=own.mfft, phase_shift=own.phase_shift)
    k0 = twin.k_min if from_below else 0
    y = twin.istft(twin.stft(x), k0=k0, k1=n)
    assert np.abs(y[..., -n:] - x).max() < 1e-9 * magnitude_of(x)
    assert not from_below or np.abs(y[..., : -k0 or None]).max(initial=0) < 1e-9 * magnitude_of(x)


def test_short_time_fft_is_scipys_but_for_the_transforms():
    own = ours.ShortTimeFFT.from_window("hann_periodic", 16000, 400, 300, mfft=512, scale_to="psd")
    assert isinstance(own, theirs.ShortTimeFFT)
    assert isinstance(own, ours.ShortTimeFFT)
    peer = theirs.ShortTimeFFT.from_window("hann", 16000, 400, 300, mfft=512, scale_to="psd")
    for name in (
        "T",
        "delta_t",
        "delta_f",
        "f_pts",
        "k_min",
        "p_min",
        "m_num_mid",
        "lower_border_end",
        "invertible",
        "fac_psd",
    ):
        assert getattr(own, name) == getattr(peer, name)
    for call in ("extent", "k_max", "p_max", "p_num", "p_range", "upper_border_begin"):
        assert getattr(own, call)(5000) == getattr(peer, call)(5000)
    assert np.array_equal(own.t(5000), peer.t(5000))
    assert np.array_equal(own.f, peer.f)
    assert own.nearest_k_p(123, left=False) == peer.nearest_k_p(123, left=False)
    assert repr(own) == (
        "ShortTimeFFT(m_num=400, hop=100, fs=16000, fft_mode='onesided', mfft=512, scaling='psd', phase_shift=0)"
    )
    again = pickle.loads(pickle.dumps(own))
    x = signal(5000, "float64")
    assert np.array_equal(again.stft(x), own.stft(x))
    own.fft_mode, own.phase_shift, own.fs, own.mfft = "onesided2X", 5, 8000, 600
    peer.fft_mode, peer.phase_shift, peer.fs, peer.mfft = "onesided2X", 5, 8000, 600
    same(own.stft(x), peer.stft(x))
    own.scale_to("magnitude")
    peer.scale_to("magnitude")
    same(own.stft(x), peer.stft(x))
    same(own.istft(own.stft(x), k1=5000), x)


@pytest.mark.parametrize("scale_to", [None, "magnitude", "psd", "unitary"])
def test_other_constructors(scale_to):
    w, x = np.hanning(34)[1:-1], signal(300, "float64")
    if hasattr(theirs.ShortTimeFFT, "from_win_equals_dual"):
        pair = [
            kind.from_win_equals_dual(w.copy(), 8, 1.0, scale_to=scale_to)
            for kind in (ours.ShortTimeFFT, theirs.ShortTimeFFT)
        ]
        same(pair[0].stft(x), pair[1].stft(x))
        assert pair[0].scaling == pair[1].scaling == scale_to
    if scale_to != "unitary":
        pair = [
            kind.from_dual(w.copy(), 8, 1.0, scale_to=scale_to) for kind in (ours.ShortTimeFFT, theirs.ShortTimeFFT)
        ]
        same(pair[0].stft(x), pair[1].stft(x))
        same(pair[0].istft(pair[0].stft(x), k1=300), x)
        pair = [
            kind.from_window(8.0, 2.0, 31, 20, symmetric_win=True, scale_to=scale_to)
            for kind in (ours.ShortTimeFFT, theirs.ShortTimeFFT)
        ]
        same(pair[0].stft(x), pair[1].stft(x))
    given_window = [1.0, 2.0, 1.0]
    assert ours.ShortTimeFFT(given_window, 1, 1.0).win.tolist() == given_window
    mine = np.ones(4)
    ours.ShortTimeFFT(mine, 2, 1.0)
    mine[0] = 2  # still writeable: the object has a copy


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda S: S(np.ones((2, 2)), 1, 1.0), r"win\.shape=\(2, 2\)"), (lambda S: S([np.nan, 1], 1, 1.0), "finite"),
        (lambda S: S(np.ones(4), 0, 1.0), "hop=0"), (lambda S: S(np.ones(4), 1.5, 1.0), r"hop=1\.5"),
        (lambda S: S(np.ones(4), 1, 0.0), r"fs=0\.0"), (lambda S: S(np.ones(4), 1, 1.0, mfft=3), "mfft=3"),
        (lambda S: S(np.ones(4), 1, 1.0, fft_mode="half"), "fft_mode='half'"),
        (lambda S: S(np.ones(4), 1, 1.0, scale_to="power"), "scale_to='power'"),
        (lambda S: S(np.ones(4), 1, 1.0, dual_win=np.ones(3)), "dual_win"),
        (lambda S: S(np.ones(4), 1, 1.0, phase_shift=9), "phase_shift"),
        (lambda S: S(np.ones(4), 2, 1.0).stft(np.ones(1)), "must be >= ceil"),
        (lambda S: S(np.ones(4), 2, 1.0).stft(np.ones(9) * 1j), "complex"),
        (lambda S: S(np.ones(4), 2, 1.0).stft(np.ones(9), 0, 99), "p1"),
        (lambda S: S(np.ones(4), 2, 1.0).stft(np.ones(9), padding="mirror"), "padding='mirror'"),
        (lambda S: S(np.ones(4), 2, 1.0).stft(np.ones(9), axis=1), "axis=1"),
        (lambda S: S(np.ones(4), 2, 1.0).stft_detrend(np.ones(9), "cubic"), "detr='cubic'"),
        (lambda S: S(np.ones(4), 2, 1.0).stft_detrend(np.ones(9), np.ones(2)), r"detr=array.* must be"),
        (lambda S: S(np.ones(4), 2, 1.0).istft(np.ones((4, 9))), "f_pts=3"),
        (lambda S: S(np.ones(4), 2, 1.0).istft(np.ones((3, 1))), "at least"),
        (lambda S: S(np.ones(4), 2, 1.0).istft(np.ones((3, 9)), k1=99), "k1=99"),
        (lambda S: S(np.ones(4), 2, 1.0).istft(np.ones((3, 9)), f_axis=-1), "different axes"),
        (lambda S: S(np.ones(4), 9, 1.0).istft(np.ones((3, 9))), "not invertible"),
        (lambda S: S.from_window("hanning?", 1.0, 8, 4), "hanning?"),
        (lambda S: S.from_window("hann", 1.0, 8, 8), "noverlap=8"),
    ],
)  # fmt: skip
def test_short_time_fft_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call(ours.ShortTimeFFT)


def test_same_bits_for_any_number_of_threads():
    x = signal(60_000, "complex128", (2,))
    SFT = ours.ShortTimeFFT.from_window("hann", 1.0, 256, 192, fft_mode="centered")
    with fastspec.threads(1):
        one = (
            SFT.stft(x),
            ours.stft(x, return_onesided=False)[2],
            ours.istft(ours.stft(x.real)[2])[1],
            SFT.istft(SFT.stft(x)),
        )
    with fastspec.threads(7):
        many = (
            SFT.stft(x),
            ours.stft(x, return_onesided=False)[2],
            ours.istft(ours.stft(x.real)[2])[1],
            SFT.istft(SFT.stft(x)),
        )
    assert all(np.array_equal(a, b) for a, b in zip(one, many, strict=True))


def test_tensors_in_and_out():
    torch = pytest.importorskip("torch")
    x = torch.from_numpy(signal(1000, "float32"))
    f, t, Z = ours.stft(x, nperseg=64)
    assert all(isinstance(part, torch.Tensor) for part in (f, t, Z))
    assert np.array_equal(Z.numpy(), ours.stft(x.numpy(), nperseg=64)[2])
    SFT = ours.ShortTimeFFT(torch.hann_window(64), 16, 1.0)
    S = SFT.stft(x)
    assert isinstance(S, torch.Tensor)
    assert torch.allclose(SFT.istft(S, k1=1000).float(), x, atol=1e-4)


@warns_alike
def test_what_functions_and_parameters_of_any_kind_make():
    """A function for segments whose axis is not the last one, a window whose parameters have no hash, and one that sums
    to 0, by which the inverse multiplies."""
    x = signal(300, "float64", (2,)).T
    trend = {"detrend": lambda d: d - d.mean(axis=0), "axis": 0, "nperseg": 32}
    same(ours.spectrogram(x, **trend)[2], theirs.spectrogram(x, **trend)[2])
    cosines = {"window": ("general_cosine", [0.5, 0.3, 0.2]), "nperseg": 32}
    same(ours.stft(x[:, 0], **cosines)[2], theirs.stft(x[:, 0], **cosines)[2])
    alternating = {"window": np.resize([1.0, -1.0], 8), "nperseg": 8}
    same(ours.istft(np.ones((5, 9)), **alternating)[1], theirs.istft(np.ones((5, 9)), **alternating)[1])


@beside_scipy
def test_duals_of_an_older_scipy(monkeypatch):
    monkeypatch.delattr(theirs.ShortTimeFFT, "from_win_equals_dual")
    with pytest.raises(ParameterError, match=r"needs scipy 1\.16 or newer"):
        ours.ShortTimeFFT.from_win_equals_dual(np.ones(8), 4, 1.0)


@warns_alike
def test_spectra_of_no_channels():
    pair = [kind.ShortTimeFFT(np.ones(8), 4, 1.0) for kind in (ours, theirs)]
    got, want = (transform.stft(np.zeros((0, 100))) for transform in pair)
    assert (got.shape, got.dtype) == (want.shape, want.dtype) == ((0, 5, 26), np.complex128)

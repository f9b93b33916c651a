"""Windows: their samples, their bandwidth, the sum of their squares under overlap.

The windows that need no parameter and no special function are computed here. scipy.signal, whose import takes
longer than a whole log-mel spectrogram, makes the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._engine.foreign import call
from .._engine.kept import kept
from .._gate.complaints import public
from .._gate.samples import DTypeError, ParameterError, as_hop_length, as_index
from ..util.utils import normalize, pad_center, tiny

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from .._gate.kinds import FloatArray

    HashableWindow = str | tuple[Any, ...] | float | Callable[..., np.ndarray]
    Window = HashableWindow | npt.ArrayLike

# A sum of cosines is given by its coefficients, any other window by its name. The coefficients are those of
# scipy.signal.windows, from F. J. Harris, "On the use of windows for harmonic analysis with the discrete
# Fourier transform", Proc. IEEE 66 (1978), and A. H. Nuttall, "Some windows with very good sidelobe
# behavior", IEEE Trans. ASSP 29 (1981); the flat top's are those of G. D'Antona and A. Ferrero, 2006.
_HANN = (0.5, 1.0 - 0.5)
_HAMMING = (0.54, 1.0 - 0.54)
_BLACKMAN = (0.42, 0.50, 0.08)
_NUTTALL = (0.3635819, 0.4891775, 0.1365995, 0.0106411)
_BLACKMANHARRIS = (0.35875, 0.48829, 0.14128, 0.01168)
_FLATTOP = (0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368)

_SHAPES: dict[str, tuple[float, ...] | str] = {
    **dict.fromkeys(("hann", "han"), _HANN),
    **dict.fromkeys(("hamming", "hamm", "ham"), _HAMMING),
    **dict.fromkeys(("blackman", "black", "blk"), _BLACKMAN),
    **dict.fromkeys(("nuttall", "nutl", "nut"), _NUTTALL),
    **dict.fromkeys(("blackmanharris", "blackharr", "bkh"), _BLACKMANHARRIS),
    **dict.fromkeys(("flattop", "flat", "flt"), _FLATTOP),
    **dict.fromkeys(("boxcar", "box", "ones", "rect", "rectangular"), "boxcar"),
    **dict.fromkeys(("bartlett", "bart", "brt"), "bartlett"),
    **dict.fromkeys(("triangle", "triang", "tri"), "triang"),
    **dict.fromkeys(("cosine", "halfcosine"), "cosine"),
}

# Equivalent noise bandwidths, in bins, of the windows that need no parameter: of 8193 points, symmetric, as librosa has
# them. But for the flat top's, which comes from another formula: code that meets librosa's limits depends on it.
WINDOW_BANDWIDTHS: dict[Any, float] = {
    **dict.fromkeys(("hann", "han"), 1.50018310546875),
    **dict.fromkeys(("hamming", "hamm", "ham"), 1.3629455320350348),
    **dict.fromkeys(("blackman", "black", "blk"), 1.7269681554262326),
    **dict.fromkeys(("nuttall", "nutl", "nut"), 1.9763500280946082),
    **dict.fromkeys(("blackmanharris", "blackharr", "bkh"), 2.0045975283585014),
    **dict.fromkeys(("flattop", "flat", "flt"), 2.7762255046484143),
    **dict.fromkeys(("boxcar", "box", "ones", "rect", "rectangular"), 1.0),
    **dict.fromkeys(("bartlett", "bart", "brt"), 1.3334961334912805),
    **dict.fromkeys(("triangle", "triang", "tri"), 1.3331706523555851),
    **dict.fromkeys(("cosine", "halfcosine"), 1.2337005350199792),
    **dict.fromkeys(("barthann", "brthan", "bth"), 1.4560255965133932),
    **dict.fromkeys(("bohman", "bman", "bmn"), 1.7859588613860062),
    **dict.fromkeys(("parzen", "parz", "par"), 1.9174603174603191),
}


@public
def get_window(window: Window, Nx: int, *, fftbins: bool = True) -> FloatArray:
    """A window's samples, from any of the ways to name one.

    Parameters
    ----------
    window : str, tuple, number, callable or array_like
        - a name that `scipy.signal.get_window` knows, or a tuple of such a name and its parameters;
        - a number, which is the `beta` of a Kaiser window;
        - a function that takes the length and returns the window;
        - the samples themselves, `Nx` of them.
    Nx : int
        Length of the window.
    fftbins : bool, default True
        True gives the periodic window, which suits spectral analysis; False the symmetric one, for filter
        design. It says nothing to a function or to samples.

    Returns
    -------
    np.ndarray [shape=(Nx,)]
        float64 for names, tuples and numbers, the same bits as `scipy.signal.get_window`'s.

    Raises
    ------
    ParameterError
        If `window` is none of the above, its samples are not `Nx`, scipy does not know the name, or the name lacks a
        parameter. `Nx` must be a positive integer.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.filters.get_window("hann", 4).round(12).tolist()
    [0.0, 0.5, 1.0, 0.5]
    """
    if callable(window):
        return window(Nx)
    if isinstance(window, str) and window in _SHAPES:
        return _by_name(window, as_index(Nx, name="Nx"), periodic=bool(fftbins))
    if isinstance(window, (str, tuple)) or np.isscalar(window):
        return _by_scipy(window, as_index(Nx, name="Nx"), fftbins)
    if isinstance(window, (np.ndarray, list)):
        if len(window) != Nx:
            raise ParameterError(f"window has {len(window)} samples, Nx={Nx}; they must agree")
        return np.asarray(window)
    raise ParameterError(f"window={window!r} must be a name, a tuple, a number, a function or an array")


def _by_scipy(window: Window, length: int, fftbins: bool) -> np.ndarray:
    from scipy.signal import get_window as scipy_window

    try:
        return call(scipy_window, window, length, fftbins=fftbins, work=100 * length)
    except (TypeError, ValueError) as error:
        # scipy's versions differ in which of the two they raise.
        kind = DTypeError if isinstance(error, TypeError) else ParameterError
        raise kind(
            f"window={window!r}, Nx={length!r}: {error}; see scipy.signal.get_window for what there is"
        ) from error


def _by_name(name: str, length: int, *, periodic: bool) -> np.ndarray:
    """One of the windows in `_SHAPES`. The arithmetic is ordered as scipy's, so that no bit differs."""
    if length == 1:
        return np.ones(1)
    shape = _SHAPES[name]
    # A periodic window is a symmetric one that is longer by a sample, without its end.
    n = length + 1 if periodic else length
    if isinstance(shape, tuple):
        return cosine_sum(np.linspace(-np.pi, np.pi, n), shape)[:length]
    return _PLAIN[shape](n)[:length]


def cosine_terms(window: Window) -> tuple[float, ...] | None:
    """The coefficients of a window that is a sum of cosines; see `cosine_sum`."""
    shape = _SHAPES.get(window) if isinstance(window, str) else None
    return shape if isinstance(shape, tuple) else None


def cosine_sum(phase: np.ndarray, coefficients: tuple[float, ...]) -> np.ndarray:
    """A sum of cosines; `phase` is -pi at the window's beginning, 0 in the middle, pi at its end."""
    window = np.full(len(phase), coefficients[0])
    for k, coefficient in enumerate(coefficients[1:], start=1):
        window += coefficient * np.cos(k * phase)
    return window


def _bartlett(n: int) -> np.ndarray:
    ramp = 2.0 * np.arange(n, dtype=np.float64) / (n - 1)
    return np.where(np.arange(n) <= (n - 1) / 2.0, ramp, 2.0 - ramp)


def _triang(n: int) -> np.ndarray:
    count = np.arange(1, (n + 1) // 2 + 1, dtype=np.float64)
    if n % 2:
        rise = 2 * count / (n + 1.0)
        return np.concatenate((rise, rise[-2::-1]))
    rise = (2 * count - 1.0) / n
    return np.concatenate((rise, rise[::-1]))


_PLAIN: dict[str, Callable[[int], np.ndarray]] = {
    "boxcar": np.ones,
    "bartlett": _bartlett,
    "triang": _triang,
    "cosine": lambda n: np.sin(np.pi / n * (np.arange(n, dtype=np.float64) + 0.5)),
}


def __float_window(window_spec: Window) -> Callable[..., np.ndarray]:
    """Window as a function of a length that may be fractional: of its whole part, with a zero for the rest.

    Not public in librosa, but there for programs that use it.
    """

    def sample(n: float, *args: Any, **kwargs: Any) -> np.ndarray:
        whole = int(np.floor(n))
        return np.pad(get_window(window_spec, whole), (0, int(np.ceil(n)) - whole))

    return sample


@public
def window_bandwidth(window: Window, n: int = 1000) -> float:
    """Equivalent noise bandwidth of a window, in bins.

    Parameters
    ----------
    window : str, tuple, number, callable or array_like
        The window; see `get_window`.
    n : int, default 1000
        Length at which to measure it, if it is not in the table ``fastspec.filters.WINDOW_BANDWIDTHS``: those without
        parameters are, and any other that has been measured by name or number once.

    Returns
    -------
    float
        ``n * sum(w**2) / sum(w)**2``: 1 for a rectangle, the larger the wider the main lobe.

    References
    ----------
    .. [1] F. J. Harris, "On the use of windows for harmonic analysis with the discrete Fourier transform",
       Proceedings of the IEEE 66(1), 1978.

    Examples
    --------
    >>> import fastspec
    >>> round(fastspec.filters.window_bandwidth("hann"), 6)
    1.500183
    """
    key = getattr(window, "__name__", window)
    try:
        return WINDOW_BANDWIDTHS[key]
    except KeyError:
        keep = not callable(window)  # other functions may bear the same name
    except TypeError:  # samples, which have no hash
        keep = False
    samples = get_window(window, n)
    # The tiny term keeps a window that sums to zero from dividing by it.
    bandwidth: Any = n * np.sum(samples**2) / (np.sum(samples) ** 2 + tiny(samples))
    if keep:
        WINDOW_BANDWIDTHS[key] = bandwidth
    return bandwidth


@public
def window_sumsquare(
    *,
    window: Window,
    n_frames: int,
    hop_length: int = 512,
    win_length: int | None = None,
    n_fft: int = 2048,
    dtype: npt.DTypeLike = np.float32,
    norm: float | None = None,
) -> FloatArray:
    """Sum of the squares of overlapping windows: the gain that an inverse STFT divides out.

    Parameters
    ----------
    window : str, tuple, number, callable or array_like
        The window; see `get_window`.
    n_frames : int
        Number of windows.
    hop_length : int, default 512
        Samples from one window to the next.
    win_length : int, optional
        Length of the window, which is padded to `n_fft` on both sides. Default: `n_fft`.
    n_fft : int, default 2048
        Length of a frame.
    dtype : dtype_like, default float32
        Dtype in which the squares add up.
    norm : float or None, default None
        Norm to which the window is scaled first; see `normalize`.

    Returns
    -------
    np.ndarray [shape=(n_fft + hop_length * (n_frames - 1),)]
        The sums.

    Raises
    ------
    ParameterError
        If `win_length` exceeds `n_fft`, `hop_length` is not positive, or `n_frames` is negative.

    Examples
    --------
    >>> import fastspec
    >>> total = fastspec.filters.window_sumsquare(window="hann", n_frames=8, hop_length=2, n_fft=8)
    >>> total[8:14].round(6).tolist()
    [1.5, 1.5, 1.5, 1.5, 1.5, 1.5]
    """
    n_frames = as_index(n_frames, name="n_frames", minimum=0)
    hop_length = as_hop_length(hop_length)
    samples = get_window(window, n_fft if win_length is None else win_length)
    squares = pad_center(normalize(samples, norm=norm) ** 2, size=n_fft)
    n_samples = max(0, n_fft + hop_length * (n_frames - 1))
    return _overlap_add_repeated(squares, n_frames, hop_length, dtype).ravel()[:n_samples]


def _overlap_add_repeated(x: np.ndarray, n_frames: int, hop_length: int, dtype: npt.DTypeLike) -> np.ndarray:
    """Sums of `x` repeated every `hop_length` samples, as blocks of that length.

    Each sample adds its frames up in the order of time, as the plain loop over frames would: the same bits.
    """
    n_parts = -(-len(x) // hop_length)
    parts = np.zeros((n_parts, hop_length))
    parts.ravel()[: len(x)] = x
    # Once all parts overlap, every block is the same: further frames only repeat the block between.
    n_distinct = min(n_frames, n_parts)
    blocks = np.zeros((n_parts + n_distinct, hop_length), dtype=dtype)
    for k in reversed(range(n_parts)):
        target = blocks[k : k + n_distinct]
        np.add(target, parts[k], out=target, casting="unsafe")
    if n_frames > n_distinct:
        repeats = np.ones(len(blocks), dtype=np.intp)
        repeats[n_parts - 1] += n_frames - n_distinct
        blocks = np.repeat(blocks, repeats, axis=0)
    return blocks


@kept(64)
def lowest_sumsquare(window: bytes, n_fft: int, hop_length: int, n_frames: int, first: int, end: int) -> float:
    """The smallest of `window_sumsquare` from sample `first` to `end`: 0 where windows leave a gap.

    `window`: the bytes of float64 samples.
    """
    n_frames = min(n_frames, -(-end // hop_length))
    # In the middle, sums repeat themselves every hop: a few frames are as good as many.
    skipped = max(0, n_frames - 3 * -(-n_fft // hop_length))
    samples = np.frombuffer(window)
    sums = window_sumsquare(
        window=samples, n_frames=n_frames - skipped, hop_length=hop_length, win_length=len(samples), n_fft=n_fft,
        dtype=np.float64,
    )  # fmt: skip
    return float(np.min(sums[first : end - skipped * hop_length], initial=np.inf))

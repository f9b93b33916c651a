"""From constant-Q spectra back to samples: least squares, and Griffin and Lim's phases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import filters
from ..._engine.kept import kept
from ..._engine.spec import padding_of
from ..._gate.complaints import public
from ..._gate.samples import ParameterError, as_array, as_hop_length, as_index
from ...util._complex import phasor
from ...util.deprecation import Deprecated
from ...util.utils import dtype_c2r, fix_length, tiny
from ..audio._resampling import check_res_type
from ..spectrum._inverse import check_search, generator_of, real_dtype
from ._atoms import scales_of
from ._bins import Bins, bins_of, check_cutoff, check_sparsity, gains, librosa_rates
from ._correlation import AtomParameters, synthesize, transform

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..._front.windows import Window
    from ..._gate.kinds import FloatArray, PadName, Seed

_BLOCK = 1 << 16  # samples that stay in the cache from one operation to the next
_NOT_FINITE = "C is not finite everywhere; clean it with np.nan_to_num(C)"

# Signals of less than this are scaled before their squares are summed, and those of more than its inverse.
_LOW_POWER = 1e-12

# Atoms' spectra are taken to end this many main-lobe steps (sr / N_k) from their middle, and sampled this finely.
_REACH, _STEPS = 8, 8


@public
def icqt(
    C: np.ndarray,
    *,
    sr: float = 22050,
    hop_length: int = 512,
    fmin: float | None = None,
    bins_per_octave: int = 12,
    tuning: float = 0.0,
    filter_scale: float = 1,
    norm: float | None = 1,
    sparsity: float = 0.01,
    window: Window = "hann",
    scale: bool = True,
    length: int | None = None,
    res_type: str = "soxr_hq",
    dtype: npt.DTypeLike | None = None,
) -> FloatArray:
    """Inverse constant-Q transform: the signal whose `cqt` is nearest to the one given.

    It is found by a weighted sum of atoms, whose weights make up for how densely they cover time and frequency, and
    two steps of conjugate gradients. What no atom has seen cannot come back: above the last bin, below the first,
    and between frames, where the hop is longer than the atoms.

    Parameters
    ----------
    C : np.ndarray [shape=(..., n_bins, t)]
        Constant-Q spectra, as `cqt` makes them; real ones have phase 0.
    sr, hop_length, fmin, bins_per_octave, tuning, filter_scale, norm, window, scale
        As they were in `cqt`.
    sparsity : float, default 0.01
        Must lie in [0, 1); has no effect.
    length : int, optional
        Samples to return. Default: from the centre of the first frame to that of the last.
    res_type : str, default 'soxr_hq'
        A name that `fastspec.resample` knows; has no effect.
    dtype : real dtype, optional
        Of the result. Default: float64, also for complex64, as in librosa; with ``scale=False``, that of `C`.

    Returns
    -------
    np.ndarray [shape=(..., n)]
        Samples.

    Raises
    ------
    ParameterError
        If `C` is not finite or not (..., bins, frames), or an argument is out of its range, as in `cqt`.

    See Also
    --------
    cqt, griffinlim_cqt

    References
    ----------
    .. [1] J. W. Demmel, "Applied Numerical Linear Algebra", SIAM, 1997: conjugate gradients.
    .. [2] P. Balazs, M. Dörfler, F. Jaillet, N. Holighaus and G. Velasco, "Theory, implementation and applications of
       nonstationary Gabor frames", Journal of Computational and Applied Mathematics 236(6), 2011.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = fastspec.tone(440, sr=22050, duration=1.0)
    >>> C = fastspec.cqt(y, fmin=110.0, n_bins=48, hop_length=64)
    >>> found = fastspec.icqt(C, fmin=110.0, hop_length=64, length=len(y))
    >>> bool(np.linalg.norm((found - y)[2000:-2000]) < 0.01 * np.linalg.norm(y))
    True
    """
    C = _spectra(C)
    result = _result_dtype(dtype, C, scale)
    inversion = _inversion(
        hop_length, sparsity, scale, res_type, sr=sr, fmin=fmin, n_bins=C.shape[-2],
        bins_per_octave=bins_per_octave, tuning=tuning, filter_scale=filter_scale, norm=norm, window=window,
    )  # fmt: skip
    n_frames, n_work, n = inversion.extent(C.shape[-1], length)
    y = inversion.solve(C[..., :n_frames], n_work)
    return fix_length(y, size=n).astype(result, copy=False)


def _spectra(C: Any) -> np.ndarray:
    C = as_array(C, name="C")
    if C.ndim < 2 or C.shape[-1] == 0 or C.shape[-2] == 0:
        raise ParameterError(f"C.shape={C.shape} must be (..., bins, frames), with a bin and a frame at least")
    return C.astype(np.complex64 if C.dtype.itemsize <= 4 or C.dtype == np.complex64 else np.complex128, copy=False)


def _result_dtype(dtype: Any, C: np.ndarray, scale: bool) -> np.dtype:
    """The dtype that librosa returns: `dtype` if given; double if gains apply, for these are double; else C's."""
    if dtype is None:
        dtype = np.float64 if scale else dtype_c2r(C.dtype)
    return real_dtype(dtype)


@dataclass(frozen=True, eq=False)
class _Inversion:
    """Least squares with atoms of L1 norm 1: `factors` are what `cqt` multiplies their inner products with."""

    atoms: AtomParameters
    lengths: np.ndarray
    hop_length: int
    factors: np.ndarray
    weights: np.ndarray

    def extent(self, n_frames: int, length: int | None) -> tuple[int, int, int]:
        """Frames to use, samples to solve for, samples to return."""
        if not length:
            return n_frames, self.hop_length * n_frames - 1, self.hop_length * (n_frames - 1)
        length = as_index(length, name="length")
        if n_frames == 1 + length // self.hop_length:
            return n_frames, length, length
        # A signal of which the first part is wanted, or less than that: solve for all that these frames see.
        n_frames = min(n_frames, int(np.ceil((length + self.lengths.max()) / self.hop_length)))
        return n_frames, self.hop_length * n_frames - 1, length

    def analyse(self, y: np.ndarray, dtype: Any, factors: np.ndarray, pad_mode: str = "constant") -> np.ndarray:
        return transform(y, self.atoms, hop_length=self.hop_length, factors=factors, pad_mode=pad_mode, dtype=dtype)

    def add_up(self, C: np.ndarray, n_samples: int, factors: np.ndarray, out: Any = None) -> np.ndarray:
        """The weighted sum of atoms: where they cover time and frequency evenly, the solution."""
        dtype = np.dtype(np.float32 if C.dtype == np.complex64 else np.float64)
        return synthesize(
            C, self.atoms, hop_length=self.hop_length, factors=factors, n_samples=n_samples, dtype=dtype, out=out
        )

    def solve(self, C: np.ndarray, n_samples: int) -> np.ndarray:
        """The signal that minimises the sum of weights times squared errors of inner products, nearly."""
        y = self.add_up(C, n_samples, self.weights / self.factors)
        for channel in np.ndindex(y.shape[:-1]):
            self._refine(y[channel], C.dtype)
        return y

    def _refine(self, y: np.ndarray, dtype: np.dtype) -> None:
        """Two steps of conjugate gradients, in place, for normal equations whose right side is `y`.

        Of y and its residual if it were the solution, they find the best combination; here it is found at once.
        """
        power, peak = np.einsum("i,i->", y, y), 1.0
        if not _LOW_POWER < power < 1 / _LOW_POWER:  # so that no power is too large for float32, or too small
            peak = max(y.max(initial=0), -y.min(initial=0))
            if not np.isfinite(peak):
                raise ParameterError(_NOT_FINITE)
            if peak <= np.finfo(y.dtype).tiny:
                return
            y /= peak
            power = np.einsum("i,i->", y, y)
        ones = np.ones_like(self.weights)
        seen = self.analyse(y, dtype, ones)
        residual = self.add_up(seen, len(y), self.weights)
        np.subtract(y, residual, out=residual)
        rest_seen = self.analyse(residual, dtype, ones)
        own, other = self._energy(seen, seen), self._energy(rest_seen, rest_seen)
        shared = self._energy(seen, rest_seen)
        energies = np.array([[own, shared], [shared, other]])
        wanted = np.array([power, np.einsum("i,i->", y, residual)], dtype=np.float64)
        size = np.sqrt(np.maximum(np.diag(energies), np.finfo(np.float64).tiny))
        best = np.linalg.lstsq(energies / np.outer(size, size), wanted / size, rcond=1e-6)[0] / size * peak
        mine, correction = best.tolist()  # a float64 scalar would make NumPy work in float64
        for first in range(0, len(y), _BLOCK):
            part, rest = y[first : first + _BLOCK], residual[first : first + _BLOCK]
            part *= mine
            rest *= correction
            part += rest

    def _energy(self, a: np.ndarray, b: np.ndarray) -> float:
        """The weighted inner product, real, of two spectra; einsum's order of adding up is always the same."""
        numbers = (x.swapaxes(0, 1).view(x.real.dtype) for x in (a, b))
        return np.repeat(self.weights, 2) @ np.einsum("tk,tk->k", *numbers)


def _inversion(hop_length: int, sparsity: float, scale: Any, res_type: Any, **of_bins: Any) -> _Inversion:
    hop_length = as_hop_length(hop_length)
    check_sparsity(sparsity)
    bins = bins_of(**of_bins)
    check_cutoff(bins)
    rates = librosa_rates(bins, hop_length)
    if rates.decimates:
        check_res_type(res_type)
    factors = gains(bins, rates, bool(scale)) * _norm_ratios(bins)
    return _Inversion(replace(bins.atoms, norm=1), bins.lengths, hop_length, factors, _weights(bins.atoms, hop_length))


def _norm_ratios(bins: Bins) -> np.ndarray:
    """L1 norm over the norm that was asked for, of each atom's window."""
    if bins.atoms.norm == 1:
        return np.ones(len(bins))
    sizes = (np.floor(bins.lengths / 2) + np.ceil(bins.lengths / 2)).astype(int)
    of_norm, of_one = (scales_of(bins.atoms.window, sizes, norm) for norm in (bins.atoms.norm, 1))
    return of_norm / of_one


@kept(64)
def _weights(atoms: AtomParameters, hop_length: int) -> np.ndarray:
    """Weights that turn a sum of inner products times atoms, of L1 norm 1, into a signal of the right level.

    For atom a and the frame operator S, ``|a|^2 / <a, S a>``. Where frames are close enough, and so S is no more than
    a gain for each frequency, that is its inverse; where they are not, it gives the least error for a signal that is
    white around f_k. ``<a, S a>`` is a sum over all atoms of squared inner products at multiples of the hop: of the
    product of spectra, over time. The sum is taken as an integral, or as its middle term alone where this is more.
    """
    freqs = np.array(atoms.frequencies)
    lengths, _ = filters.wavelet_lengths(
        freqs=freqs, sr=atoms.sr, filter_scale=atoms.filter_scale, gamma=atoms.gamma, alpha=np.array(atoms.alpha)
    )
    offsets, spectrum = _window_spectrum(atoms.window)
    steps = atoms.sr / lengths
    near = np.arange(-_REACH * _STEPS, _REACH * _STEPS + 1) / _STEPS
    own = np.interp(near, offsets, spectrum)
    weights = np.empty(len(freqs))
    for k, (freq, step) in enumerate(zip(freqs, steps, strict=True)):
        others = np.flatnonzero(np.abs(freqs - freq) < _REACH * (step + steps))
        distance = (freq + near * step - freqs[others, np.newaxis]) / steps[others, np.newaxis]
        products = own * np.interp(distance, offsets, spectrum, left=0.0, right=0.0)
        width = step / _STEPS / atoms.sr
        middle = (products.sum(axis=1) * width) ** 2
        integral = (products**2).sum(axis=1) * width / hop_length
        weights[k] = np.sum(own**2) * width / np.maximum(middle, integral).sum()
    weights *= (
        2  # a real signal has half its amplitude at the frequencies of these atoms, and half at the negative ones
    )
    weights.flags.writeable = False
    return weights


def _window_spectrum(window: Any) -> tuple[np.ndarray, np.ndarray]:
    """The spectrum of a centred window of L1 norm 1, at frequencies in units of one over its length."""
    n, finer = 1000, 32
    samples = filters.get_window(window, n)
    spectrum = np.fft.fft(samples / np.abs(samples).sum(), n * finer)
    reach = 2 * _REACH * finer
    index = np.arange(-reach, reach + 1)
    return index / finer, (spectrum[index] * np.exp(1j * np.pi * index / finer)).real


@public
def griffinlim_cqt(
    C: np.ndarray,
    *,
    n_iter: int = 32,
    sr: float = 22050,
    hop_length: int = 512,
    fmin: float | None = None,
    bins_per_octave: int = 12,
    tuning: float = 0.0,
    filter_scale: float = 1,
    norm: float | None = 1,
    sparsity: float = 0.01,
    window: Window = "hann",
    scale: bool = True,
    pad_mode: PadName = "constant",
    res_type: str = "soxr_hq",
    dtype: npt.DTypeLike | None = None,
    length: int | None = None,
    momentum: float = 0.99,
    init: str | None = "random",
    rng: Seed | None = None,
    random_state: Any = Deprecated(),
) -> FloatArray:
    """A signal with given constant-Q magnitudes, its phases found by iteration.

    Parameters
    ----------
    C : np.ndarray [shape=(..., n_bins, t)], non-negative
        Magnitudes of a constant-Q transform. If they are complex, the phases that a round finds are turned by theirs.
    n_iter : int, default 32
        Rounds: to the time domain and back, keeping the phases that come out.
    sr, hop_length, fmin, bins_per_octave, tuning, filter_scale, norm, sparsity, window, scale, pad_mode, res_type
        As in `cqt`.
    dtype, length
        As in `icqt`.
    momentum : float >= 0, default 0.99
        0 gives the original algorithm; above 1 it may diverge.
    init : 'random' or None, default 'random'
        Whether phases start uniformly random or at zero.
    rng : None, int, Generator, RandomState, ..., optional
        What `numpy.random.default_rng` takes, or a RandomState.
    random_state
        Deprecated name of `rng`.

    Returns
    -------
    np.ndarray [shape=(..., n)]
        Samples.

    Raises
    ------
    ParameterError
        If `momentum` is negative, `init` unknown, or `length` does not go with the frames of `C`; as `icqt`.

    Warns
    -----
    UserWarning
        If `momentum` exceeds 1.
    FutureWarning
        If `random_state` is used.

    References
    ----------
    .. [1] D. W. Griffin and J. S. Lim, "Signal estimation from modified short-time Fourier transform",
       IEEE Trans. ASSP 32 (1984).
    .. [2] N. Perraudin, P. Balazs and P. L. Soendergaard, "A fast Griffin-Lim algorithm", WASPAA 2013.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = fastspec.tone(440, sr=22050, duration=0.5)
    >>> C = np.abs(fastspec.cqt(y, fmin=220.0, n_bins=24))
    >>> fastspec.griffinlim_cqt(C, fmin=220.0, n_iter=4, rng=0).shape
    (10752,)
    """
    generator = generator_of(rng, random_state)
    check_search(momentum, init)
    spectrum = _spectra(C)
    result = _result_dtype(dtype, spectrum, scale)
    padding_of(pad_mode)
    inversion = _inversion(
        hop_length, sparsity, scale, res_type, sr=sr, fmin=fmin, n_bins=spectrum.shape[-2],
        bins_per_octave=bins_per_octave, tuning=tuning, filter_scale=filter_scale, norm=norm, window=window,
    )  # fmt: skip
    _, n_work, n = inversion.extent(spectrum.shape[-1], length)
    if length and n_work != n:
        raise ParameterError(
            f"length={length} does not go with C.shape={spectrum.shape}; leave it out, or pad C to match"
        )
    magnitudes = (spectrum if np.iscomplexobj(C) else spectrum.real).copy()
    if not np.isfinite(magnitudes).all():
        raise ParameterError(_NOT_FINITE)
    if init == "random":
        turns = phasor(2 * np.pi * generator.random(size=spectrum.shape))
        spectrum = np.multiply(spectrum, turns, dtype=spectrum.dtype)  # a new one: complex magnitudes are the caller's
    spectrum = _find_phases(inversion, spectrum, magnitudes, n_work, pad_mode, n_iter, momentum / (1 + momentum))
    return fix_length(inversion.solve(spectrum, n_work), size=n).astype(result, copy=False)


def _find_phases(
    inversion: _Inversion, spectrum: Any, magnitudes: Any, n_samples: int, pad_mode: str, n_iter: int, momentum: float
) -> np.ndarray:
    """Rounds of the accelerated algorithm. The plain sum of atoms serves as inverse; later rounds correct it."""
    least = tiny(magnitudes)
    y = previous = None
    for _ in range(n_iter):
        y = inversion.add_up(spectrum, n_samples, inversion.weights / inversion.factors, out=y)
        rebuilt = inversion.analyse(y, spectrum.dtype, inversion.factors, pad_mode)
        spectrum = rebuilt.copy() if previous is None else rebuilt - momentum * previous
        spectrum /= np.maximum(np.abs(spectrum), least)
        spectrum *= magnitudes
        previous = rebuilt
    return spectrum

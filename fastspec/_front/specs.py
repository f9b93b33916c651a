"""From librosa's arguments to a `Spec`, once per set of arguments.

The caches make the second call of a kind cost a dictionary look-up; arrays in arguments (windows) enter as bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from inspect import unwrap
from math import isnan, log10
from typing import Any, NamedTuple

import numpy as np

from .._engine.kept import kept
from .._engine.spec import MOST_N_FFT, Framing, Levels, Spec, Spectrum, padding_of
from .._gate.complaints import warn
from .._gate.samples import DTypeError, ParameterError, as_hop_length, as_index, as_number, check_rate
from ..util.utils import pad_center
from .mel import mel, mel_range_complaint, mel_weights
from .windows import get_window

CACHED = 64


def window_key(window: Any, win_length: int) -> Any:
    """A hashable stand-in for a window: names, numbers and tuples as they are, samples as bytes."""
    if isinstance(window, str):
        return window
    if isinstance(window, tuple):
        try:
            hash(window)
        except TypeError:
            pass
        else:
            return window
    # Functions are called anew each time: what they return may change.
    samples = np.asarray(get_window(window, win_length))
    if samples.ndim != 1 or samples.dtype.kind not in "fiub":
        raise ParameterError(
            f"window has shape {samples.shape} and dtype {samples.dtype}; it must be one real sequence"
        )
    return samples.astype(np.float64).tobytes()


def padded_window(key: Any, win_length: int, n_fft: int) -> np.ndarray:
    window = np.frombuffer(key) if isinstance(key, bytes) else get_window(key, win_length)
    if len(window) > n_fft:
        raise ParameterError(f"win_length={len(window)} exceeds n_fft={n_fft}; use a larger n_fft or a shorter window")
    return pad_center(np.asarray(window, dtype=np.float64), size=n_fft)


class StftArguments(NamedTuple):
    """stft's own arguments, checked and hashable: the cache key of everything that starts with frames."""

    n_fft: int
    hop_length: int
    win_length: int
    window: str | tuple[Any, ...] | bytes
    center: bool
    pad_mode: str


def stft_arguments(
    n_fft: int, hop_length: int | None, win_length: Any, window: Any, center: bool, pad_mode: Any
) -> StftArguments:
    """Fill in librosa's defaults: windows as long as the FFT, hops of a quarter window."""
    try:
        if type(window) is str:
            return _checked_arguments(n_fft, hop_length, win_length, window, center, pad_mode)
    except TypeError:  # something cannot be hashed; the uncached call says what
        pass
    return _checked_arguments.__wrapped__(n_fft, hop_length, win_length, window, center, pad_mode)


@kept(CACHED, typed=True)
def _checked_arguments(
    n_fft: int, hop_length: int | None, win_length: Any, window: Any, center: bool, pad_mode: Any
) -> StftArguments:
    n_fft = as_index(n_fft, name="n_fft")
    if n_fft > MOST_N_FFT:
        raise ParameterError(f"n_fft={n_fft} exceeds {MOST_N_FFT}; use a smaller n_fft")
    win_length = n_fft if win_length is None else as_index(win_length, name="win_length")
    if hop_length is None:
        hop_length = win_length // 4
        if hop_length == 0:
            raise ParameterError(f"win_length={win_length} leaves a default hop_length of 0; give hop_length")
    return StftArguments(
        n_fft,
        as_hop_length(hop_length),
        win_length,
        window_key(window, win_length),
        bool(center),
        pad_mode if center else "constant",
    )


def spectrum_of(power: float | None) -> Spectrum:
    """What a frame becomes, by the exponent of its magnitude; None leaves complex numbers."""
    return Spectrum.COMPLEX if power is None else Spectrum.POWER if power == 2 else Spectrum.MAGNITUDE


@kept(CACHED)
def stft_spec(arguments: StftArguments, precision: int, spectrum: Spectrum) -> Spec:
    a = arguments
    return Spec(
        precision=precision,
        framing=Framing(a.n_fft, a.hop_length, a.n_fft // 2 if a.center else 0, padding_of(a.pad_mode)),
        spectrum=spectrum,
        window=padded_window(a.window, a.win_length, a.n_fft),
    )


@kept(CACHED)
def _mel_bank(arguments: tuple[Any, ...]) -> tuple[np.ndarray, str | None]:
    """The bank, and the warning that is due at every call."""
    return mel_weights(**{**unwrap(mel).__kwdefaults__, **dict(arguments)})


def hashable(arguments: Iterable[Any]) -> tuple[Any, ...]:
    """0-d arrays, which have no hash, as the numbers in them."""
    return tuple(value[()] if isinstance(value, np.ndarray) else value for value in arguments)


def key_of(options: dict[str, Any]) -> tuple[Any, ...]:
    """Keyword arguments as the key of a cache."""
    key = tuple(options.items())
    try:
        hash(key)
    except TypeError:
        key = tuple(zip(options, hashable(options.values()), strict=True))
    return key


def mel_bank(**arguments: Any) -> tuple[tuple[Any, ...], np.ndarray]:
    """`filters.mel` through the cache, with its warning. Returns the key, too."""
    key = tuple(arguments.items())
    try:
        bank, warning = _mel_bank(key)
    except TypeError:
        key, bank, warning = _mel_bank_of_any(arguments)
    if warning:
        warn(warning)
    return key, bank


def _mel_bank_of_any(arguments: dict[str, Any]) -> tuple[tuple[Any, ...], np.ndarray, str | None]:
    """The same if something has no hash, or is no argument of `mel`."""
    key = key_of(arguments)
    try:
        return key, *_mel_bank(key)
    except TypeError:
        return key, mel(**arguments), None  # the uncached call has the best error


def check_mel_range(sr: float, options: dict[str, Any]) -> None:
    """Raise for a range of frequencies that librosa's functions merely warn about; for our own functions."""
    fmin, fmax = (options.get(name) for name in ("fmin", "fmax"))
    check_rate(sr)
    for name, value in (("fmin", fmin), ("fmax", fmax)):
        if value is not None:
            as_number(value, name=name)
    if wrong := mel_range_complaint(sr, 0.0 if fmin is None else fmin, fmax):
        raise ParameterError(wrong)


def check_top_db(top_db: float | None) -> None:
    if top_db is not None and not as_number(top_db, name="top_db") >= 0:
        raise ParameterError(f"top_db={top_db} must be non-negative; use None for no floor")


def check_lifter(lifter: float) -> None:
    if not as_number(lifter, name="lifter") >= 0:
        raise ParameterError(f"lifter={lifter} must be a non-negative number; 0 for none")


def offset_of(ref: object, amin: float) -> float:
    """Decibels to add so that the power `ref` is at 0."""
    if isinstance(ref, str):
        raise DTypeError(f"ref={ref!r} must be a number or a function; for the loudest band pass np.max")
    power = as_number(ref, name="ref")
    if isnan(power):  # max(amin, nan) would hide it
        raise ParameterError(f"ref={ref} must be a power, for instance ref=1.0")
    return -10.0 * log10(max(amin, abs(power)))


@kept(CACHED)
def mel_spec(base: Spec, bank_key: tuple[Any, ...], levels: tuple[Any, ...] | None) -> Spec:
    """A mel bank on what `base` gives; `levels`: (multiplier, floor, offset)."""
    return replace(base, bank=_mel_bank(bank_key)[0], levels=Levels(*levels) if levels else None)


@kept(CACHED)
def given_spec(n_rows: int, precision: int) -> Spec:
    """How a plan on a spectrogram begins."""
    return Spec(precision, Framing(n_rows, 1, 0), Spectrum.GIVEN)


def cepstrum_spec(*arguments: Any) -> Spec:
    """The first rows of a DCT, liftered, on levels that are there already; arguments are those of `_cepstrum_spec`."""
    try:
        return _cepstrum_spec(*arguments)
    except TypeError:
        return _cepstrum_spec(*hashable(arguments))


@kept(CACHED)
def _cepstrum_spec(n_bands: int, n_mfcc: int, precision: int, dct_type: int, norm: str | None, lifter: float) -> Spec:
    matrix = liftered(dct_matrix(n_bands, dct_type, norm)[:n_mfcc], np.arange(1, 1 + n_mfcc), lifter)
    return replace(given_spec(n_bands, precision), matrix=matrix)


def liftered(rows: np.ndarray, places: np.ndarray, lifter: float) -> np.ndarray:
    """Coefficients (..., n, t) at these places, or the rows of a DCT that makes them, weighted."""
    return rows * lifter_of(places, lifter)[:, np.newaxis] if lifter > 0 else rows


def lifter_of(places: np.ndarray, lifter: float) -> np.ndarray:
    """What coefficients at these places are multiplied by."""
    return 1 + lifter / 2 * np.sin(np.pi * places / lifter)


def dct_matrix(n: int, dct_type: int, norm: str | None) -> np.ndarray:
    """The matrix of scipy.fft.dct(x, type, norm) in float64. Types 2 and 3 need no scipy, slow to import."""
    if dct_type not in (2, 3) or norm not in (None, "ortho"):
        import scipy.fft

        return scipy.fft.dct(np.eye(n), axis=0, type=dct_type, norm=norm)
    matrix = dct_rows(n, n, norm)
    if dct_type == 3:
        matrix = matrix.T.copy()
        if norm is None:
            matrix[:, 0] *= 0.5
    return matrix


def dct_rows(n: int, n_rows: int, norm: str | None) -> np.ndarray:
    """Rows of a DCT-II, more than `n` of them if asked for: those beyond are mirrored ones."""
    # cos(pi k (2 i + 1) / 2n), its angle brought into one period as integers
    rows = 2 * np.cos(np.pi / (2 * n) * (np.outer(np.arange(n_rows), 2 * np.arange(n) + 1) % (4 * n)))
    if norm == "ortho":
        rows *= np.sqrt(0.5 / n)
        rows[0] *= np.sqrt(0.5)
    return rows

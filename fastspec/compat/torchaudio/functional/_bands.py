"""Filter banks, the DCT, and decibels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ...._engine import foreign as _foreign
from ...._front import given
from ...._front.banks import triangular_bank
from ...._front.specs import dct_rows
from ...._gate.complaints import both, warn
from ...._gate.samples import ParameterError, as_index, as_number
from ..._peer import peer

if TYPE_CHECKING:
    import numpy.typing as npt

# A bank of more is a mistake.
_MOST_WEIGHTS = 2**30


@peer(ValueError)
def melscale_fbanks(
    n_freqs: int,
    f_min: float,
    f_max: float,
    n_mels: int,
    sample_rate: int,
    norm: Literal["slaney"] | None = None,
    mel_scale: str = "htk",
) -> np.ndarray:
    """Triangular filters, equally spaced in mels, on bins from 0 to ``sample_rate // 2``.

    Parameters
    ----------
    n_freqs : int
        Number of bins.
    f_min, f_max : float
        Range in Hz, which may exceed the bins'.
    n_mels : int
        Number of bands.
    sample_rate : int
        Sampling rate in Hz.
    norm : 'slaney' or None, default None
        Bands of equal areas, or of height 1.
    mel_scale : {'htk', 'slaney'}, default 'htk'
        The scale.

    Returns
    -------
    np.ndarray [shape=(n_freqs, n_mels)], float32
        Weights.

    Raises
    ------
    ParameterError
        If an argument breaks its rule.

    Warns
    -----
    UserWarning
        If a band falls between two bins, so that its weights are 0.

    Examples
    --------
    >>> from fastspec.compat.torchaudio import functional as F
    >>> F.melscale_fbanks(201, 0.0, 8000.0, 40, 16000).shape
    (201, 40)
    """
    if norm not in (None, "slaney"):
        raise ParameterError(f"norm={norm!r} must be None or 'slaney'")
    if mel_scale not in ("htk", "slaney"):
        raise ParameterError(f"mel_scale={mel_scale!r} must be 'htk' or 'slaney'")
    n_mels = as_index(n_mels, name="n_mels")
    _check_weights(as_index(n_freqs, name="n_freqs"), n_mels, "n_freqs, n_mels")
    bank = _on_bins(n_freqs, f_min, f_max, n_mels, sample_rate, scale=mel_scale, norm=norm)
    if not _foreign.call(bank.any, axis=0, work=2 * bank.size).all():
        warn(f"some of n_mels={n_mels} bands have no bin among n_freqs={n_freqs}; use fewer bands or a larger n_fft")
    return bank


@peer(ValueError)
def linear_fbanks(n_freqs: int, f_min: float, f_max: float, n_filter: int, sample_rate: int) -> np.ndarray:
    """Triangular filters, equally spaced in Hz, on bins from 0 to ``sample_rate // 2``.

    Parameters
    ----------
    n_freqs : int
        Number of bins.
    f_min, f_max : float
        Range in Hz, which may exceed the bins'.
    n_filter : int
        Number of bands.
    sample_rate : int
        Sampling rate in Hz.

    Returns
    -------
    np.ndarray [shape=(n_freqs, n_filter)], float32
        Weights.

    Raises
    ------
    ParameterError
        If an argument breaks its rule.

    Examples
    --------
    >>> from fastspec.compat.torchaudio import functional as F
    >>> F.linear_fbanks(201, 0.0, 8000.0, 40, 16000).shape
    (201, 40)
    """
    n_filter = as_index(n_filter, name="n_filter")
    _check_weights(as_index(n_freqs, name="n_freqs"), n_filter, "n_freqs, n_filter")
    return _on_bins(n_freqs, f_min, f_max, n_filter, sample_rate, scale="linear", norm=None)


def _check_weights(n_rows: int, n_columns: int, names: str) -> None:
    if n_rows * n_columns > _MOST_WEIGHTS:
        raise ParameterError(f"{names}: {n_rows} x {n_columns} weights are too many; use smaller numbers")


def _on_bins(
    n_freqs: int, f_min: Any, f_max: Any, n_bands: int, sample_rate: float, *, scale: str, norm: str | None
) -> np.ndarray:
    f_min, f_max = as_number(f_min, name="f_min"), as_number(f_max, name="f_max")
    lowest = -700 if scale == "htk" else -np.inf
    if not lowest < f_min < f_max < np.inf:
        raise ParameterError(f"f_min={f_min} must be below f_max={f_max}, both finite; for instance f_min=0.0")
    if not 0 < as_number(sample_rate, name="sample_rate") < np.inf:
        raise ParameterError(f"sample_rate={sample_rate} must be a positive number")
    freqs = np.linspace(0, sample_rate // 2, n_freqs)
    with np.errstate(all="ignore"):  # of edges that are equal, or next to it
        bank = _foreign.call(
            triangular_bank, freqs, f_min, f_max, n_bands, scale=scale, norm=norm, work=20 * n_freqs * n_bands
        )
    if not np.isfinite(bank).all():
        raise ParameterError(f"f_min={f_min}, f_max={f_max} are too close for bands between them; use a wider range")
    return _transposed(bank)


def _transposed(rows: np.ndarray) -> np.ndarray:
    return _foreign.call(np.ascontiguousarray, rows.T, np.float32, work=10 * rows.size)


@peer(ValueError)
def create_dct(n_mfcc: int, n_mels: int, norm: Literal["ortho"] | None) -> np.ndarray:
    """The matrix of a DCT-II: ``levels.T @ create_dct(...)`` are coefficients.

    Parameters
    ----------
    n_mfcc : int
        Number of coefficients.
    n_mels : int
        Number of bands.
    norm : 'ortho' or None
        Orthonormal, or twice the cosines.

    Returns
    -------
    np.ndarray [shape=(n_mels, n_mfcc)], float32
        Cosines.

    Raises
    ------
    ParameterError
        If an argument breaks its rule.

    Examples
    --------
    >>> from fastspec.compat.torchaudio import functional as F
    >>> F.create_dct(2, 3, None).T.round(3).tolist()
    [[2.0, 2.0, 2.0], [1.7319999933242798, 0.0, -1.7319999933242798]]
    """
    if norm not in (None, "ortho"):
        raise ParameterError(f"norm={norm!r} must be 'ortho' or None")
    n_mfcc, n_mels = as_index(n_mfcc, name="n_mfcc"), as_index(n_mels, name="n_mels")
    _check_weights(n_mfcc, n_mels, "n_mfcc, n_mels")
    return _transposed(_foreign.call(dct_rows, n_mels, n_mfcc, norm, work=50 * n_mfcc * n_mels))


@peer(RuntimeError)
def amplitude_to_DB(
    x: npt.ArrayLike, multiplier: float, amin: float, db_multiplier: float, top_db: float | None = None
) -> np.ndarray:
    """Decibels: ``multiplier * (log10(max(x, amin)) - db_multiplier)``.

    Parameters
    ----------
    x : array_like
        Powers or magnitudes; with `top_db`, (..., channels, bins, frames), (channels, bins, frames) or (bins, frames).
    multiplier : float
        10 for powers, 20 for magnitudes.
    amin : float > 0
        Smaller numbers count as this much.
    db_multiplier : float
        ``log10`` of what is to be at 0 dB.
    top_db : float, optional
        Nothing ends up more than this below the highest number of a clip: of channels, bins and frames. So two and
        three dimensions are one clip, and axes before them count clips.

    Returns
    -------
    np.ndarray [shape as `x`]
        Decibels. NaN stays where it is.

    Raises
    ------
    ParameterError
        If `amin` is not positive; it is a ValueError and a RuntimeError, and an IndexError for fewer than two
        dimensions with `top_db`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.torchaudio import functional as F
    >>> F.amplitude_to_DB(np.array([[1.0, 0.1, 0.0]]), 10.0, 1e-10, 0.0, top_db=80.0).tolist()
    [[0.0, -10.0, -80.0]]
    """
    x = given.as_floats(x, name="x")
    if not as_number(amin, name="amin") > 0:
        raise ParameterError(f"amin={amin} must be strictly positive; use for instance amin=1e-10")
    numbers = {"multiplier": multiplier, "db_multiplier": db_multiplier, "top_db": top_db}
    for name, value in numbers.items():
        if value is not None and not np.isfinite(as_number(value, name=name)):
            raise ParameterError(f"{name}={value} must be finite")
    if not multiplier > 0:
        raise ParameterError(f"multiplier={multiplier} must be positive; 10 for powers, 20 for magnitudes")
    if top_db is not None and x.ndim < 2:
        raise both(ParameterError, IndexError)(f"x.shape={x.shape} must be (..., bins, frames) for top_db={top_db}")
    shift = -float(multiplier) * float(db_multiplier)
    return given.levels(
        x, multiplier=float(multiplier), floor=float(amin), shift=shift, top=top_db, clip_ndim=min(x.ndim, 3)
    )


@peer(RuntimeError)
def DB_to_amplitude(x: npt.ArrayLike, ref: float, power: float) -> np.ndarray:
    """From decibels back: ``ref * (10 ** (x / 10)) ** power``.

    Parameters
    ----------
    x : array_like
        Decibels.
    ref : float
        What is at 0 dB.
    power : float
        1 for powers, 0.5 for magnitudes.

    Returns
    -------
    np.ndarray [shape as `x`]
        Powers or magnitudes.

    Raises
    ------
    DTypeError
        If an argument is no number.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.torchaudio import functional as F
    >>> F.DB_to_amplitude(np.array([0.0, -20.0]), 1.0, 0.5).round(6).tolist()
    [1.0, 0.1]
    """
    x = given.as_floats(x, name="x")
    return given.from_levels(x, as_number(ref, name="ref"), as_number(power, name="power"))

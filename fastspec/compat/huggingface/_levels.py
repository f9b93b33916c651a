"""Decibels."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..._gate.samples import ParameterError, as_array, as_number
from ...core import spectrum
from .._peer import peer


@peer()
def power_to_db(
    spectrogram: npt.ArrayLike, reference: float = 1.0, min_value: float = 1e-10, db_range: float | None = None
) -> np.ndarray:
    """Decibels of powers, ``10 log10(spectrogram / reference)``.

    Parameters
    ----------
    spectrogram : array_like
        Powers.
    reference : float > 0, default 1.0
        The power of 0 dB, `min_value` at least.
    min_value : float > 0, default 1e-10
        Smaller powers count as this much.
    db_range : float > 0, optional
        Nothing ends up more than this below the highest value of all.

    Returns
    -------
    np.ndarray [shape=spectrogram.shape]
        float64.

    Raises
    ------
    ParameterError
        If an option is not positive. A ValueError.

    Examples
    --------
    >>> from fastspec.compat import huggingface
    >>> huggingface.power_to_db([1.0, 0.01, 0.0], db_range=80.0).tolist()
    [0.0, -20.0, -80.0]
    """
    return _decibels(spectrogram, 1, reference, min_value, db_range, None)


@peer()
def power_to_db_batch(
    spectrogram: npt.ArrayLike, reference: float = 1.0, min_value: float = 1e-10, db_range: float | None = None
) -> np.ndarray:
    """Decibels of powers of many clips, each with a peak of its own.

    Parameters
    ----------
    spectrogram : array_like [shape=(clips, rows, frames)]
        Powers.
    reference, min_value, db_range : float
        As in `power_to_db`, the highest value being that of the clip.

    Returns
    -------
    np.ndarray [shape=spectrogram.shape]
        float64.

    Raises
    ------
    ParameterError
        If an option is not positive, or with `db_range` if there are not three axes. A ValueError.

    Examples
    --------
    >>> from fastspec.compat import huggingface
    >>> huggingface.power_to_db_batch([[[1.0, 1e-5]], [[0.01, 1e-5]]], db_range=30.0).tolist()
    [[[0.0, -30.0]], [[-20.0, -50.0]]]
    """
    return _decibels(spectrogram, 1, reference, min_value, db_range, (1, 2))


@peer()
def amplitude_to_db(
    spectrogram: npt.ArrayLike, reference: float = 1.0, min_value: float = 1e-5, db_range: float | None = None
) -> np.ndarray:
    """Decibels of amplitudes, ``20 log10(spectrogram / reference)``.

    Parameters
    ----------
    spectrogram : array_like
        Amplitudes.
    reference : float > 0, default 1.0
        The amplitude of 0 dB, `min_value` at least.
    min_value : float > 0, default 1e-5
        Smaller amplitudes count as this much.
    db_range : float > 0, optional
        Nothing ends up more than this below the highest value of all.

    Returns
    -------
    np.ndarray [shape=spectrogram.shape]
        float64.

    Raises
    ------
    ParameterError
        If an option is not positive. A ValueError.

    Examples
    --------
    >>> from fastspec.compat import huggingface
    >>> huggingface.amplitude_to_db([1.0, 0.1, 0.0]).tolist()
    [0.0, -20.0, -100.0]
    """
    return _decibels(spectrogram, 2, reference, min_value, db_range, None)


@peer()
def amplitude_to_db_batch(
    spectrogram: npt.ArrayLike, reference: float = 1.0, min_value: float = 1e-5, db_range: float | None = None
) -> np.ndarray:
    """Decibels of amplitudes of many clips, each with a peak of its own.

    Parameters
    ----------
    spectrogram : array_like [shape=(clips, rows, frames)]
        Amplitudes.
    reference, min_value, db_range : float
        As in `amplitude_to_db`, the highest value being that of the clip.

    Returns
    -------
    np.ndarray [shape=spectrogram.shape]
        float64.

    Raises
    ------
    ParameterError
        If an option is not positive, or with `db_range` if there are not three axes. A ValueError.

    Examples
    --------
    >>> from fastspec.compat import huggingface
    >>> huggingface.amplitude_to_db_batch([[[1.0, 1e-5]], [[0.1, 1e-5]]], db_range=30.0).tolist()
    [[[0.0, -30.0]], [[-20.0, -50.0]]]
    """
    return _decibels(spectrogram, 2, reference, min_value, db_range, (1, 2))


def _decibels(spectrogram: Any, factor: int, reference: Any, min_value: Any, db_range: Any, axes: Any) -> np.ndarray:
    S = as_array(spectrogram, name="spectrogram", kinds="fiub")
    reference, min_value, db_range = checked_levels(reference, min_value, db_range)
    if db_range is not None and axes and S.ndim != 3:
        raise ParameterError(f"spectrogram.shape={S.shape} must have three axes: clips, rows and frames")
    if db_range is not None and not S.size:
        raise ParameterError(f"spectrogram.shape={S.shape} is empty and has no peak; use db_range=None")
    # Decibels of amplitudes are twice those of powers, and end twice as far below the peak.
    top = None if db_range is None else db_range / factor
    levels = spectrum.power_to_db(S.astype(np.float64), ref=reference, amin=min_value, top_db=top, axes=axes)
    return levels if factor == 1 else levels * factor


def checked_levels(reference: Any, min_value: Any, db_range: Any) -> tuple[float, float, float | None]:
    """The options of decibels as numbers; the reference is no less than the smallest value."""
    named = {"reference": reference, "min_value": min_value} | ({} if db_range is None else {"db_range": db_range})
    for name, value in named.items():
        if not 0 < as_number(value, name=name) < np.inf:
            raise ParameterError(f"{name}={value} must be a positive number; use for instance {name}=1.0")
    return max(float(reference), float(min_value)), float(min_value), None if db_range is None else float(db_range)

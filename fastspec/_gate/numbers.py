"""The gate for arguments that are numbers or names rather than audio, and the way back to names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from reprlib import repr as short
from typing import Any, TypeVar

import numpy as np

from .samples import DTypeError, ParameterError

V = TypeVar("V")

_NOT_NUMBERS = "USVMmO"  # dtype kinds: text, bytes, records, dates, spans of time, objects
AS_THEY_ARE = [np.dtype(np.float64), np.dtype(np.int64), np.dtype(np.float32)]


class UnknownNameError(ParameterError, KeyError):
    """A name that is not in a table. Also the `KeyError` that a bare look-up would give."""

    __str__ = Exception.__str__  # KeyError would show the message in quotes


def numbers_of(value: Any, name: str) -> np.ndarray:
    """`value` as an array (subclasses pass through), or a `DTypeError` for what holds no numbers.

    Narrow integers are widened to int64: a hop of 512 overflows int16 after 63 frames.
    """
    try:
        numbers = np.asanyarray(value)
    except ValueError:
        raise DTypeError(f"{name}={short(value)} is ragged; pass rows of one length") from None
    if value is None or numbers.dtype.kind in _NOT_NUMBERS:
        raise DTypeError(f"{name}={short(value)} ({numbers.dtype}) holds no numbers; pass one number or many")
    if numbers.dtype.kind in "iu" and numbers.dtype.itemsize < 8:
        return numbers.astype(np.int64)
    return numbers


def nonzero(value: Any, name: str) -> Any:
    """`value`, unless it is a zero that would end up as a divisor."""
    if type(value) is int and value:
        return value
    if isinstance(value, (complex, np.complexfloating, str, bytes)):
        raise DTypeError(f"{name}={value!r} is a divisor and must be a real number")
    if (isinstance(value, (int, float)) or np.ndim(value) == 0) and value == 0:
        raise ParameterError(f"{name}={value!r} is a divisor and must not be zero; pass a positive {name}")
    return value


def look_up(table: Mapping[Any, V], key: object, *, name: str) -> V:
    """``table[key]``, or an error that lists what there is."""
    try:
        return table[key]
    except KeyError:
        known = ", ".join(str(known) for known in table)
        raise UnknownNameError(f"{name}={key!r} is not known; use one of {known}") from None


def spell(keys: np.ndarray, name_of: Callable[[float], str], *, like: Any) -> str | np.ndarray:
    """``name_of`` of each key, worked out once for each distinct one; "" where the key is not finite.

    The result is a `str` if `like`, the caller's argument, is a scalar, else an array of its shape and memory order.
    """
    distinct, where = np.unique(np.ravel(keys), return_inverse=True)
    names = [name_of(key) if np.isfinite(key) else "" for key in distinct.tolist()]
    spelled = np.array(names, dtype=np.str_)[where].reshape(np.shape(keys))
    if np.isscalar(like):
        return spelled.item()
    ordered = np.empty_like(like, dtype=spelled.dtype)
    ordered[...] = spelled
    return ordered

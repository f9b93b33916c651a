"""The gate: complaints about signals and whole numbers are raised here, about framing in `_spec`, the rest where it is used.

A message reads ``name=value``, the rule, the related value, the way out. What has passed the gate
is safe to hand to C.
"""

from __future__ import annotations

import operator

import numpy as np


class LibrosaError(Exception):
    """Root of librosa's exception names, so that ``except`` clauses written for librosa work."""


class ParameterError(LibrosaError, ValueError):
    """An argument breaks its rule. Also a `ValueError`, which librosa's own class is not."""


class DTypeError(ParameterError, TypeError):
    """An argument has a type or dtype that cannot be used here."""


# What the kernels compute in.
_WORKING_DTYPES = (np.dtype(np.float32), np.dtype(np.float64))

# Integers that the kernels read, as `pcm_to_float` has them.
PCM_DTYPES = frozenset(map(np.dtype, (np.uint8, np.int8, np.uint16, np.int16, np.int32)))


def as_samples(y, *, name: str = "y", pcm: bool = False) -> np.ndarray:
    """Check audio as librosa does, except for finiteness, which the kernels look for as they read.

    With `pcm`, integers of `PCM_DTYPES` are audio, too. Returns the same array, or a native-endian, aligned copy where
    C could not read the original.
    """
    if type(y) is np.ndarray and y.dtype in _WORKING_DTYPES and y.ndim and y.flags.aligned:
        return y  # nearly always: nothing to check and nothing to convert
    if not isinstance(y, np.ndarray):
        raise DTypeError(f"{name} is {type(y).__name__}, not a numpy.ndarray; use np.asarray({name}, dtype=np.float32)")
    if type(y) is not np.ndarray and isinstance(y, np.ma.MaskedArray):  # numpy.ma is slow to import
        raise DTypeError(f"{name} is a masked array; fill it first, for instance {name}.filled(0)")
    is_pcm = pcm and y.dtype.newbyteorder("=") in PCM_DTYPES
    if y.dtype.kind != "f" and not is_pcm:
        raise DTypeError(f"{name}.dtype={y.dtype} is not floating-point; {_dtype_way_out(y.dtype, name)}")
    if y.ndim == 0:
        raise ParameterError(f"{name}.shape=() has no sample axis; audio is at least one-dimensional")
    if is_pcm:
        return y if y.dtype.isnative and y.flags.aligned else y.astype(y.dtype.newbyteorder("="))
    if y.dtype.itemsize not in (4, 8) or not (y.dtype.isnative and y.flags.aligned):
        # Beyond double precision librosa's tables end, and their default is single.
        return y.astype(np.float32 if y.itemsize > 8 else working_dtype(y.dtype))
    return y


def _dtype_way_out(dtype: np.dtype, name: str) -> str:
    if dtype.newbyteorder("=") in PCM_DTYPES:
        return f"convert with fastspec.pcm_to_float({name})"
    if dtype.kind in "iu":
        return f"divide by its full scale, or use fastspec.pcm_to_float({name}.astype(np.int16)) if 16 bits hold it"
    if dtype.kind == "c":
        return f"audio is real, pass {name}.real"
    return f"pass real floating-point samples, for instance {name}.astype(np.float32)"


def working_dtype(dtype) -> np.dtype:
    """The precision that computes: float32 for float16 and float32, float64 for the wider ones."""
    return _WORKING_DTYPES[np.dtype(dtype).itemsize > 4]


def as_index(value, *, name: str, minimum: int = 1) -> int:
    """An integer argument, through `operator.index`, not smaller than `minimum`."""
    if type(value) is int and value >= minimum:
        return value
    try:
        number = operator.index(value)
    except TypeError:
        raise DTypeError(f"{name}={value!r} must be an integer; {type(value).__name__} is not accepted") from None
    if number < minimum or isinstance(value, (bool, np.bool_)):
        raise ParameterError(
            f"{name}={value!r} must be {'a positive integer' if minimum == 1 else f'at least {minimum}'}"
        )
    return number


def whole(value):
    """A float that is a whole number as an `int`; anything else as it is."""
    return int(value) if isinstance(value, (float, np.floating)) and value.is_integer() else value


def first_nonfinite(y: np.ndarray, *, name: str = "y") -> ParameterError:
    """The error for audio that holds NaN or infinity, naming the first place."""
    where = tuple(int(i) for i in np.argwhere(~np.isfinite(y))[0])
    index = ", ".join(map(str, where))
    return ParameterError(
        f"{name}[{index}] is {y[where]}: the audio buffer is not finite everywhere; clean it with np.nan_to_num({name})"
    )

"""The gate: complaints about signals and numbers. Framing has its own in `_engine/spec.py`.

A message reads ``name=value``, the rule, the related value, the way out. What has passed the gate
is safe to hand to C.
"""

from __future__ import annotations

import math
import operator
from reprlib import repr as short
from typing import Any

import numpy as np


class LibrosaError(Exception):
    """Root of librosa's exception names, so that ``except`` clauses written for librosa work."""


class ParameterError(LibrosaError, ValueError):
    """An argument breaks its rule. Also a `ValueError`, which librosa's own class is not."""


class DTypeError(ParameterError, TypeError):
    """An argument has a type or dtype that cannot be used here."""


# What the kernels compute in.
_WORKING_DTYPES = (np.dtype(np.float32), np.dtype(np.float64))

MOST_INDEX = int(np.iinfo(np.intp).max)

# Integers that the kernels read, as `pcm_to_float` has them.
PCM_DTYPES = frozenset(map(np.dtype, (np.uint8, np.int8, np.uint16, np.int16, np.int32)))


def as_samples(y: Any, *, name: str = "y", pcm: bool = False) -> np.ndarray:
    """Check audio as librosa does, except for finiteness, which the kernels look for as they read.

    With `pcm`, integers of `PCM_DTYPES` are audio, too. Returns the same array, or a native-endian, aligned copy where
    C could not read the original.
    """
    if type(y) is np.ndarray and y.dtype in _WORKING_DTYPES and y.ndim and y.flags.aligned:
        return y  # nearly always: nothing to check and nothing to convert
    if not isinstance(y, np.ndarray):
        if not hasattr(y, "__dlpack__"):
            kind = type(y).__name__
            raise DTypeError(f"{name} is {kind}, not a numpy.ndarray; use np.asarray({name}, dtype=np.float32)")
        y = from_dlpack(y, name=name)
    refuse_mask(y, name=name)
    is_pcm = pcm and y.dtype.newbyteorder("=") in PCM_DTYPES
    if y.dtype.kind != "f" and not is_pcm:
        raise DTypeError(f"{name}.dtype={y.dtype} is not floating-point; {_dtype_way_out(y.dtype, name)}")
    if y.ndim == 0:
        raise ParameterError(f"{name}.shape=() has no sample axis; audio is at least one-dimensional")
    if is_pcm:
        return y if y.dtype.isnative and y.flags.aligned else y.astype(y.dtype.newbyteorder("="))
    if y.dtype.itemsize not in (4, 8) or not (y.dtype.isnative and y.flags.aligned):
        # librosa's tables of dtypes end at double precision; anything beyond becomes single.
        return y.astype(np.float32 if y.itemsize > 8 else working_dtype(y.dtype))
    return y


def from_dlpack(x: Any, *, name: str) -> np.ndarray:
    """The memory of a tensor, without a copy: torch's, or that of any other library with DLPack, on the CPU."""
    if getattr(x, "requires_grad", False):
        raise DTypeError(f"{name} requires grad, which cannot be followed here; pass {name}.detach()")
    device = getattr(x, "device", None)
    kind = getattr(device, "type", device if isinstance(device, str) else "cpu")
    if kind != "cpu":
        raise DTypeError(f"{name} is on {device}, and arrays are read by the CPU; pass {name}.cpu()")
    # The imaginary part of a conjugate, for instance, has torch's mark that the signs in memory are yet to be turned.
    for resolve in ("resolve_conj", "resolve_neg"):
        x = getattr(x, resolve)() if hasattr(x, resolve) else x
    try:
        return np.from_dlpack(x)
    except (BufferError, RuntimeError, TypeError, ValueError) as error:
        dtype = getattr(x, "dtype", None)
        kind = f"{type(x).__name__} of {dtype}" if dtype is not None else type(x).__name__
        raise DTypeError(
            f"{name} is {kind} and cannot be read: {str(error).rstrip('.')}; pass {name} as float32"
        ) from None


def refuse_mask(x: Any, *, name: str) -> None:
    """Raise for masked arrays: the values under the mask would count."""
    # numpy.ma is slow to import
    if type(x) is not np.ndarray and isinstance(x, np.ndarray) and isinstance(x, np.ma.MaskedArray):
        raise DTypeError(f"{name} is a masked array; fill it first, for instance {name}.filled(0)")


def as_array(x: Any, *, name: str, subok: bool = False, kinds: str = "fciub") -> np.ndarray:
    """`np.asarray` (or, with `subok`, `np.asanyarray`) of what holds numbers: no text, dates, objects, or masks."""
    if type(x) is not np.ndarray:
        refuse_mask(x, name=name)
        if hasattr(x, "__dlpack__") and not isinstance(x, (np.ndarray, np.generic)):
            x = from_dlpack(x, name=name)
        try:
            x = np.asanyarray(x) if subok else np.asarray(x)
        except ValueError:
            raise DTypeError(f"{name}={short(x)} is ragged; pass rows of one length, or one row at a time") from None
    if x.dtype.kind in kinds:
        return x
    if x.dtype.kind == "c":
        raise DTypeError(f"{name}.dtype={x.dtype} is complex where real numbers are meant; pass np.abs({name})")
    what = f"{name}.dtype={x.dtype}" if x.ndim else f"{name}={short(x[()])} ({x.dtype})"
    raise DTypeError(f"{what} holds no numbers; pass real or complex ones, for instance {name}.astype(np.float32)")


def _dtype_way_out(dtype: np.dtype, name: str) -> str:
    if dtype.newbyteorder("=") in PCM_DTYPES:
        return f"convert with fastspec.pcm_to_float({name})"
    if dtype.kind in "iu":
        return f"divide by its full scale, or use fastspec.pcm_to_float({name}.astype(np.int16)) if 16 bits hold it"
    if dtype.kind == "c":
        return f"audio is real, pass {name}.real"
    return f"pass real floating-point samples, for instance {name}.astype(np.float32)"


def check_magnitudes(S: np.ndarray | None, what: str) -> None:
    """Raise for complex and negative values: a distribution of energy has none."""
    if S is None:
        return
    if not np.isrealobj(S):
        raise ParameterError(f"S.dtype={S.dtype} is complex; {what} is defined for magnitudes, pass np.abs(S)")
    lowest = S.min() if S.size else 0
    # The minimum of an array with NaN is NaN, whatever else is in it.
    if lowest < 0 or (lowest != lowest and np.any(S < 0)):
        raise ParameterError(f"S.min()={lowest} is negative; {what} is defined for magnitudes, pass np.abs(S)")


# An axis longer than this is not one of channels.
_MOST_CHANNELS_LAST = 8


def channels_last(y: np.ndarray, n_fft: int, *, name: str = "y") -> str:
    """A hint for audio whose axes are probably swapped (channels last); "" if they are not."""
    if y.ndim == 2 and y.shape[1] <= _MOST_CHANNELS_LAST and y.shape[0] >= max(n_fft, _MOST_CHANNELS_LAST + 1):
        return f": {name}.shape={y.shape} looks like channels last, where samples are meant; pass {name}.T"
    return ""


def check_channels_first(y: np.ndarray, n_fft: int) -> None:
    """Raise for channels last, which librosa would take for very many, very short channels; for our own functions."""
    if y.shape[-1] < n_fft and (told := channels_last(y, n_fft)):
        raise ParameterError(told[2:])


def working_dtype(dtype: Any) -> np.dtype:
    """The precision that computes: float32 for float16 and float32, float64 for the wider ones."""
    return _WORKING_DTYPES[np.dtype(dtype).itemsize > 4]


def as_index(value: Any, *, name: str, minimum: int = 1) -> int:
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


def as_number(value: Any, *, name: str) -> float:
    """A real number; text is none."""
    if type(value) is float:
        return value
    if type(value) is int and -MOST_INDEX < value < MOST_INDEX:
        return float(value)
    try:
        if not isinstance(value, (str, bytes)):
            return float(value)
    except (TypeError, ValueError, OverflowError):
        pass
    raise DTypeError(f"{name}={short(value)} must be a number; pass one float")


def one_of(value: Any, known: Any, *, name: str) -> Any:
    """`value`, which is one of the names, or None, that are known."""
    if value is not None and not isinstance(value, str):
        raise DTypeError(f"{name}={short(value)} must be one of {', '.join(map(repr, known))}")
    if value not in known:
        raise ParameterError(f"{name}={value!r} must be one of {', '.join(map(repr, known))}")
    return value


def check_amin(amin: float, *, exponent: int = 1, nan: bool = False) -> None:
    """The smallest power that counts, ``amin ** exponent``, has a logarithm. librosa lets NaN spread."""
    least = as_number(amin, name="amin") ** exponent
    if not least > 0 and not (nan and math.isnan(least)):
        usual = 1e-10 ** (1 / exponent)
        raise ParameterError(f"amin={amin} must be strictly positive; use for instance amin={usual:g}")


def as_generator(rng: Any) -> np.random.Generator:
    """What `numpy.random.default_rng` makes of a seed."""
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError) as error:
        kind = DTypeError if isinstance(error, TypeError) else ParameterError
        raise kind(f"rng={short(rng)} is no seed: {error}; use None or a non-negative integer") from None


def check_size(shape: tuple[int, ...], dtype: np.dtype) -> None:
    """Raise if so many samples do not fit the address space."""
    if math.prod(shape) * dtype.itemsize > MOST_INDEX:
        raise ParameterError(f"{shape} samples exceed the address space; use a smaller length or hop_length")


# With longer hops the second frame's place would overflow an index.
MOST_HOP_LENGTH = 2**60


def as_hop_length(value: Any) -> int:
    """Samples from one frame to the next: a positive integer, small enough to multiply."""
    hop_length = as_index(value, name="hop_length")
    if hop_length > MOST_HOP_LENGTH:
        raise ParameterError(f"hop_length={hop_length} exceeds {MOST_HOP_LENGTH}; use a smaller hop_length")
    return hop_length


def check_rate(value: Any, *, name: str = "sr") -> None:
    """A sampling rate is positive and finite."""
    try:
        if 0 < value < math.inf:
            return
    except (TypeError, ValueError):  # text, or several numbers
        raise DTypeError(f"{name}={short(value)} must be one number, of samples per second") from None
    raise ParameterError(f"{name}={value} must be a positive number of samples per second")


def whole(value: Any) -> Any:
    """A float that is a whole number as an `int`, a 0-d array as the number in it; anything else as it is."""
    value = value[()] if isinstance(value, np.ndarray) else value
    return int(value) if isinstance(value, (float, np.floating)) and value.is_integer() else value


# Python's own numbers adopt the precision of the array.
_WEAK = frozenset((float, int, bool, type(None)))


def promoted(x: Any, *numbers: Any) -> Any:
    """`x` in the precision that NumPy's arithmetic with these numbers has: NumPy's float64 and int64 widen float32.

    Beyond double precision is none. Anything but a real or complex floating-point array is left as it is.
    """
    if _WEAK.issuperset(map(type, numbers)) or not isinstance(x, np.ndarray) or x.dtype.kind not in "fc":
        return x
    strong = [number for number in numbers if isinstance(number, (np.generic, np.ndarray))]
    dtype = np.result_type(x.dtype, *strong)
    return x.astype(np.result_type(x.dtype, np.float64) if dtype.char in "gG" else dtype, copy=False)


def first_nonfinite(y: np.ndarray, *, name: str = "y") -> ParameterError:
    """The error for audio that holds NaN or infinity, naming the first place."""
    places = np.argwhere(~np.isfinite(y))
    if not len(places):
        return ParameterError(f"{name} is finite, but what is made of it grows beyond {y.dtype}; use smaller numbers")
    where = tuple(int(i) for i in places[0])
    index = ", ".join(map(str, where))
    return ParameterError(
        f"{name}[{index}] is {y[where]}: the audio buffer is not finite everywhere; clean it with np.nan_to_num({name})"
    )

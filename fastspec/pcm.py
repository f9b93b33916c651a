"""PCM samples and floating-point ones, one into the other, with the arithmetic of SoX 14.4.2.

SoX holds every sample as an integer ``s`` of 32 bits, ``2**31`` times the level; whatever is read becomes one, and what
is written is made from one. So do these functions, and they count what SoX's macros count:

- *codes to* ``s``: shifted to the top of 32 bits, exactly. Unsigned codes are signed ones plus half the range.
- *float to* ``s``: times ``2**31``; float32 is truncated, float64 rounded, halves away from zero. Beyond the range it
  is the end of the range, and a clip (1.0 becomes the highest sample and is none). NaN becomes 0, and a clip.
- ``s`` *to b bits*: to the nearest code, halves upward; what would be above the highest code becomes that, and a clip.
- ``s`` *to float*: divided by ``2**31``; for float32 first rounded to 24 bits, where the top 64 become 1.0, as clips.

Hence int16 is exactly ``x / 32768`` and uint8 exactly ``(x - 128) / 128``, and a float above 1.0 on its way to 16 bits
is counted twice, once at each step, as SoX does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, overload

import numpy as np

from ._engine import arrays as _arrays
from ._engine import memory as _memory
from ._gate.complaints import public
from ._gate.samples import DTypeError, ParameterError, as_generator

if TYPE_CHECKING:
    import numpy.typing as npt

    Encoding = Literal["int24", "ulaw", "alaw"]

__all__ = ["float_to_pcm", "pcm_convert", "pcm_to_float"]

_PLAIN: tuple[type[np.generic], ...] = (
    np.uint8, np.int8, np.uint16, np.int16, np.int32, np.float32, np.float64,
)  # fmt: skip
_THREE_BYTES = np.dtype("V3")

# For each encoding, the dtypes that hold it and fsp_pcm's number; 0 means that the view's dtype tells.
_ENCODINGS: dict[str | None, dict[np.dtype, int]] = {
    None: {np.dtype(kind): 0 for kind in _PLAIN},
    "int24": {np.dtype(np.uint8): 0, np.dtype(np.int32): 6},
    "ulaw": {np.dtype(np.uint8): 8},
    "alaw": {np.dtype(np.uint8): 9},
}


class _Format(NamedTuple):
    dtype: np.dtype
    encoding: str | None
    code: int
    packed: bool
    real: bool


# The usual formats, by dtype (or its class) and encoding, for a quick look-up.
_FORMATS = {
    (key, encoding): _Format(dtype, encoding, code, encoding == "int24" and dtype.itemsize == 1, dtype.kind == "f")
    for encoding, codes in _ENCODINGS.items()
    for dtype, code in codes.items()
    for key in (dtype, dtype.type)
}


@public
@overload
def pcm_to_float(
    x: npt.ArrayLike,
    dtype: npt.DTypeLike = ...,
    *,
    encoding: Encoding | None = ...,
    return_clips: Literal[False] = ...,
    out: np.ndarray | None = ...,
) -> np.ndarray: ...


@public
@overload
def pcm_to_float(
    x: npt.ArrayLike,
    dtype: npt.DTypeLike = ...,
    *,
    encoding: Encoding | None = ...,
    return_clips: Literal[True],
    out: np.ndarray | None = ...,
) -> tuple[np.ndarray, int]: ...


@public
def pcm_to_float(
    x: npt.ArrayLike,
    dtype: npt.DTypeLike = np.float32,
    *,
    encoding: Encoding | None = None,
    return_clips: bool = False,
    out: np.ndarray | None = None,
) -> np.ndarray | tuple[np.ndarray, int]:
    """Convert PCM samples to floating-point ones from -1 to 1.

    int16 is divided by 32768, uint8 becomes ``(x - 128) / 128``, and so on: exactly, except for int32 in float32, which
    SoX rounds to 24 bits.

    Parameters
    ----------
    x : array_like [any shape], uint8, int8, uint16, int16 or int32
        The samples.
    dtype : {float32, float64}, default float32
        Of the result.
    encoding : {'int24', 'ulaw', 'alaw'}, optional
        What `x` holds, if its dtype does not say so. 'int24': uint8 with three bytes a sample, lowest first, along the
        last axis, (..., 3 n) for (..., n); or int32, of which the low 24 bits count. 'ulaw', 'alaw': G.711's, in uint8.
    return_clips : bool, default False
        Whether to return how many samples were clipped as well: only int32 in float32 has any.
    out : np.ndarray, optional
        Where to put the result: of its shape and dtype. It may be `x`'s memory, if each sample starts where it started.

    Returns
    -------
    np.ndarray
        In the memory order of `x`.
    clips : int
        With `return_clips`.

    Raises
    ------
    DTypeError
        If a dtype or encoding is none of these.
    ParameterError
        If `out` does not fit, or packed bytes are not whole samples.

    References
    ----------
    .. [1] C. Bagwell and others, SoX 14.4.2, sox.h (2015).
    .. [2] ITU-T Recommendation G.711, "Pulse code modulation (PCM) of voice frequencies" (1988).

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.pcm_to_float(np.array([-32768, 0, 16384], dtype=np.int16)).tolist()
    [-1.0, 0.0, 0.5]
    >>> fastspec.pcm_to_float(np.frombuffer(b"\\x00\\x00\\x40\\xff\\xff\\xff", np.uint8), encoding="int24").tolist()
    [0.5, -1.1920928955078125e-07]
    """
    x, source = _described(x, encoding, "encoding")
    if source.real:
        raise DTypeError(f"x.dtype={x.dtype} is floating-point already; use x.astype to change its precision")
    target = _format(dtype, None, "dtype")
    if not target.real:
        raise DTypeError(f"dtype={dtype!r} must be float32 or float64; pcm_convert makes integers of integers")
    return _convert(x, source, target, out, return_clips, None)


@public
@overload
def float_to_pcm(
    x: npt.ArrayLike,
    dtype: npt.DTypeLike,
    *,
    encoding: Encoding | None = ...,
    return_clips: Literal[False] = ...,
    dither: Literal["tpdf"] | None = ...,
    rng: int | np.random.Generator | None = ...,
    out: np.ndarray | None = ...,
) -> np.ndarray: ...


@public
@overload
def float_to_pcm(
    x: npt.ArrayLike,
    dtype: npt.DTypeLike,
    *,
    encoding: Encoding | None = ...,
    return_clips: Literal[True],
    dither: Literal["tpdf"] | None = ...,
    rng: int | np.random.Generator | None = ...,
    out: np.ndarray | None = ...,
) -> tuple[np.ndarray, int]: ...


@public
def float_to_pcm(
    x: npt.ArrayLike,
    dtype: npt.DTypeLike,
    *,
    encoding: Encoding | None = None,
    return_clips: bool = False,
    dither: Literal["tpdf"] | None = None,
    rng: int | np.random.Generator | None = None,
    out: np.ndarray | None = None,
) -> np.ndarray | tuple[np.ndarray, int]:
    """Convert floating-point samples to PCM, rounding and clipping as SoX does.

    Parameters
    ----------
    x : array_like [any shape], float32, float64 or float16
        The samples; from -1 to 1 is full scale. NaN becomes 0.
    dtype : {uint8, int8, uint16, int16, int32}
        Of the result.
    encoding : {'int24', 'ulaw', 'alaw'}, optional
        What the result holds, if its dtype does not say so. 'int24': with uint8, three bytes a sample, lowest first,
        along the last axis, (..., 3 n) for (..., n); with int32, sign-extended. 'ulaw', 'alaw': G.711's, with uint8.
    return_clips : bool, default False
        Whether to return the number of clips as well, as SoX's macros count them: see `fastspec.pcm`.
    dither : {'tpdf'}, optional
        Add noise before rounding to 8, 16 or 24 bits: triangular, of one unit of the result either way, which makes the
        rounding error's mean and power independent of the signal.
    rng : int, Generator or None, optional
        The seed of the noise, or what `numpy.random.default_rng` takes otherwise. Noise depends on it and on the place
        in the array, not on threads or memory order.
    out : np.ndarray, optional
        Where to put the result: of its shape and dtype. It may be `x`'s memory, if each sample starts where it started.

    Returns
    -------
    np.ndarray
        In the memory order of `x`.
    clips : int
        With `return_clips`.

    Raises
    ------
    DTypeError
        If a dtype or encoding is none of these.
    ParameterError
        If `out` does not fit, or `dither` is asked for where nothing of the kind is rounded.

    References
    ----------
    .. [1] C. Bagwell and others, SoX 14.4.2, sox.h (2015).
    .. [2] S. P. Lipshitz, R. A. Wannamaker and J. Vanderkooy, "Quantization and dither: a theoretical survey",
       J. Audio Eng. Soc. 40 (1992).

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = np.array([-1.0, -0.5, 0.0, 0.25, 1.0], dtype=np.float32)
    >>> fastspec.float_to_pcm(y, np.int16).tolist()
    [-32768, -16384, 0, 8192, 32767]
    >>> fastspec.float_to_pcm(y, np.uint8, return_clips=True)[1]
    1
    >>> fastspec.float_to_pcm(y, np.uint8, encoding="ulaw").tolist()
    [0, 15, 255, 159, 128]
    """
    x, source = _described(x, None, "encoding")
    if not source.real:
        raise DTypeError(f"x.dtype={x.dtype} is not floating-point; pcm_convert takes integers")
    target = _format(dtype, encoding, "dtype")
    if target.real:
        raise DTypeError(f"dtype={dtype!r} is floating-point; use x.astype, or one of {_names(None, 'iu')}")
    return _convert(x, source, target, out, return_clips, _key_of(dither, rng, target))


@public
@overload
def pcm_convert(
    x: npt.ArrayLike,
    dtype: npt.DTypeLike,
    *,
    from_encoding: Encoding | None = ...,
    to_encoding: Encoding | None = ...,
    return_clips: Literal[False] = ...,
    dither: Literal["tpdf"] | None = ...,
    rng: int | np.random.Generator | None = ...,
    out: np.ndarray | None = ...,
) -> np.ndarray: ...


@public
@overload
def pcm_convert(
    x: npt.ArrayLike,
    dtype: npt.DTypeLike,
    *,
    from_encoding: Encoding | None = ...,
    to_encoding: Encoding | None = ...,
    return_clips: Literal[True],
    dither: Literal["tpdf"] | None = ...,
    rng: int | np.random.Generator | None = ...,
    out: np.ndarray | None = ...,
) -> tuple[np.ndarray, int]: ...


@public
def pcm_convert(
    x: npt.ArrayLike,
    dtype: npt.DTypeLike,
    *,
    from_encoding: Encoding | None = None,
    to_encoding: Encoding | None = None,
    return_clips: bool = False,
    dither: Literal["tpdf"] | None = None,
    rng: int | np.random.Generator | None = None,
    out: np.ndarray | None = None,
) -> np.ndarray | tuple[np.ndarray, int]:
    """Convert samples of any kind to any other, integer or floating-point, scaling as SoX does.

    Parameters
    ----------
    x : array_like [any shape], uint8, int8, uint16, int16, int32, float32, float64 or float16
        The samples.
    dtype : {uint8, int8, uint16, int16, int32, float32, float64}
        Of the result. From one float to the other, and where both sides are alike, values stay what they are.
    from_encoding, to_encoding : {'int24', 'ulaw', 'alaw'}, optional
        What `x` and the result hold, if their dtypes do not say so: as `encoding` of `pcm_to_float` and `float_to_pcm`.
    return_clips, dither, rng, out
        As in `float_to_pcm`.

    Returns
    -------
    np.ndarray
        In the memory order of `x`.
    clips : int
        With `return_clips`.

    Raises
    ------
    ParameterError, DTypeError
        As `float_to_pcm`.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> x = np.array([-32768, -129, 127, 128, 32767], dtype=np.int16)
    >>> codes, clips = fastspec.pcm_convert(x, np.uint8, return_clips=True)
    >>> codes.tolist(), clips
    ([0, 127, 128, 129, 255], 1)
    """
    x, source = _described(x, from_encoding, "from_encoding")
    target = _format(dtype, to_encoding, "dtype")
    return _convert(x, source, target, out, return_clips, _key_of(dither, rng, target))


def block_converter(
    n: int, dtype: npt.DTypeLike, *, to_encoding: Encoding | None = None, dither: str | None = None, rng: Any = None
) -> Callable[[np.ndarray, int], tuple[np.ndarray, int]]:
    """`pcm_convert` of an array (..., n) in blocks: what makes codes of ``y[..., begin:end]`` and `begin`, and counts
    clips. Blocks get the noise that the whole array would get."""
    target = _format(dtype, to_encoding, "dtype")
    key = _key_of(dither, rng, target)

    def convert(block: np.ndarray, begin: int) -> tuple[np.ndarray, int]:
        block, source = _described(block, None, "from_encoding", name="y")
        if key is None:
            return _convert(block, source, target, None, True, None)  # type: ignore[return-value]  # both, as asked for
        out = _memory.empty(block.shape, target.dtype)
        rows = zip(np.atleast_2d(block), np.atleast_2d(out), strict=True)
        return out, sum(
            _arrays.convert_samples(row, source.code, to, target.code, key, i * n + begin)
            for i, (row, to) in enumerate(rows)
        )

    return convert


def as_dtype(x: np.ndarray, dtype: npt.DTypeLike) -> np.ndarray:
    """`x` itself if that is its dtype, else what `pcm_convert` makes of it."""
    return x if x.dtype == dtype else pcm_convert(x, dtype)


def check_dtype(dtype: npt.DTypeLike, name: str = "dtype") -> None:
    """Raise `DTypeError` unless samples can have this dtype."""
    _format(dtype, None, name)


def _names(encoding: str | None, kinds: str = "iuf") -> str:
    return ", ".join(dtype.name for dtype in _ENCODINGS[encoding] if dtype.kind in kinds)


def _lookup(dtype: Any, encoding: str | None) -> _Format | None:
    try:
        return _FORMATS.get((dtype, encoding))
    except TypeError:  # something cannot be hashed
        return None


def _format(dtype: npt.DTypeLike, encoding: str | None, name: str) -> _Format:
    """The format that a dtype and an encoding make, or what is wrong with them."""
    known = _lookup(dtype, encoding)
    if known is not None:
        return known
    if not isinstance(encoding, str | None) or encoding not in _ENCODINGS:
        names = ", ".join(repr(known) for known in _ENCODINGS if known)
        raise ParameterError(f"encoding={encoding!r} is none of {names}; leave it out where the dtype says it all")
    try:
        kind = np.dtype(dtype)
    except TypeError:
        kind = None
    if kind not in _ENCODINGS[encoding] or dtype is None:
        rule = f"one of {_names(encoding)}" if encoding is None else f"{_names(encoding)} for {encoding!r}"
        more = ", and int24, ulaw, alaw by encoding=" if encoding is None else ""
        raise DTypeError(f"{name}={getattr(dtype, '__name__', dtype)} must be {rule}{more}")
    return _FORMATS[kind, encoding]


def _described(
    x: npt.ArrayLike, encoding: str | None, encoding_name: str, *, name: str = "x"
) -> tuple[np.ndarray, _Format]:
    """The array as C can read it, and its format."""
    if isinstance(x, (bytes, bytearray, memoryview)):
        raise DTypeError(f"{name} is {type(x).__name__}; say what it holds: np.frombuffer({name}, dtype=np.int16)")
    if not isinstance(x, np.ndarray):
        x = np.asarray(x)
    elif type(x) is not np.ndarray:
        if isinstance(x, np.ma.MaskedArray):
            raise DTypeError(f"{name} is a masked array; fill it first, for instance {name}.filled(0)")
        x = np.asarray(x)
    source = _lookup(x.dtype, encoding)
    if source is None or not x.flags.aligned:
        source = _format(np.float32 if x.dtype == np.float16 else x.dtype.newbyteorder("="), encoding, f"{name}.dtype")
        x = x.astype(source.dtype)
    if source.packed and (x.ndim == 0 or x.shape[-1] % 3):
        raise ParameterError(f"x.shape={x.shape} does not end in whole samples of 3 bytes ({encoding_name}='int24')")
    return x, source


def _key_of(dither: str | None, rng: Any, target: _Format) -> int | None:
    if dither is None:
        if rng is not None:
            raise ParameterError(f"rng={rng!r} is for dither; add dither='tpdf', or leave rng out")
        return None
    if dither != "tpdf":
        raise ParameterError(f"dither={dither!r} must be 'tpdf' or None")
    if target.real or target.encoding in ("ulaw", "alaw") or target == _FORMATS[np.int32, None]:
        raise ParameterError(f"dither={dither!r} is for codes of 8, 16 or 24 bits; the result is {_name_of(target)}")
    return int(as_generator(rng).integers(2**64, dtype=np.uint64))


def _name_of(a: _Format) -> str:
    return a.encoding or a.dtype.name


def _convert(
    x: np.ndarray, source: _Format, target: _Format, out: np.ndarray | None, return_clips: bool, key: int | None
) -> np.ndarray | tuple[np.ndarray, int]:
    shape = (*x.shape[:-1], x.shape[-1] // 3) if source.packed else x.shape
    if target.packed and not shape:
        raise ParameterError("x.shape=() has no axis to put 3 bytes a sample along; use int32 for a single sample")
    wanted = (*shape[:-1], 3 * shape[-1]) if target.packed else shape
    if out is not None:
        _check_out(out, wanted, target.dtype, x)
    elif source.packed or target.packed:
        out = _memory.empty(wanted, target.dtype)
    else:
        out = _memory.empty_like(x, target.dtype)
    clips = 0
    if (source.real and target.real) or (source == target and key is None):
        np.copyto(out, x, casting="same_kind")
    elif x.size:
        clips = _arrays.convert_samples(
            _elements(x, source), source.code, _elements(out, target, writable=True), target.code, key
        )
    return (out, clips) if return_clips else out


def _elements(x: np.ndarray, a: _Format, *, writable: bool = False) -> np.ndarray:
    """One array element for each sample."""
    if not a.packed:
        return x
    if x.strides[-1] != 1 and x.shape[-1] > 1:
        if writable:
            raise ParameterError(f"out.strides={x.strides} scatter the bytes of a sample; use a contiguous last axis")
        x = x.copy()
    return x.view(_THREE_BYTES)


def _check_out(out: Any, shape: tuple[int, ...], dtype: np.dtype, x: np.ndarray) -> None:
    if type(out) is not np.ndarray and (not isinstance(out, np.ndarray) or isinstance(out, np.ma.MaskedArray)):
        raise DTypeError(f"out is {type(out).__name__}, not a numpy.ndarray")
    if out.dtype != dtype:
        raise DTypeError(f"out.dtype={out.dtype} must be {dtype} for this result")
    if out.shape != shape:
        raise ParameterError(f"out.shape={out.shape} must be {shape}, that of the result")
    if not (out.flags.writeable and out.flags.aligned):
        raise ParameterError("out is read-only or misaligned; use an array of your own, for instance np.empty")
    if np.may_share_memory(out, x) and not _in_place(out, x) and np.shares_memory(out, x):
        raise ParameterError("out overlaps x other than sample for sample; use an array of its own")


def _in_place(out: np.ndarray, x: np.ndarray) -> bool:
    same_start = out.__array_interface__["data"][0] == x.__array_interface__["data"][0]
    return same_start and out.strides == x.strides and out.itemsize <= x.itemsize

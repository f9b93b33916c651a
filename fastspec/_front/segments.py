"""Segments: spectra of frames that are real or complex, one-sided or two-sided, and the signal back from them.

The engine knows real samples, real windows and bins 0 .. n_fft / 2. The transform is linear, so that all else is sums
of what it makes: of real and imaginary parts, and of a half spectrum and its mirror image.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .._engine import arrays as _arrays
from .._engine import backward as _backward
from .._engine import memory as _memory
from .._engine import plans as _plans
from .._engine.kept import kept
from .._engine.spec import MOST_N_FFT, Conditioning, Framing, Padding, Spec, Spectrum
from .._gate.samples import MOST_HOP_LENGTH, ParameterError, check_size
from .specs import CACHED

# What stands before and behind the samples: numpy.pad's modes, but for "odd", its reflection about the end sample.
_PADDING = {
    "constant": Padding.CONSTANT, "edge": Padding.EDGE, "reflect": Padding.REFLECT, "symmetric": Padding.SYMMETRIC,
}  # fmt: skip

# Numbers of both sides that are worked on together.
_AT_ONCE = 1 << 15

# Real and complex numbers, by precision.
_DTYPES: tuple[tuple[type[np.generic], ...], ...] = ((np.float32, np.float64), (np.complex64, np.complex128))


@dataclass(frozen=True, slots=True)
class Cut:
    """`n_frames` frames of `length` samples every `hop`, zeros behind them up to `n_fft`.

    Frame 0 starts `lead` samples before the first one. `mode` reaches `before` the first and `after` the last sample.
    """

    n_fft: int
    hop: int
    length: int
    n_frames: int
    lead: int = 0
    mode: str = "constant"
    before: int = 0
    after: int = 0

    def __post_init__(self) -> None:
        if self.n_fft > MOST_N_FFT:
            raise ParameterError(f"an FFT of {self.n_fft} points exceeds {MOST_N_FFT}; use shorter segments")
        if self.hop > MOST_HOP_LENGTH:
            raise ParameterError(f"{self.hop} samples from segment to segment exceed {MOST_HOP_LENGTH}; use fewer")


def working(x: np.ndarray, precision: int) -> np.ndarray:
    """Numbers that the engine reads, complex ones by their parts: single and double ones as they are."""
    is_complex = x.dtype.kind == "c"
    if x.dtype.char in ("FD" if is_complex else "fd") and x.dtype.isnative and x.flags.aligned:
        return x
    return x.astype(_DTYPES[is_complex][precision])


def spectra(
    x: np.ndarray,
    window: np.ndarray,
    cut: Cut,
    *,
    precision: int,
    kind: Spectrum = Spectrum.COMPLEX,
    two_sided: bool = False,
    remove_mean: bool = False,
    turn: int = 0,
) -> np.ndarray:
    """The FFT (..., bins, frames) of the segments of `x` (..., n), times `window`; or its magnitude, or that squared.

    With `two_sided` false, `x` and `window` are real. The first `turn` samples of what goes into the FFT go behind the
    others. Frames with NaN or infinity are NaN.
    """
    x = working(x, precision)
    if cut.mode == "odd":
        x, cut = extended(x, cut)
    framing = (cut.n_fft, cut.hop, cut.lead, _PADDING[cut.mode], cut.length, cut.before, cut.after)

    def spec_of(window: np.ndarray, kind: Spectrum) -> Spec:
        key = window.astype(np.float64, copy=False).tobytes()
        return _spec(precision, framing, key, kind, remove_mean, turn % cut.n_fft)

    if not two_sided:
        return _run(spec_of(window, kind), x, cut.n_frames)
    is_real = x.dtype.kind == "f" and window.dtype.kind == "f"
    dtype = np.dtype(_DTYPES[not is_real or kind is Spectrum.COMPLEX][precision])
    check_size((*x.shape[:-1], cut.n_frames, cut.n_fft), dtype)
    full = _memory.empty((*x.shape[:-1], cut.n_frames, cut.n_fft), dtype).swapaxes(-1, -2)
    if is_real:
        first = full[..., : cut.n_fft // 2 + 1, :]
        _run(spec_of(window, kind), x, cut.n_frames, out=first)
        full[..., first.shape[-2] :, :] = first[..., _mirrored(cut.n_fft), :].conj()
        return full
    _of_products(x, window, lambda part: spec_of(part, Spectrum.COMPLEX), full)
    return full if kind is Spectrum.COMPLEX else np.abs(full) if kind is Spectrum.MAGNITUDE else squared(full)


def _run(
    spec: Spec, x: np.ndarray, n_frames: int, *, out: np.ndarray | None = None, first_frame: int = 0
) -> np.ndarray:
    if out is None:
        out = _plans.allocate(spec, x.shape[:-1], n_frames, frame_major=True)
    if n_frames and x.size:
        _plans.run(spec, x, out, check_finite=False, first_frame=first_frame)
    else:
        out[...] = 0
    return out


def _mirrored(n_fft: int) -> slice:
    """The bins that those behind n_fft / 2 mirror, in their order."""
    return slice((n_fft - 1) // 2, 0, -1)


def _of_products(x: np.ndarray, window: np.ndarray, spec_of: Any, full: np.ndarray) -> None:
    """Of complex x times window: the half spectra of its real and its imaginary part, and both sides of these."""
    n_fft, n_frames = full.shape[-2:]
    n_half = n_fft // 2 + 1
    products = _products(x, window, spec_of)
    # Few frames at a time, which the cache keeps until both sides are made.
    at_once = max(16, _AT_ONCE // max(full.size // n_frames, 1))
    for start in range(0, n_frames, at_once):
        both = full[..., start : start + at_once]
        first = both[..., :n_half, :]
        second = _sum_of(products[1], first.shape[-1], start)
        _sum_of(products[0], first.shape[-1], start, out=first)
        behind, mirrored = both[..., n_half:, :], _mirrored(n_fft)
        np.add(first.real[..., mirrored, :], second.imag[..., mirrored, :], out=behind.real)
        np.subtract(second.real[..., mirrored, :], first.imag[..., mirrored, :], out=behind.imag)
        first.real -= second.imag
        first.imag += second.real


def _products(x: np.ndarray, window: np.ndarray, spec_of: Any) -> tuple[list[Any], list[Any]]:
    """Terms (sign, samples, spec) of the real and of the imaginary part."""
    w = spec_of(window.real)
    real, imag = [(1, x.real, w)], [(1, x.imag, w)] if x.dtype.kind == "c" else []
    if window.dtype.kind == "c":
        v = spec_of(window.imag)
        imag.append((1, x.real, v))
        if x.dtype.kind == "c":
            real.append((-1, x.imag, v))
    return real, imag


def _sum_of(terms: list[Any], n_frames: int, first_frame: int, *, out: Any = None) -> np.ndarray:
    for i, (sign, x, spec) in enumerate(terms):
        if i == 0:
            out = _run(spec, x, n_frames, out=out, first_frame=first_frame)
        else:
            other = _run(spec, x, n_frames, first_frame=first_frame)
            (np.add if sign > 0 else np.subtract)(out, other, out=out)
    return out


def squared(z: np.ndarray) -> np.ndarray:
    """Squared magnitudes of spectra of `spectra`, frames contiguous."""
    out = _memory.empty(z.swapaxes(-1, -2).shape, z.real.dtype).swapaxes(-1, -2)
    _arrays.squares(z, out)
    return out


@kept(CACHED)
def _spec(
    precision: int, framing: tuple[Any, ...], window: bytes, kind: Spectrum, remove_mean: bool, turn: int
) -> Spec:
    n_fft, length = framing[0], framing[4]
    samples = np.zeros(n_fft)
    samples[:length] = np.frombuffer(window)
    conditioning = Conditioning(remove_mean=remove_mean)
    return Spec(precision, Framing(*framing), kind, samples, conditioning=conditioning, turn=turn)


def extended(x: np.ndarray, cut: Cut) -> tuple[np.ndarray, Cut]:
    """Samples with all that stands before and behind them, and how they are cut then."""
    modes: dict[str, dict[str, Any]] = {"odd": {"mode": "reflect", "reflect_type": "odd"}}
    needed = (cut.n_frames - 1) * cut.hop + cut.length - cut.lead - x.shape[-1]
    widths = [(0, 0)] * (x.ndim - 1)
    x = np.pad(x, [*widths, (cut.before, cut.after)], **modes.get(cut.mode, {"mode": cut.mode}))
    zeros = (max(cut.lead - cut.before, 0), max(needed - cut.after, 0))
    x = np.pad(x, [*widths, zeros]) if max(zeros) else x
    start = max(cut.before - cut.lead, 0)
    return x[..., start:], Cut(cut.n_fft, cut.hop, cut.length, cut.n_frames)


def segments(x: np.ndarray, cut: Cut) -> np.ndarray:
    """The segments (..., frames, length) themselves: a view that can be written to nowhere."""
    x, cut = extended(x, cut)
    windows = np.lib.stride_tricks.sliding_window_view(x, cut.length, axis=-1)
    return windows[..., :: cut.hop, :][..., : cut.n_frames, :]


def end_to_end(frames: np.ndarray, n_fft: int) -> tuple[np.ndarray, Cut]:
    """Frames (..., frames, length), put one behind the other, and how they are cut out of that."""
    n_frames, length = frames.shape[-2:]
    return frames.reshape(*frames.shape[:-2], n_frames * length), Cut(n_fft, length, length, n_frames)


def spectra_without_lines(x: np.ndarray, window: np.ndarray, cut: Cut, **options: Any) -> np.ndarray:
    """`spectra` of segments less the straight lines that fit them best; a few at a time, for they are copies."""
    frames = segments(working(x, options["precision"]), cut)
    at_once = max(16, 4 * _AT_ONCE // max(frames[..., 0, :].size, 1))
    parts = (without_line(frames[..., i : i + at_once, :]) for i in range(0, cut.n_frames, at_once))
    whole: Any = None
    done = 0
    for part in parts:
        y, placed = end_to_end(part, cut.n_fft)
        S = spectra(y, window, placed, **options)
        if whole is None:
            whole = _memory.empty((*S.shape[:-2], cut.n_frames, S.shape[-2]), S.dtype).swapaxes(-1, -2)
        whole[..., done : done + S.shape[-1]] = S
        done += S.shape[-1]
    return whole


def without_line(frames: np.ndarray) -> np.ndarray:
    """Frames (..., length) less the straight line that fits each of them best."""
    length = frames.shape[-1]
    line = np.stack([np.ones(length), np.arange(length) - (length - 1) / 2])[: min(length, 2)]
    line = (line / np.sqrt((line**2).sum(axis=1, keepdims=True))).astype(frames.real.dtype)
    return frames - (frames @ line.T) @ line


# --- and back


def samples(
    S: np.ndarray,
    window: np.ndarray,
    *,
    n_fft: int,
    hop: int,
    lead: int,
    n_samples: int,
    two_sided: bool = False,
    smallest: float = np.inf,
) -> np.ndarray:
    """Segments of spectra (..., bins, frames), times `window`, added where they overlap: samples (..., n_samples).

    Sample 0 is number `lead` of the first segment. Sums are divided by those of the squared window that exceed
    `smallest`. Real without `two_sided`, and `window` has to be real then.
    """
    precision, shape = int(S.dtype != np.complex64), (*S.shape[:-2], n_samples)
    check_size(shape, np.dtype(_DTYPES[two_sided][precision]))
    frames = _frames(S, n_fft if two_sided else n_fft // 2 + 1, np.dtype(_DTYPES[1][precision]))

    def back(frames: np.ndarray, window: np.ndarray) -> np.ndarray:
        whole = np.zeros(n_fft)
        whole[: len(window)] = window
        inverse = _backward.inverse_of(n_fft, hop, lead, precision, whole.tobytes(), smallest)
        y = _memory.empty(shape, np.dtype(_DTYPES[0][precision]))
        _backward.run_inverse(inverse, n_fft, frames.swapaxes(-1, -2), y)
        return y

    if not two_sided:
        return back(frames, window)
    real, imag = _twice_the_parts(frames)
    y = np.empty(shape, _DTYPES[1][precision])
    y.real, y.imag = back(real, window.real), back(imag, window.real)
    if window.dtype.kind == "c":
        y.real -= back(imag, window.imag)
        y.imag += back(real, window.imag)
    y *= 0.5
    return y


def _twice_the_parts(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Half spectra of twice the real and twice the imaginary part of what two-sided spectra (..., bins) are of."""
    n_half = frames.shape[-1] // 2 + 1
    real, imag = (np.empty((*frames.shape[:-1], n_half), frames.dtype) for _ in range(2))
    at_once = max(1, _AT_ONCE // frames.shape[-1])
    for start in range(0, frames.shape[-2], at_once):
        part = (..., slice(start, start + at_once), slice(None))
        F, a, b = frames[part], real[part], imag[part]
        ends = ((F[..., :1], F[..., :1], slice(0, 1)), (F[..., 1:n_half], F[..., :-n_half:-1], slice(1, n_half)))
        for above, below, bins in ends:
            np.add(above.real, below.real, out=a.real[..., bins])
            np.subtract(above.imag, below.imag, out=a.imag[..., bins])
            np.add(above.imag, below.imag, out=b.real[..., bins])
            np.subtract(below.real, above.real, out=b.imag[..., bins])
    return real, imag


def _frames(S: np.ndarray, n_bins: int, dtype: np.dtype) -> np.ndarray:
    """Spectra (..., frames, bins) that the engine reads, cut to `n_bins` or filled with zeros; itself if it is so."""
    F = S.swapaxes(-1, -2)
    if F.shape[-1] == n_bins and F.dtype == dtype and F.strides[-1] == F.itemsize and F.flags.aligned:
        return F
    frames = np.zeros((*F.shape[:-1], n_bins), dtype)
    n_kept = min(n_bins, F.shape[-1])
    frames[..., :n_kept] = F[..., :n_kept]
    return frames


def turn_back(S: np.ndarray, n_fft: int, turn: int) -> None:
    """Give spectra (..., bins, frames), bins contiguous, the phases of frames that were not turned."""
    F = S.swapaxes(-1, -2)
    if turn * 2 == n_fft:  # the middle came first: other signs for odd bins, real and imaginary parts side by side
        parts = F.view(F.real.dtype)
        parts *= np.repeat(1.0 - 2.0 * (np.arange(F.shape[-1]) % 2), 2).astype(parts.dtype)
    elif turn:
        F *= np.exp(-2j * np.pi / n_fft * (np.arange(F.shape[-1]) * turn % n_fft))


def differences(x: np.ndarray, coefficient: float) -> np.ndarray:
    """Samples (n,) less `coefficient` times the one before; the first one stays."""
    out = np.multiply(x, -coefficient)
    out[1:] = x[1:] + out[:-1]
    out[0] = x[0]
    return out


def overlap_add(frames: np.ndarray, hop: int) -> np.ndarray:
    """Frames (..., frames, length), added where they overlap: samples (..., n)."""
    n_frames, length = frames.shape[-2:]
    n_parts = -(-length // hop)
    out = np.zeros((*frames.shape[:-2], n_frames - 1 + n_parts, hop), frames.dtype)
    for i in range(n_parts):
        part = frames[..., i * hop : (i + 1) * hop]
        out[..., i : i + n_frames, : part.shape[-1]] += part
    return out.reshape(*frames.shape[:-2], -1)[..., : (n_frames - 1) * hop + length]

"""The one walk: a recipe carried out on a clip, on many, on a file, or on samples as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .._engine import arrays as _arrays
from .._engine import plans as _plans
from .._engine.spec import Framing, Padding, Spec, precision_of
from .._gate.samples import PCM_DTYPES, DTypeError, ParameterError, first_nonfinite
from ..pcm import pcm_to_float
from .gathered import frames_expected, gathered
from .program import Program, affine, n_stacked, program_of, with_silence, wrapped_of
from .recipe import Recipe
from .source import Source, as_clip, as_clips

if TYPE_CHECKING:
    import numpy.typing as npt

    from .._gate.kinds import FloatArray as Features
    from .._soundfiles.sound import AudioSource, Sound
    from .specs import StftArguments

    Clips = Iterable[npt.ArrayLike]
    Padded = tuple[Features, npt.NDArray[np.int_]]


def run_clip(recipe: Recipe, y: Any, *, check_finite: bool = True) -> np.ndarray:
    x = as_clip(y)
    return run_program(program_of(recipe, precision_for(recipe, x.dtype)), x, check_finite=check_finite)


def run_program(program: Program, x: np.ndarray, *, check_finite: bool = True) -> np.ndarray:
    """What `run_clip` does once the recipe is made ready; `x` has passed `as_clip`."""
    n_samples, recipe = x.shape[-1], program.recipe
    x = _whole_signal(program, x)
    n_frames = program.n_of_signal(x.shape[-1])
    if n_frames == 0 and not recipe.cut:
        length = program.first.framing.length
        shape = (*x.shape[:-1], n_samples)
        raise ParameterError(f"y.shape={shape} is too short for a frame of {length} samples; use more of them")
    F, extent = run_frames(program.first, x, n_frames, frame_major=program.by_frames, check_finite=check_finite)
    return finish(program, below_the_peak(program, F, extent), x.shape[-1], n_samples)


def features(program: Program, source: Source[StftArguments | None], *, check_finite: bool = True) -> np.ndarray:
    """What `program` makes of samples: librosa's functions."""
    n_frames = source.n_frames(program.first)
    return below_the_peak(program, *run_frames(program.first, source.x, n_frames, check_finite=check_finite))


def run_source(
    spec: Spec, source: Source[StftArguments | None], *, frame_major: bool | None = None, check_finite: bool = True
) -> tuple[np.ndarray, np.ndarray | None]:
    """One plan on a source: (..., rows, frames), and the highest and the lowest level of each channel."""
    if source.stft is None:
        return run_given(spec, source.x), None
    return run_frames(spec, source.x, source.n_frames(spec), frame_major=frame_major, check_finite=check_finite)


def run_frames(
    spec: Spec,
    x: np.ndarray,
    n_frames: int,
    *,
    frame_major: bool | None = None,
    check_finite: bool = True,
    out: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray | None]:
    """One plan on samples. Spectra are frame-major, features row-major, unless the caller says otherwise."""
    if spec.bank is not None and not len(spec.bank):  # to C, a bank without bands is no bank
        return np.empty((*x.shape[:-1], 0, n_frames), spec.dtype), None
    if out is None:
        frame_major = spec.is_spectrum if frame_major is None else frame_major
        out = _plans.allocate(spec, x.shape[:-1], n_frames, frame_major=frame_major)
    return out, _plans.run(spec, x, out, check_finite=check_finite)


def run_batch(recipe: Recipe, clips: Iterable[Any], *, padded: bool = True, fill: float = 0.0) -> Any:
    results = [_named(f"clips[{i}]", recipe, clip) for i, clip in enumerate(as_clips(clips))]
    if not padded:
        return results
    at = -1 if recipe.frames == "last" else -2
    lengths = np.array([result.shape[at] for result in results], dtype=np.intp)
    if not results:
        raise ParameterError("clips is empty: there is nothing to put into one array; use padded=False for a list")
    shape = list(results[0].shape)
    shape[at] = lengths.max()
    out = np.full((len(results), *shape), fill, results[0].dtype)
    for row, result, length in zip(out, results, lengths, strict=True):
        row[(slice(length), slice(None))[:: 1 if at == -2 else -1]] = result
    return out, lengths


def _named(name: str, recipe: Recipe, clip: Any) -> np.ndarray:
    """The clip's features, or an error that says which clip it was."""
    try:
        return run_clip(recipe, clip)
    except ParameterError as error:
        raise type(error)(f"{name}: {error}") from None


def precision_for(recipe: Recipe, dtype: np.dtype) -> int:
    return 1 if recipe.dtype == "float64" else 0 if recipe.dtype else precision_of(dtype)


def _whole_signal(program: Program, x: np.ndarray) -> np.ndarray:
    """The clip after all that happens before framing and is not left to the engine; mostly nothing."""
    r = program.recipe
    before, n = with_silence(r, x.shape[-1])
    if r.sample_norm:
        x = _normalised_samples(x if x.dtype.kind == "f" else pcm_to_float(x), r)
    if r.samples:
        x = x[..., : r.samples]
        if r.tile and 0 < 2 * x.shape[-1] <= r.samples:
            x = np.tile(x, r.samples // x.shape[-1])
    if n > x.shape[-1]:
        x = np.concatenate([_silence(x, before), x, _silence(x, n - x.shape[-1] - before)], axis=-1)
    if r.preemphasis and r.preemphasis_over == "valid":
        x = _differences(x, r.preemphasis)
    return _wrapped(x, *wrapped_of(r)) if r.pad_mode == "wrap" else x


def _silence(x: np.ndarray, n: int) -> np.ndarray:
    """As many samples of silence, of the channels and dtype of `x`."""
    return np.full((*x.shape[:-1], n), pcm_silence(x.dtype), x.dtype)


def _wrapped(x: np.ndarray, before: int, behind: int) -> np.ndarray:
    if not x.shape[-1] and before + behind:
        raise ParameterError(f"y.shape={x.shape} is empty, so that pad_mode='wrap' finds nothing; pass some samples")
    return np.pad(x, [(0, 0)] * (x.ndim - 1) + [(before, behind)], mode="wrap") if before + behind else x


def _differences(x: np.ndarray, preemphasis: float) -> np.ndarray:
    x = x if x.dtype.kind == "f" else pcm_to_float(x)
    return x[..., 1:] - x.dtype.type(preemphasis) * x[..., :-1]


def pcm_silence(dtype: np.dtype) -> int:
    """The code that means a sample of 0."""
    return 1 << (8 * dtype.itemsize - 1) if dtype.kind == "u" else 0


def _normalised_samples(x: np.ndarray, recipe: Recipe) -> np.ndarray:
    if not x.shape[-1]:
        return x
    y = x - x.mean(axis=-1, keepdims=True, dtype=np.float64).astype(x.dtype)
    if recipe.sample_norm == "standard":
        y /= np.sqrt(x.var(axis=-1, keepdims=True, dtype=np.float64) + 1e-7).astype(x.dtype)
    return y


def below_the_peak(program: Program, F: np.ndarray, extent: Any) -> np.ndarray:
    """Levels (..., rows, frames) brought up to `top` below the peak, in place; and what the second run makes of them.

    `extent`: the highest and the lowest level of each channel, (2, channels); None if there are no levels.
    """
    top, top_of = program.top, program.top_of
    if top is not None and program.recipe.top_over == "channels" and F.ndim > 2 and F.size:
        extent = np.stack([np.repeat(extent[0].reshape(-1, F.shape[-3]).max(axis=1), F.shape[-3]), extent[1]])
    if program.second:
        clamp = None if top is None else np.stack([np.zeros_like(extent[0]), extent[0] - top], axis=-1)
        return run_given(program.second, F, clamp, frame_major=program.recipe.frames == "first")
    if extent is None or (top is None and not program.to_peak) or not F.size:
        return F
    for i, channel in enumerate(F.reshape(-1, *F.shape[-2:]) if F.ndim > 2 else (F,)):
        peak, lowest = extent.item(0, i), extent.item(1, i)
        shift = -peak if program.to_peak else 0.0
        lower = -np.inf if top is None else (peak if top_of is None else top_of) - top
        if shift or not lowest >= lower:  # mostly there is nothing to do
            _arrays.clamp(channel, shift=shift, lower=lower + shift)
    return F


def run_given(spec: Spec, S: np.ndarray, clamp: np.ndarray | None = None, *, frame_major: bool = False) -> np.ndarray:
    """A transform of an array (..., rows, frames) whose rows or frames are contiguous, copied if need be."""
    if S.itemsize not in S.strides[-2:] or not (S.dtype.isnative and S.flags.aligned):
        S = np.ascontiguousarray(S, dtype=S.dtype.newbyteorder("="))
    out = _plans.allocate(spec, S.shape[:-2], S.shape[-1], frame_major=frame_major)
    _plans.run(spec, S, out, clamp=clamp)
    return out


# --- after the engine: cheap passes over features, in place where they can


def finish(program: Program, F: np.ndarray, n_samples: int, n_own: int = 0) -> np.ndarray:
    """All that follows the engine. F (..., rows, frames) belongs to this call and may be overwritten.

    `n_own` are the samples of the clip itself, before it was cut, filled or extended.
    """
    r = program.recipe
    if F.dtype.kind == "c":
        return _complex_result(F, r)
    if r.least is not None or r.most is not None:
        np.clip(F, r.least, r.most, out=F)
    n_valid = F.shape[-1]
    if r.valid != "all":
        n_valid = min(n_valid, n_samples // r.hop_length if r.valid == "hops" else program.n_inside(n_own))
    if r.norm:
        _normalise(F, F[..., :n_valid], r)
    if r.one_hot:
        _one_hot(F)
    n_padding = F.shape[-1] - n_valid
    if n_padding:
        F[..., n_valid:] = 0
    if r.deltas:
        F = _with_deltas(F if program.scaled else _affine(F, r), r)
    if r.stack > 1:
        F = _stacked(F, r)
    if r.cut:
        F = _with_frames(F, r.cut, affine(r, 0.0) if program.scaled and not r.deltas else 0.0)
    if not (program.scaled or r.deltas):
        _affine(F, r)
    if n_padding and r.stack == 1:
        F[..., n_valid : n_valid + n_padding] = 0
    F = _with_frames(F, F.shape[-1] + -F.shape[-1] % r.frames_multiple)
    if r.dtype and F.dtype.kind == "f":
        F = F.astype(r.dtype, copy=False)
    return F.swapaxes(-1, -2) if r.frames == "first" else F


def _complex_result(F: np.ndarray, r: Recipe) -> np.ndarray:
    """A view: the frames of spectra are contiguous."""
    n_rows = F.shape[-2] - r.drop_nyquist
    if not r.parts:
        F = F[..., :n_rows, :]
        return F.swapaxes(-1, -2) if r.frames == "first" else F
    X = F.swapaxes(-1, -2)
    parts = X.view(X.real.dtype).reshape(*X.shape, 2)[..., :n_rows, :]
    return np.moveaxis(parts if r.frames == "first" else parts.swapaxes(-2, -3), -1, -3)


def _affine(F: np.ndarray, r: Recipe) -> np.ndarray:
    """In place."""
    for numbers, operation in ((r.shift, np.add), (r.gain, np.multiply)):
        if isinstance(numbers, tuple):
            if len(numbers) != F.shape[-2]:
                n_rows = F.shape[-2]
                raise ParameterError(f"shift, gain: {len(numbers)} numbers for {n_rows} rows; pass one for each")
            operation(F, np.array(numbers, F.dtype)[:, np.newaxis], out=F)
        elif numbers != (0.0 if operation is np.add else 1.0):
            operation(F, F.dtype.type(numbers), out=F)
    return F


def _one_hot(F: np.ndarray) -> None:
    highest = F.argmax(axis=-2, keepdims=True)
    F[...] = 0
    np.put_along_axis(F, highest, 1, axis=-2)


def _with_deltas(F: np.ndarray, r: Recipe) -> np.ndarray:
    from ..feature import delta

    parts = [F]
    for _ in range(r.deltas):
        parts.append(delta(parts[-1], width=r.delta_width, mode="nearest"))
    return np.concatenate(parts, axis=-2)


def _normalise(F: np.ndarray, part: np.ndarray, r: Recipe) -> None:
    """By the statistics of `part`."""
    if part.size == 0:
        return
    if r.norm == "minmax":
        axes = -1 if r.norm_over == "time" else (-2, -1)
        low, high = part.min(axis=axes, keepdims=True), part.max(axis=axes, keepdims=True)
        spread = high - low + F.dtype.type(r.norm_eps)
        F -= low
        F /= np.where(spread == 0, F.dtype.type(1), spread)
        return
    n_axes = 1 if r.norm_over == "time" else 2
    F -= _means(part, n_axes)
    if r.norm == "standard":
        n = part.shape[-1] if r.norm_over == "time" else part.shape[-1] * part.shape[-2]
        variance = _means(part * part, n_axes).astype(np.float64) * (n / max(n - r.norm_ddof, 1))
        eps_in, eps_out = (r.norm_eps, 0.0) if r.norm_eps_in_root else (0.0, r.norm_eps)
        deviation = np.sqrt(variance + eps_in) + eps_out
        F *= (1 / np.where(deviation == 0, 1, deviation)).astype(F.dtype)


def _means(part: np.ndarray, n_axes: int) -> np.ndarray:
    """Over the last axes, which stay; summed as closely as in double precision."""
    means = np.empty((*part.shape[: part.ndim - n_axes], *(1,) * n_axes), part.dtype)
    _arrays.pool(part, means, n_axes, False)
    return means


def _stacked(F: np.ndarray, r: Recipe) -> np.ndarray:
    """Neighbouring frames one above the other, those beyond the ends being the first and the last one."""
    step, n = r.stack_step or r.stack, F.shape[-1]
    n_stacks = n_stacked(r, n)
    if step == r.stack and not r.stack_before and n_stacks * step <= n:  # they are neighbours in memory as well
        G = F.swapaxes(-1, -2)[..., : n_stacks * step, :]
        return G.reshape(*F.shape[:-2], n_stacks, step * F.shape[-2]).swapaxes(-1, -2)
    frames = np.arange(n_stacks)[:, np.newaxis] * step + np.arange(-r.stack_before, r.stack - r.stack_before)
    shape = (*F.shape[:-2], n_stacks, r.stack * F.shape[-2])
    G = F.swapaxes(-1, -2).take(frames.ravel().clip(0, max(n - 1, 0)), axis=-2)
    if r.stack_fill is not None:
        G[..., np.flatnonzero(frames >= n), :] = r.stack_fill
    return G.reshape(shape).swapaxes(-1, -2)


def _with_frames(F: np.ndarray, n: int, fill: float = 0.0) -> np.ndarray:
    """Cut, or filled with one number; the frames stay contiguous if they are."""
    if n <= F.shape[-1]:
        return F[..., :n]
    by_frames = F.strides[-2] == F.itemsize
    out = np.empty((*F.shape[:-2], n, F.shape[-2]) if by_frames else (*F.shape[:-1], n), F.dtype)
    out = out.swapaxes(-1, -2) if by_frames else out
    out[..., : F.shape[-1]] = F
    out[..., F.shape[-1] :] = fill
    return out


# --- as samples come


class RecipeStream:
    """Features of a recipe as the samples arrive; made by `Recipe.stream`."""

    def __init__(self, recipe: Recipe) -> None:
        if parts := recipe.whole_clip_parts():
            raise ParameterError(
                f"this recipe cannot be a stream: {', '.join(parts)} need{'s' * (len(parts) == 1)} the whole clip; "
                f"use recipe.replace({', '.join(f'{part}=...' for part in parts)}), or call it on the clip"
            )
        self._recipe = recipe
        self._frames: FrameStream | None = None

    def __repr__(self) -> str:
        n_samples, n_frames = (self._frames.n_seen, self._frames.n_made) if self._frames else (0, 0)
        return f"<RecipeStream: {n_samples} samples, {n_frames} frames, {self._recipe!r}>"

    def push(self, y: Any) -> np.ndarray:
        """Take the next samples; return the frames that they complete.

        Parameters
        ----------
        y : array_like [shape=(..., n)]
            Any number of samples, none included; the same leading axes and dtype each time.

        Returns
        -------
        np.ndarray [shape=(..., rows, new frames), or frames first]

        Raises
        ------
        ParameterError
            If the stream is finished, samples are not finite, or leading axes differ from the first piece's.
        """
        x = as_clip(y, name="y")
        if self._frames is None:
            program = program_of(self._recipe, precision_for(self._recipe, x.dtype))
            self._frames = FrameStream(program)
        return finish(self._frames.program, self._frames.push(x), 0)

    def finish(self) -> np.ndarray:
        """Return the frames that reach past the last sample, and close the stream.

        Returns
        -------
        np.ndarray [shape=(..., rows, new frames), or frames first]

        Raises
        ------
        ParameterError
            If there were no samples, or too few of them for a frame.
        """
        if self._frames is None:
            raise ParameterError("this stream has seen no samples; push some first")
        return finish(self._frames.program, self._frames.finish(), 0)


class FrameStream:
    """Frames of the engine's run of a program, from samples that come in pieces."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.n_seen = self.n_made = 0
        self._first = 0  # place in the signal of the first sample in `_pending`
        self._pending: Any = None
        self._before: np.ndarray | None = None
        self._finished = False

    def push(self, x: np.ndarray) -> np.ndarray:
        if self._finished:
            raise ParameterError("this stream is finished; make another one for another signal")
        if self._pending is not None and x.shape[:-1] != self._pending.shape[:-1]:
            channels = self._pending.shape[:-1]
            raise ParameterError(f"y.shape={x.shape} differs from the first piece's channels {channels}")
        if self._pending is not None and x.dtype != self._pending.dtype:
            raise DTypeError(f"y.dtype={x.dtype} differs from the first piece's {self._pending.dtype}; keep to one")
        if x.dtype not in PCM_DTYPES and not np.isfinite(x).all():
            raise first_nonfinite(x)
        if self._pending is None and self.program.recipe.prepend:
            x = np.concatenate([_silence(x, self.program.recipe.prepend), x], axis=-1)
        self._append(self._emphasised(x))
        return self._frames_before(self._n_complete())

    def finish(self) -> np.ndarray:
        if self._pending is None:
            raise ParameterError("this stream has seen no samples; push some first")
        if not self._finished and self.program.recipe.append:
            self._append(_silence(self._pending, self.program.recipe.append))
        n_frames = self.program.n_of_signal(self.n_seen)
        if n_frames == 0:
            length = self.program.first.framing.length
            raise ParameterError(f"{self.n_seen} samples are too few for a frame of {length}; use more, or another pad")
        self._finished = True
        return self._frames_before(max(n_frames, self.n_made))

    def _emphasised(self, x: np.ndarray) -> np.ndarray:
        """Pre-emphasised samples; the sample before the first one is kept from the last piece."""
        recipe = self.program.recipe
        if not recipe.preemphasis or recipe.preemphasis_over != "valid":
            return x
        x = x if self._before is None else np.concatenate([self._before, x], axis=-1)
        self._before = x[..., -1:].copy()
        return _differences(x, recipe.preemphasis)

    def _append(self, x: np.ndarray) -> None:
        self._pending = x.copy() if self._pending is None else np.concatenate([self._pending, x], axis=-1)
        self.n_seen += x.shape[-1]

    def _n_complete(self) -> int:
        """How many frames the samples so far determine: those that read no padding behind the signal. There are none
        until all samples have come that the padding before the signal mirrors."""
        framing, n = self.program.first.framing, self.n_seen
        reaches = min(framing.before, framing.lead)
        if reaches > 0 and framing.padding is not Padding.CONSTANT and n <= reaches:
            return self.n_made
        whole = 1 + (n + framing.lead - framing.length) // framing.hop_length
        return max(self.n_made, min(whole, self.program.n_of_signal(n)))

    def _frames_before(self, end: int) -> np.ndarray:
        spec = self.program.first
        out = _plans.allocate(spec, self._pending.shape[:-1], end - self.n_made, frame_major=self.program.by_frames)
        first = self.n_made - self._first // spec.framing.hop_length
        _plans.run(spec, self._pending, out, check_finite=False, first_frame=first, first_place=self._first)
        top, top_of = self.program.top, self.program.top_of
        if top_of is not None and top is not None:
            np.maximum(out, out.dtype.type(top_of - top), out=out)
        self.n_made = end
        self._forget()
        return out

    def _forget(self) -> None:
        drop = samples_to_forget(self.program.first.framing, self.n_seen, self.n_made, self._first)
        if drop > 0:
            self._first += drop
            self._pending = self._pending[..., drop:].copy()


def samples_to_forget(framing: Framing, n_seen: int, n_made: int, first: int) -> int:
    """Samples from place `first` on, whole hops, that no frame from number `n_made` on reads, not even through padding
    that mirrors the end of the signal."""
    hop = framing.hop_length
    # How far beyond the last sample the last frame may read: so much may be mirrored.
    beyond = max(0, framing.slack - hop - framing.lead + framing.length)
    oldest = min(n_made * hop - framing.lead, n_seen - beyond) - 1
    return max(0, max(0, oldest) // hop * hop - first)


# --- from a file

# What needs the whole clip for its frames; the rest needs it for what comes after them.
_BEFORE_FRAMES = {"sample_norm", "samples", "min_samples", "multiple", "pad_mode", "valid", "count"}


def run_file(recipe: Recipe, path: AudioSource, *, mono: bool = True) -> np.ndarray:
    """Features of a file, read a block at a time unless the recipe needs the whole clip."""
    from .._soundfiles.sound import open_audio

    dtype = np.dtype(recipe.dtype if recipe.dtype in ("float32", "float64") else "float32")
    with open_audio(path) as sound:
        pieces = file_pieces(sound, recipe.sr, mono, dtype)
        if _BEFORE_FRAMES & set(recipe.whole_clip_parts()):
            return run_clip(recipe, np.concatenate(list(pieces), axis=-1))
        stream = FrameStream(program_of(recipe, precision_of(dtype)))
        expected = frames_expected(sound, stream.program, recipe.sr)
        F = gathered(stream_parts(stream, pieces), expected)
    return finish(stream.program, below_the_peak(stream.program, F, extent_of(F)), stream.n_seen)


def stream_parts(stream: Any, pieces: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """What a stream makes of these pieces of a signal, and of its end."""
    for piece in pieces:
        yield stream.push(piece)
    yield stream.finish()


def extent_of(F: np.ndarray) -> np.ndarray | None:
    """The highest and the lowest level of each channel, as the engine returns them."""
    if F.dtype.kind == "c":
        return None
    channels = F.reshape(-1, *F.shape[-2:]) if F.ndim > 2 else F[np.newaxis]
    return np.array([[channel.max() for channel in channels], [channel.min() for channel in channels]])


def file_pieces(
    sound: Sound, sr: float | None, mono: bool, dtype: np.dtype, seconds: float = 30.0
) -> Iterator[np.ndarray]:
    """Samples (n) or (channels, n) of an opened sound file, a block at a time, resampled if asked for."""
    from .._soundfiles.sound import read_blocks

    convert = converter(sound.samplerate, sr, sound.channels, mono, dtype)
    for block, last in read_blocks(sound, max(1, int(seconds * sound.samplerate)), dtype.name):
        yield convert(mixed(block) if mono else block, last)


def mixed(block: np.ndarray) -> np.ndarray:
    """(samples, channels) as (samples, 1), with the bits that `load` gives."""
    from ..core.audio import to_mono

    return block if block.shape[1] == 1 else to_mono(block.T)[:, np.newaxis]


Resampler = Callable[[np.ndarray, bool], np.ndarray]


def converter(rate: float, sr: float | None, n_channels: int, mono: bool, dtype: np.dtype) -> Resampler:
    """From a block (samples, channels) to samples (n) or (channels, n), resampled if asked for."""
    one = mono or n_channels == 1
    shape: Callable[[np.ndarray], np.ndarray] = (lambda block: block[:, 0]) if one else (lambda block: block.T)
    if sr is None or sr == rate:
        return lambda block, _: shape(block)
    import soxr

    resampler = soxr.ResampleStream(rate, sr, 1 if mono else n_channels, dtype=dtype.name, quality="HQ")
    return lambda block, last: shape(resampler.resample_chunk(block, last=last).reshape(-1, 1 if mono else n_channels))

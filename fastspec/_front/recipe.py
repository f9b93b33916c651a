"""`Recipe`: a front end as data, from samples to the last number.

Nothing is computed here: `program` turns a recipe into what the engine runs, `walk` carries it out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, overload

from .._gate.samples import DTypeError, ParameterError, as_index
from . import rules, written
from .notebook import Differences, FieldsTable

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    import numpy.typing as npt

    from .._gate.kinds import FloatArray as Features
    from .walk import Clips, Padded, RecipeStream


@dataclass(frozen=True, kw_only=True, repr=False)
class Recipe(FieldsTable):
    """A front end as plain, frozen data: everything between the samples and the features of a model.

    Two recipes with the same fields are equal and hash alike; ``repr`` can be pasted; `to_json` and `from_json` keep
    one with the features that were made by it; `diff` says in what two differ. Calling one computes.

    Parameters
    ----------
    sr : float, default 22050
        Sampling rate that the samples are taken for, in Hz. Nothing is resampled but by `file`.
    scale : float, default 1.0
        Samples are multiplied by it; 32768 for front ends that were made for 16-bit integers.
    sample_norm : {None, 'mean', 'standard'}, default None
        What is done to the clip first: its mean is taken away, or it is divided by sqrt(variance + 1e-7) as well.
    dither : float, default 0.0
        Standard deviation of Gaussian noise, told by each sample's place alone; it is added before `scale`.
    remove_mean : bool, default False
        Whether each frame loses its mean.
    preemphasis : float, default 0.0
        ``x[i] - preemphasis * x[i - 1]``.
    preemphasis_over : {'frame', 'signal', 'valid'}, default 'frame'
        Within each frame, whose first sample becomes ``(1 - preemphasis) * x[0]``; over the whole signal, whose first
        sample stays; or over the signal without its first sample.
    n_fft : int, default 2048
        Length of the FFT.
    hop_length : int, default 512
        Samples from frame to frame.
    frame_length : int, optional
        Samples of a frame; zeros are added behind, up to `n_fft`. Default: `n_fft`.
    samples : int, default 0
        If not 0, the clip is cut or filled with zeros to so many samples.
    fill : bool, default True
        Whether it is filled; if not, longer clips are cut to `samples`, and shorter ones stay.
    tile : bool, default False
        Whether a clip shorter than `samples` is repeated first, whole, as often as it fits.
    prepend : int, default 0
        Zeros before the clip that count as signal.
    append, min_samples, multiple : int, default 0, 0, 1
        Zeros behind it that do: so many, then up to so many samples in all, then up to a multiple.
    min_sides : {'behind', 'both'}, default 'behind'
        Where those up to `min_samples` are; 'both': one half before, and what is left by an odd number behind.
    pad : {'center', 'same', 'none', 'kaldi'} or (int, int), default 'center'
        Samples before and behind the signal: ``n_fft // 2``; ``(n_fft - hop_length) // 2``; none; Kaldi's, for frames
        whose middles are those of the hops; or as many as said.
    pad_mode : {'constant', 'edge', 'reflect', 'symmetric', 'wrap'}, default 'constant'
        What they hold, by `numpy.pad`'s names.
    count : {'whole', 'partial', 'stacks'}, default 'whole'
        Frames that fit between the ends of the padding; or one more where some is left, and at least one; or
        ``n_samples // hop_length``, rounded up to a multiple of `stack`, with zeros behind the clip up to the middle of
        the last one, for ``pad='center'``. (Kaldi's `pad` has one for each hop.)
    beyond : int, default 0
        Samples that belong to a frame for `count`, which some front ends cut and do not use.
    drop_last : bool, default False
        Whether the last frame is left out.
    window : str, tuple or array_like, default 'hann'
        As `fastspec.filters.get_window` has it, or Kaldi's 'povey' and 'sine'; samples become a tuple of numbers.
    win_length : int, optional
        Length of the window, in the middle of the frame. Default: `frame_length`.
    periodic : bool, default True
        Whether the window is periodic or symmetric.
    power : {2, 1, None}, default 2
        Exponent of the magnitude; None leaves complex numbers.
    spectrum_norm : {None, 'window', 'sum', 'n_fft'}, default None
        Divides the spectrum by the root of the sum of the window's squares, by the window's sum, or the root of
        `n_fft`.
    root_add, root_floor : float, default 0.0
        With ``power=1``, ``sqrt(max(|X|**2 + root_add, root_floor))``.
    parts, drop_nyquist : bool, default False
        With ``power=None``: real and imaginary parts as an axis before the rows; without the highest bin.
    n_mels : int, default 128
        Number of bands; 0 for the bins of the spectrum.
    fmin, fmax : float, default 0.0, None
        Range in Hz. None is sr / 2; a negative `fmax` counts from there.
    mel_scale : {'slaney', 'htk', 'kaldi', 'linear', 'chroma'}, default 'slaney'
        Slaney's scale; 2595 log10(1 + f / 700); 1127 ln(1 + f / 700), the same but for its unit; Hz, for bands of
        equal widths; or pitch classes in place of bands, `fastspec.filters.chroma` (without a range and `mel_norm`).
    mel_norm : {'slaney', 'sum', None}, default 'slaney'
        Bands of equal areas, of weights that sum to 1, or of height 1.
    triangles : {'hz', 'mel', 'htk', 'left', 'bins', 'inner'}, default 'hz'
        What the bands' flanks are straight in: Hz; mel; mel, without the first weight of all if `fmin` is not 0, as
        HTK has it; Hz, both sides as wide as the left one; whole FFT bins (which areas then count, too); or these, and
        a band's first bin never has a weight, where it is its middle neither.
    warp, warp_low, warp_high : float, default 1.0, 100.0, -500.0
        Vocal tract length normalisation of the bands' edges, as Kaldi has it: frequencies are divided by `warp`, but
        below `warp_low` and above `warp_high` (both times `warp`, where that narrows the range) so that `fmin` and
        `fmax` stay where they are. A negative `warp_high` counts from sr / 2.
    floor_sr : bool, default False
        Whether the highest bin is taken for ``sr // 2`` in place of sr / 2.
    band_floor : float, default 0.0
        Smallest band, before anything is added to it or its logarithm is taken.
    log : {'db', 'amplitude_db', 'ln', 'log2', 'log10', None}, default 'db'
        Logarithm: 10 log10, 20 log10, ...
    log_gain : float, default 1.0
        What is multiplied before.
    log_floor, log_add, log_zero : float, default 1e-10, 0.0, 0.0
        ``log(max(x + log_add, log_floor))``; if `log_zero` is not 0, it stands in place of zeros.
    top, top_of : float, optional
        Nothing is left more than `top` (in the unit of `log`) below the highest number of the clip, or below `top_of`.
    top_over : {'channel', 'channels'}, default 'channel'
        Whether the highest number is each channel's own, or that of all channels of a clip, (channels, n). Axes before
        these are clips.
    least, most : float, optional
        Bounds of the numbers.
    n_mfcc : int, optional
        So many coefficients of a DCT over the bands.
    first_mfcc : int, default 0
        The first of them.
    c0_last : bool, default False
        Whether the first one comes last.
    dct_norm : {'ortho', None, 'htk'}, default 'ortho'
        Orthonormal; as `scipy.fft.dct`; all rows times sqrt(2 / n_mels).
    lifter : float, default 0.0
        If positive, coefficient n is multiplied by ``1 + lifter / 2 * sin(pi * (n + lifter_from) / lifter)``.
    lifter_from : {0, 1}, default 0
        See there; librosa has 1.
    energy : {None, 'raw', 'windowed', 'spectrum'}, default None
        The logarithm (the natural one, if `log` is None) of each frame's energy as a row: its sum of squares before
        pre-emphasis and window, or after; or the sum of its spectrum, which is then treated as one more band (and has
        no `energy_floor`).
    energy_place : {'first', 'last', 'c0'}, default 'first'
        One more row, or in place of the first one.
    energy_floor : float, default 0.0
        Smallest energy; 0 is `log_floor`.
    shift, gain : float or tuple of float, default 0.0, 1.0
        ``(x + shift) * gain``; one number, or one for each row (after `stack`, but before `deltas`).
    norm : {None, 'mean', 'standard', 'minmax'}, default None
        Over the clip: less the mean; divided by the standard deviation, too; or taken to 0 .. 1.
    norm_over : {'time', 'all'}, default 'time'
        Each row by itself, or all together.
    norm_ddof : int, default 0
        Variances are divided by n - `norm_ddof`.
    norm_eps : float, default 0.0
        Added to the standard deviation, or to the variance if `norm_eps_in_root`.
    norm_eps_in_root : bool, default False
        See there.
    valid : {'all', 'hops', 'inside'}, default 'all'
        Which frames count for `norm`; 'hops': the first ``n_samples // hop_length``; 'inside': those that end (`beyond`
        included) before the clip's own last sample. The others become 0, those that are stacked before `shift`.
    one_hot : bool, default False
        Whether the highest number of each frame (the first of equal ones) becomes 1, and the others 0.
    deltas, delta_width : int, default 0, 9
        Slopes over so many frames (`fastspec.feature.delta` of order 1, mode 'nearest'), which follow the rows; with 2,
        the slopes of those, too; and so on. They are taken after `shift` and `gain`, and before `stack`.
    stack, stack_step, stack_before : int, default 1, None, 0
        Neighbouring frames that become one, every `stack_step` of them (default: `stack`), the first one repeated
        `stack_before` times before; what is left at the end is dropped, or filled by the last one if `stack_before`.
    stack_fill : float, optional
        What is left at the end is filled with this number.
    cut : int, default 0
        If not 0, so many frames, cut or filled with zeros (before `shift`, or after `deltas`).
    frames_multiple : int, default 1
        Frames of zeros are added up to a multiple.
    frames : {'last', 'first'}, default 'last'
        Whether features are (rows, frames) or (frames, rows).
    dtype : {None, 'float16', 'float32', 'float64'}, default None
        Of the result; None: that of the samples. Arithmetic is in float32 unless both are wider or this is 'float64'.
    tokens : tuple of (int, int, int) or (int, int, int, int), default ()
        How the model makes audio tokens of frames, for `n_tokens` alone: a layer's kernel, stride and padding, and how
        many come of each (1). Two recipes that differ in this are equal.
    tokens_chunk : int, default 0
        If not 0, so many frames at a time.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> whisper = fastspec.Recipe(sr=16000, n_fft=400, hop_length=160, n_mels=80, pad_mode="reflect", drop_last=True,
    ...                           log="log10", top=8.0, shift=4.0, gain=0.25)
    >>> whisper(np.zeros(16000, np.float32)).shape
    (80, 100)
    >>> whisper == fastspec.Recipe.from_json(whisper.to_json())
    True
    >>> whisper.diff(whisper.replace(n_mels=128))
    {'n_mels': (80, 128)}
    """

    sr: float = 22050
    scale: float = 1.0
    sample_norm: str | None = None
    dither: float = 0.0
    remove_mean: bool = False
    preemphasis: float = 0.0
    preemphasis_over: str = "frame"
    n_fft: int = 2048
    hop_length: int = 512
    frame_length: int | None = None
    samples: int = 0
    fill: bool = True
    tile: bool = False
    prepend: int = 0
    append: int = 0
    min_samples: int = 0
    min_sides: str = "behind"
    multiple: int = 1
    pad: str | tuple[int, int] = "center"
    pad_mode: str = "constant"
    count: str = "whole"
    beyond: int = 0
    drop_last: bool = False
    window: str | tuple[Any, ...] = "hann"
    win_length: int | None = None
    periodic: bool = True
    power: int | None = 2
    spectrum_norm: str | None = None
    root_add: float = 0.0
    root_floor: float = 0.0
    parts: bool = False
    drop_nyquist: bool = False
    n_mels: int = 128
    fmin: float = 0.0
    fmax: float | None = None
    mel_scale: str = "slaney"
    mel_norm: str | None = "slaney"
    triangles: str = "hz"
    warp: float = 1.0
    warp_low: float = 100.0
    warp_high: float = -500.0
    floor_sr: bool = False
    band_floor: float = 0.0
    log: str | None = "db"
    log_gain: float = 1.0
    log_floor: float = 1e-10
    log_add: float = 0.0
    log_zero: float = 0.0
    top: float | None = None
    top_of: float | None = None
    top_over: str = "channel"
    least: float | None = None
    most: float | None = None
    n_mfcc: int | None = None
    first_mfcc: int = 0
    c0_last: bool = False
    dct_norm: str | None = "ortho"
    lifter: float = 0.0
    lifter_from: int = 0
    energy: str | None = None
    energy_place: str = "first"
    energy_floor: float = 0.0
    shift: float | tuple[float, ...] = 0.0
    gain: float | tuple[float, ...] = 1.0
    norm: str | None = None
    norm_over: str = "time"
    norm_ddof: int = 0
    norm_eps: float = 0.0
    norm_eps_in_root: bool = False
    valid: str = "all"
    one_hot: bool = False
    deltas: int = 0
    delta_width: int = 9
    stack: int = 1
    stack_step: int | None = None
    stack_before: int = 0
    stack_fill: float | None = None
    cut: int = 0
    frames_multiple: int = 1
    frames: str = "last"
    dtype: str | None = None
    tokens: tuple[tuple[int, ...], ...] = field(default=(), compare=False)
    tokens_chunk: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        for f in fields(self):
            as_plain: Callable[..., Any] = rules.flag if isinstance(f.default, bool) else rules.plain
            object.__setattr__(self, f.name, as_plain(getattr(self, f.name), f.name))
        rules.check(self)

    # --- as data

    def items(self) -> dict[str, Any]:
        """The fields that differ from their defaults, in their order; `sr` always.

        Returns
        -------
        dict

        Examples
        --------
        >>> import fastspec
        >>> fastspec.Recipe(n_mels=80).items()
        {'sr': 22050, 'n_mels': 80}
        """
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name)) != f.default or f.name == "sr"}

    def __repr__(self) -> str:
        return f"fastspec.Recipe({', '.join(f'{name}={value!r}' for name, value in self.items().items())})"

    def replace(self, **changes: Any) -> Recipe:
        """The recipe with other values in some fields.

        Parameters
        ----------
        **changes
            Fields and their new values.

        Returns
        -------
        Recipe

        Raises
        ------
        TypeError
            If there is no such field; the error names the nearest.
        ParameterError
            If a value breaks its rule.

        Examples
        --------
        >>> import fastspec
        >>> fastspec.Recipe(n_mels=80).replace(n_mels=40)
        fastspec.Recipe(sr=22050, n_mels=40)
        """
        return written.made(Recipe, {f.name: getattr(self, f.name) for f in fields(self)} | changes)

    def to_json(self) -> str:
        """The recipe as JSON, with the fields that differ from their defaults, and the version of the format.

        Returns
        -------
        str

        Examples
        --------
        >>> import fastspec
        >>> print(fastspec.Recipe(sr=16000, n_mels=80).to_json())
        {"recipe": 1, "sr": 16000, "n_mels": 80}
        """
        return written.as_json(self)

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        """The recipe that `to_json` wrote.

        Parameters
        ----------
        text : str
            JSON.

        Returns
        -------
        Recipe

        Raises
        ------
        ParameterError
            If it is no recipe, or one of a later version.

        Examples
        --------
        >>> import fastspec
        >>> fastspec.Recipe.from_json('{"recipe": 1, "sr": 16000, "n_mels": 80}')
        fastspec.Recipe(sr=16000, n_mels=80)
        """
        return written.of_json(cls, text)

    def diff(self, other: Recipe) -> dict[str, tuple[Any, Any]]:
        """The fields in which two recipes differ.

        Parameters
        ----------
        other : Recipe

        Returns
        -------
        dict
            For each field that differs, this recipe's value and the other's. A notebook shows it as a table.

        Examples
        --------
        >>> import fastspec
        >>> fastspec.Recipe().diff(fastspec.Recipe(log="ln", n_mels=40))
        {'n_mels': (128, 40), 'log': ('db', 'ln')}
        """
        if not isinstance(other, Recipe):
            raise DTypeError(f"other is {type(other).__name__}, not a Recipe")
        pairs = {f.name: (getattr(self, f.name), getattr(other, f.name)) for f in fields(self) if f.compare}
        return Differences({name: pair for name, pair in pairs.items() if pair[0] != pair[1]})

    # --- carried out

    def n_frames(self, n_samples: int) -> int:
        """Frames of a clip of so many samples.

        Parameters
        ----------
        n_samples : int >= 0

        Returns
        -------
        int

        Examples
        --------
        >>> import fastspec
        >>> fastspec.Recipe(hop_length=512).n_frames(22050)
        44
        """
        from .program import program_of

        return program_of(self, 0).n_results(as_index(n_samples, name="n_samples", minimum=0))

    def n_tokens(self, n_samples: int) -> int:
        """Audio tokens that the model makes of a clip of so many samples, where it counts them by frames.

        Parameters
        ----------
        n_samples : int >= 0

        Returns
        -------
        int

        Raises
        ------
        ParameterError
            If the recipe does not say how, by `tokens`.

        Examples
        --------
        >>> import fastspec
        >>> fastspec.recipe("whisper").n_tokens(480000), fastspec.recipe("qwen2-audio").n_tokens(480000)
        (1500, 750)
        """
        from .program import n_tokens, program_of

        if not self.tokens:
            raise ParameterError("tokens=() says nothing of audio tokens; use recipe.replace(tokens=...), or n_frames")
        return n_tokens(self, program_of(self, 0).n_valid(as_index(n_samples, name="n_samples", minimum=0)))

    def whole_clip_parts(self) -> list[str]:
        """The fields whose part cannot be done before the whole clip is there, which a stream therefore refuses.

        Returns
        -------
        list of str

        Examples
        --------
        >>> import fastspec
        >>> fastspec.Recipe(top=80.0, norm="mean").whole_clip_parts()
        ['top', 'norm']
        """
        return rules.whole_clip_parts(self)

    def __call__(self, y: npt.ArrayLike, *, check_finite: bool = True) -> Features:
        """Features of a clip.

        Parameters
        ----------
        y : array_like [shape=(..., n)]
            Samples: floating-point, or integers that count as `fastspec.pcm_to_float` has them; a NumPy array, a list,
            or what gives its memory by DLPack or the array protocol, as a CPU tensor of torch. Leading axes are
            channels, and each is a clip of its own.
        check_finite : bool, default True
            Whether NaN or infinity is an error.

        Returns
        -------
        np.ndarray [shape=(..., rows, frames), or (..., frames, rows) with ``frames='first'``]

        Raises
        ------
        ParameterError
            If samples are not finite, or too few for a frame.
        DTypeError
            If `y` holds no samples.
        """
        from .walk import run_clip

        return run_clip(self, y, check_finite=check_finite)

    @overload
    def batch(self, clips: Clips, *, padded: Literal[True] = ..., fill: float = ...) -> Padded: ...
    @overload
    def batch(self, clips: Clips, *, padded: Literal[False], fill: float = ...) -> list[Features]: ...
    def batch(self, clips: Iterable[npt.ArrayLike], *, padded: bool = True, fill: float = 0.0) -> Any:
        """Features of many clips of different lengths, each as by itself.

        Parameters
        ----------
        clips : iterable of array_like [shape=(n,)]
            Clips, or an array whose rows are clips.
        padded : bool, default True
            Whether to put them into one array.
        fill : float, default 0.0
            What stands behind shorter ones there.

        Returns
        -------
        features : np.ndarray [shape=(clips, rows, most frames), or frames first]
            Or a list of arrays, if not `padded`.
        lengths : np.ndarray [shape=(clips,)], int
            Frames of each; with `padded` only.

        Raises
        ------
        ParameterError
            As for one clip; the message names its number.

        Examples
        --------
        >>> import fastspec
        >>> import numpy as np
        >>> recipe = fastspec.Recipe(sr=16000, n_fft=400, hop_length=160, n_mels=40)
        >>> features, lengths = recipe.batch([np.zeros(16000, np.float32), np.ones(8000, np.float32)])
        >>> features.shape, lengths.tolist()
        ((2, 40, 101), [101, 51])
        """
        from .walk import run_batch

        return run_batch(self, clips, padded=padded, fill=fill)

    def file(self, path: str | os.PathLike[str], *, mono: bool = True) -> Features:
        """Features of a sound file, resampled to `sr` if it has another rate.

        A recipe that needs no whole clip reads a block at a time.

        Parameters
        ----------
        path : str, path-like or file object
            Anything that `fastspec.load` reads.
        mono : bool, default True
            Whether to average the channels.

        Returns
        -------
        np.ndarray
            As for samples.

        Raises
        ------
        AudioFileError
            If the file is missing, no sound file, or shorter than its header says.
        """
        from .walk import run_file

        return run_file(self, path, mono=mono)

    def stream(self) -> RecipeStream:
        """Features as the samples arrive: what `push` and `finish` return, put together, is that of the whole clip.

        Returns
        -------
        RecipeStream
            With ``push(y)`` and ``finish()``.

        Raises
        ------
        ParameterError
            If a part of the recipe needs the whole clip; the message names it.

        Examples
        --------
        >>> import fastspec
        >>> import numpy as np
        >>> stream = fastspec.Recipe(n_mels=40).stream()
        >>> stream.push(np.zeros(4096, np.float32)).shape, stream.finish().shape
        ((40, 7), (40, 2))
        """
        from .walk import RecipeStream

        return RecipeStream(self)

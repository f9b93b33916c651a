"""kaldi-native-fbank's extractors of features from a waveform that comes in pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..._front.online import OnlineFrames, OnlineRawFrames
from ..._front.recipe import Recipe
from ..._gate.complaints import both, public
from ..._gate.samples import DTypeError, ParameterError, as_array, as_index, as_number
from . import _recipes
from ._options import FbankOptions, MfccOptions, Options, RawAudioSamplesOptions, WhisperFeatureOptions

if TYPE_CHECKING:
    import numpy.typing as npt

_SINGLE = np.dtype(np.float32)


def as_waveform(waveform: Any) -> np.ndarray:
    """Samples (n,) in float32; integers count as what they are, as Kaldi's are."""
    if type(waveform) is np.ndarray and waveform.dtype is _SINGLE and waveform.ndim == 1:
        return waveform
    x = as_array(waveform, name="waveform", kinds="fiub")
    if x.ndim != 1:
        raise both(ParameterError, TypeError)(
            f"waveform.shape={x.shape} must be (samples,); pass one channel, waveform[0]"
        )
    with np.errstate(over="ignore"):  # infinity is refused as such
        return x.astype(np.float32)


def check_options(options: Any, kind: type[Options]) -> None:
    if not isinstance(options, kind):
        raise DTypeError(f"opts={options!r} must be {kind.__name__}; {type(options).__name__} is not accepted")


def check_sampling_rate(given: float, expected: float) -> None:
    given = as_number(given, name="sampling_rate")
    if given != expected and np.float32(given) != np.float32(expected):
        raise ParameterError(
            f"sampling_rate={given:g} differs from the options' {expected:g} Hz; resample the waveform, or change these"
        )


class Online:
    """What `OnlineFbank`, `OnlineMfcc`, `OnlineWhisperFbank` and `OnlineRawAudioSamples` share.

    Frames are computed when they are asked for, all that are ready at once; so `accept_waveform` costs a copy. A
    frame's bits do not depend on how the waveform was cut.
    """

    def __init__(self, recipe: Recipe, frame_shift_ms: float, frames: type[OnlineFrames] = OnlineFrames) -> None:
        self._recipe, self._sr = recipe, recipe.sr
        self._frames = frames(recipe)
        self._shift = float(np.float32(frame_shift_ms) / np.float32(1000))

    def __repr__(self) -> str:
        name, finished = type(self).__name__, ", finished" if self._frames.finished else ""
        return f"<{name}: {self.dim} numbers a frame, {self.num_frames_ready} frames{finished}>"

    @property
    def recipe(self) -> Recipe:
        """The `fastspec.Recipe` that gives the same frames of the whole waveform (of raw ones, their spectra)."""
        return self._recipe

    @property
    def dim(self) -> int:
        """Numbers of a frame."""
        return self._frames.n_rows

    @property
    def frame_shift_in_seconds(self) -> float:
        """Time from one frame to the next."""
        return self._shift

    @property
    def num_frames_ready(self) -> int:
        """Frames that can be had so far, those that were popped counted."""
        return self._frames.n_ready()

    @public
    def accept_waveform(self, sampling_rate: float, waveform: npt.ArrayLike) -> None:
        """Take the next samples.

        Parameters
        ----------
        sampling_rate : float
            In Hz; it must be the options'.
        waveform : array_like [shape=(n,)]
            Any number of samples, none included, at the scale that they are to have. Integers count as what they are.

        Raises
        ------
        ParameterError
            If the rate is another one, or samples are not finite, of which none is taken then; also a RuntimeError
            after `input_finished`.
        DTypeError
            If `waveform` holds no samples of one channel.
        """
        if sampling_rate != self._sr:
            check_sampling_rate(sampling_rate, self._sr)
        frames, x = self._frames, as_waveform(waveform)
        if frames.finished and len(x):
            raise both(ParameterError, RuntimeError)(
                f"waveform has {len(x)} samples, but the input is finished; make another {type(self).__name__}"
            )
        frames.push(x)

    def input_finished(self) -> None:
        """Say that no more samples will come: what frames at the end are mirrored from is known then."""
        self._frames.finish()

    @public
    def is_last_frame(self, frame: int) -> bool:
        """Whether the input is finished and this is its last frame.

        Parameters
        ----------
        frame : int

        Returns
        -------
        bool
        """
        return self._frames.finished and frame == self._frames.n_ready() - 1

    @public
    def get_frame(self, frame: int) -> np.ndarray:
        """One frame.

        Parameters
        ----------
        frame : int
            Its number, from 0 on; those that were popped count.

        Returns
        -------
        np.ndarray [shape=(dim,)], float32
            The caller's own (the peer's is a part of what it keeps).

        Raises
        ------
        ParameterError
            If the frame is not there: not yet, which is an IndexError as well, or not any more, a RuntimeError.
        """
        found = self._frames.frame(frame) if type(frame) is int else None
        if found is None:
            found = self._frames.frame(self._checked(frame, "frame"))
            assert found is not None, "else it is refused"
        return found

    @public
    def get_frames(self, first: int, last: int) -> np.ndarray:
        """Many frames at once.

        Parameters
        ----------
        first, last : int
            Number of the first frame, and of the one after the last.

        Returns
        -------
        np.ndarray [shape=(last - first, dim)], float32

        Raises
        ------
        ParameterError
            If a frame is not there, as for `get_frame`.
        """
        first, last = as_index(first, name="first", minimum=-(2**62)), as_index(last, name="last", minimum=-(2**62))
        if last <= first:
            return np.empty((0, self.dim), np.float32)
        found = self._frames.frames(first, last)
        if found is None:
            self._checked(first, "first")
            self._checked(last - 1, "last - 1")
        assert found is not None, "else one of the two is refused"
        return found

    @public
    def pop(self, n: int) -> None:
        """Give up the oldest frames, so that long waveforms take no more memory than short ones.

        Parameters
        ----------
        n : int
            How many; no more than are ready. Numbers of frames stay what they are.
        """
        self._frames.pop(max(as_index(n, name="n", minimum=-(2**62)), 0))

    def _checked(self, frame: Any, name: str) -> int:
        frame, popped, ready = as_index(frame, name=name, minimum=-(2**62)), self._frames.popped, self.num_frames_ready
        if frame < 0:
            raise both(ParameterError, RuntimeError)(f"{name}={frame} is no frame; the first that is there is {popped}")
        if frame < popped:
            raise both(ParameterError, RuntimeError)(
                f"{name}={frame} is not there any more: frames before {popped} were popped; use {popped} to {ready - 1}"
            )
        if frame >= ready:
            raise both(ParameterError, IndexError)(
                f"{name}={frame} is not there yet: {ready} frames are ready; give more samples, or finish the input"
            )
        return frame


class OnlineFbank(Online):
    """Mel bands of a waveform that comes in pieces.

    Parameters
    ----------
    opts : FbankOptions
        They are read now; later changes have no effect.

    Raises
    ------
    ParameterError
        If options break their rules.
    DTypeError
        If `opts` are none.

    Examples
    --------
    >>> from fastspec.compat import kaldi
    >>> import numpy as np
    >>> options = kaldi.FbankOptions()
    >>> options.frame_opts.dither = 0
    >>> options.mel_opts.num_bins = 80
    >>> fbank = kaldi.OnlineFbank(options)
    >>> for i in range(0, 16000, 160):
    ...     fbank.accept_waveform(16000, np.zeros(160, np.float32))
    >>> fbank.input_finished()
    >>> fbank.num_frames_ready, fbank.get_frame(97).shape, fbank.get_frames(0, 98).shape
    (98, (80,), (98, 80))
    """

    @public
    def __init__(self, opts: FbankOptions) -> None:
        check_options(opts, FbankOptions)
        super().__init__(_recipes.of_fbank(opts), opts.frame_opts.frame_shift_ms)


class OnlineMfcc(Online):
    """Mel-frequency cepstral coefficients of a waveform that comes in pieces.

    Parameters
    ----------
    opts : MfccOptions
        They are read now; later changes have no effect.

    Raises
    ------
    ParameterError
        If options break their rules.
    DTypeError
        If `opts` are none.

    Examples
    --------
    >>> from fastspec.compat import kaldi
    >>> import numpy as np
    >>> mfcc = kaldi.OnlineMfcc(kaldi.MfccOptions())
    >>> mfcc.accept_waveform(16000, np.zeros(16000, np.float32))
    >>> mfcc.num_frames_ready, mfcc.dim
    (98, 13)
    """

    @public
    def __init__(self, opts: MfccOptions) -> None:
        check_options(opts, MfccOptions)
        super().__init__(_recipes.of_mfcc(opts), opts.frame_opts.frame_shift_ms)


class OnlineWhisperFbank(Online):
    """Whisper's mel bands, powers and not logarithms, of a waveform that comes in pieces.

    Parameters
    ----------
    opts : WhisperFeatureOptions
        Their `dim` alone counts.

    Raises
    ------
    ParameterError
        If options break their rules.
    DTypeError
        If `opts` are none.

    Examples
    --------
    >>> from fastspec.compat import kaldi
    >>> import numpy as np
    >>> whisper = kaldi.OnlineWhisperFbank(kaldi.WhisperFeatureOptions())
    >>> whisper.accept_waveform(16000, np.zeros(16000, np.float32))
    >>> whisper.input_finished()
    >>> whisper.num_frames_ready, whisper.dim
    (100, 80)
    """

    @public
    def __init__(self, opts: WhisperFeatureOptions) -> None:
        check_options(opts, WhisperFeatureOptions)
        super().__init__(_recipes.of_whisper(opts), 10.0)


class OnlineRawAudioSamples(Online):
    """Frames of a waveform that comes in pieces, as samples.

    Parameters
    ----------
    opts : RawAudioSamplesOptions
        They are read now; later changes have no effect. What they ask for is done to the frames; by default nothing is.

    Raises
    ------
    ParameterError
        If options break their rules.
    DTypeError
        If `opts` are none.

    Examples
    --------
    >>> from fastspec.compat import kaldi
    >>> import numpy as np
    >>> raw = kaldi.OnlineRawAudioSamples(kaldi.RawAudioSamplesOptions())
    >>> raw.accept_waveform(16000, np.arange(1000.0))
    >>> raw.num_frames_ready, raw.get_frame(1)[:3].tolist()
    (4, [160.0, 161.0, 162.0])
    """

    @public
    def __init__(self, opts: RawAudioSamplesOptions) -> None:
        check_options(opts, RawAudioSamplesOptions)
        super().__init__(_recipes.of_raw(opts), opts.frame_opts.frame_shift_ms, OnlineRawFrames)

"""kaldi-native-fbank's features for NeMo's models that take a buffer of the last seconds again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..._front.online import OnlineExcerpts
from ..._front.recipe import Recipe
from ..._gate.complaints import both, public
from ..._gate.samples import ParameterError, as_index
from . import _recipes
from ._online import as_waveform, check_options, check_sampling_rate
from ._options import NemoFbankOptions

if TYPE_CHECKING:
    import numpy.typing as npt


class OnlineNemoFbank:
    """NeMo's features of stretches of a waveform that comes in pieces, each stretch taken for a whole signal.

    Pre-emphasis, zeros at both ends, a symmetric window in the middle of the FFT, Slaney's bands, ``log(x + 2**-24)``;
    samples are between -1 and 1.

    Parameters
    ----------
    opts : NemoFbankOptions
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
    >>> nemo = kaldi.OnlineNemoFbank(kaldi.NemoFbankOptions())
    >>> nemo.accept_waveform(16000, np.zeros(1700, np.float32))
    >>> nemo.num_frames_ready, nemo.num_trailing_samples
    (10, 100)
    >>> frames, offset = nemo.get_frames(0, 5)
    >>> frames.shape, offset
    ((5, 80), 0)
    """

    @public
    def __init__(self, opts: NemoFbankOptions) -> None:
        check_options(opts, NemoFbankOptions)
        self._recipe = _recipes.of_nemo(opts)
        self._capacity = opts.buffered_capacity
        self._samples = OnlineExcerpts()
        self._shift = float(np.float32(self._recipe.hop_length) / np.float32(opts.samp_freq))

    def __repr__(self) -> str:
        finished = ", finished" if self._samples.finished else ""
        return f"<OnlineNemoFbank: {self.dim} numbers a frame, {self.num_frames_ready} frames{finished}>"

    @property
    def recipe(self) -> Recipe:
        """The `fastspec.Recipe` of a stretch; it makes one frame more than there are shifts, which is left out."""
        return self._recipe

    @property
    def dim(self) -> int:
        """Numbers of a frame."""
        return self._recipe.n_mels

    @property
    def frame_shift_in_seconds(self) -> float:
        """Time from one frame to the next."""
        return self._shift

    @property
    def num_frames_ready(self) -> int:
        """Whole shifts so far."""
        return self._samples.n_seen // self._recipe.hop_length

    @property
    def num_trailing_samples(self) -> int:
        """Samples behind the last whole shift."""
        return self._samples.n_seen % self._recipe.hop_length

    @public
    def accept_waveform(self, sampling_rate: float, waveform: npt.ArrayLike) -> None:
        """Take the next samples.

        Parameters
        ----------
        sampling_rate : float
            In Hz; it must be the options'.
        waveform : array_like [shape=(n,)]
            Any number of samples, none included.

        Raises
        ------
        ParameterError
            If the rate is another one, or samples are not finite, of which none is taken then; also a RuntimeError
            after `input_finished`.
        DTypeError
            If `waveform` holds no samples of one channel.
        """
        check_sampling_rate(sampling_rate, self._recipe.sr)
        x = as_waveform(waveform)
        if self._samples.finished and len(x):
            raise both(ParameterError, RuntimeError)(
                f"waveform has {len(x)} samples, but the input is finished; make another OnlineNemoFbank"
            )
        self._samples.push(x)

    def input_finished(self) -> None:
        """Say that no more samples will come."""
        self._samples.finish()

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
        return self._samples.finished and 0 <= frame == self.num_frames_ready - 1

    @public
    def get_frames(self, frame_index: int, n: int, is_final: bool = False) -> tuple[np.ndarray, int]:
        """Features of the samples of some frames, and of no others.

        Samples before these are given up: later requests cannot go back.

        Parameters
        ----------
        frame_index : int
            The first frame.
        n : int
            How many.
        is_final : bool, default False
            Whether samples behind the last whole shift belong to a request that ends with the last frame of all, once
            the input is finished. One of as many frames as `buffered_capacity` then leaves out as many at its start.

        Returns
        -------
        frames : np.ndarray [shape=(n, dim)], float32
        start_sample_offset : int
            How many samples were left out.

        Raises
        ------
        ParameterError
            If frames are not there, not yet or not any more.
        """
        frame_index, n = as_index(frame_index, name="frame_index", minimum=0), as_index(n, name="n", minimum=0)
        if n == 0:
            return np.empty((0, self.dim), np.float32), 0
        hop, ready = self._recipe.hop_length, self.num_frames_ready
        first, last, oldest = frame_index * hop, (frame_index + n) * hop, self._samples.first
        if frame_index + n > ready or first < oldest:
            raise ParameterError(
                f"frame_index={frame_index}, n={n}: there are frames {-(-oldest // hop)} to {ready - 1}; give more "
                "samples, or go forward only"
            )
        offset = 0
        if is_final and self._samples.finished and frame_index + n == ready:
            last += self.num_trailing_samples
            offset = self.num_trailing_samples if n == self._capacity else 0
        x = self._samples.excerpt(first, last)
        return self._recipe(x[offset:], check_finite=False)[:n], offset

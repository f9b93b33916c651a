"""Spectrograms and the ways back, as objects."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

from ...._front.program import program_of
from ...._front.recipe import Recipe
from ...._front.walk import precision_for, run_program
from ...._gate.complaints import warn
from ...._gate.samples import ParameterError, as_index, as_number, check_rate
from ..._peer import peer
from .._arguments import (
    Stft,
    as_waveform,
    check_length,
    has_recipe,
    recipe_of,
    sampled_window,
    stft_arguments,
    window_samples,
)
from ..functional import phase_vocoder
from ..functional._spectra import check_momentum, run_centroid, run_griffinlim, run_inverse, run_spectrogram
from ._base import Transform

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt


class FromSamples(Transform):
    """A transform that begins with frames of samples: what torchaudio's have in common."""

    n_fft: int
    hop_length: int
    win_length: int

    def _set_frames(self, n_fft: int, win_length: Any, hop_length: int | None, window_fn: Any, wkwargs: Any) -> None:
        self.n_fft = as_index(n_fft, name="n_fft")
        self.win_length = self.n_fft if win_length is None else as_index(win_length, name="win_length")
        self.hop_length = self.win_length // 2 if hop_length is None else hop_length
        if hop_length is None and self.hop_length == 0:
            raise ParameterError(f"win_length={self.win_length} leaves a default hop_length of 0; give hop_length")
        window = sampled_window(window_fn, self.win_length, wkwargs)
        # A name tells a recipe more than its samples do.
        self.window_fn = window if isinstance(window, str) else getattr(window_fn, "__name__", None) or str(window_fn)
        self._named = window if isinstance(window, str) else None
        key = window if isinstance(window, str) else np.asarray(window, np.float64).tobytes()
        self.window = window_samples(key, self.win_length).astype(np.float32)
        self._window = None if self._named else np.asarray(window, np.float64)
        self._window_of = self.window

    def _stft(self, **options: Any) -> Stft:
        """The arguments as they are now, checked; a window that has been put in place of the first one counts."""
        window = (self._named or self._window) if self.window is self._window_of else self.window
        return stft_arguments(self.n_fft, self.hop_length, self.win_length, window, **options)


class Recipes(FromSamples):
    """A transform that is a recipe, but for arguments that none has."""

    @abstractmethod
    def _stft_now(self) -> Stft:
        """The arguments of the frames, as they are now."""

    @abstractmethod
    def _make_recipe(self) -> Recipe | None:
        """What `recipe` is, as the attributes are now."""

    @property
    def recipe(self) -> Recipe | None:
        """What the transform does as a `fastspec.Recipe`; None where none says it."""
        return self._made("recipe", self._make_recipe)

    def _by_recipe(self, waveform: Any) -> np.ndarray | None:
        """Features by the recipe; None if there is none."""
        recipe = self.recipe
        if recipe is None:
            return None
        x = as_waveform(waveform)
        check_length(self._made("stft", self._stft_now), x)
        precision = precision_for(recipe, x.dtype)
        program = self._made("double" if precision else "single", lambda: program_of(recipe, precision))
        return run_program(program, x)


class Spectrogram(Recipes):
    """Spectrograms of samples.

    Parameters
    ----------
    n_fft : int, default 400
        Length of the FFT.
    win_length : int, optional
        Length of the window. Default: `n_fft`.
    hop_length : int, optional
        Samples from frame to frame. Default: ``win_length // 2``.
    pad : int, default 0
        Zeros before and behind the samples, which count as such.
    window_fn : str or callable, default 'hann'
        The name of a window, periodic; or a function of the length, as ``numpy.hamming`` or ``torch.hann_window``.
    power : float or None, default 2.0
        Exponent of the magnitude; None leaves complex numbers.
    normalized : bool or {'window', 'frame_length'}, default False
        Whether to divide by the root of the window's sum of squares, or of `n_fft`.
    wkwargs : dict, optional
        Arguments for `window_fn`; for a name, ``{"periodic": False}``.
    center : bool, default True
        Whether ``n_fft // 2`` samples of padding stand at either side.
    pad_mode : {'reflect', 'constant', 'replicate', 'circular'}, default 'reflect'
        What they hold.
    onesided : bool, default True
        Whether to leave out the upper half of the bins.
    return_complex : bool, optional
        Of no effect.

    Attributes
    ----------
    window : np.ndarray [shape=(win_length,)]
        The window's samples.
    recipe : Recipe or None

    Raises
    ------
    ParameterError
        If an argument breaks its rule; it is a ValueError and a RuntimeError.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import torchaudio
    >>> torchaudio.Spectrogram(n_fft=512, hop_length=32)(np.zeros((2, 199488), np.float32)).shape
    (2, 257, 6235)
    """

    @peer(RuntimeError)
    def __init__(
        self,
        n_fft: int = 400,
        win_length: int | None = None,
        hop_length: int | None = None,
        pad: int = 0,
        window_fn: str | Callable[..., Any] = "hann",
        power: float | None = 2.0,
        normalized: bool | str = False,
        wkwargs: dict[str, Any] | None = None,
        center: bool = True,
        pad_mode: str = "reflect",
        onesided: bool = True,
        return_complex: bool | None = None,
    ) -> None:
        self._set_frames(n_fft, win_length, hop_length, window_fn, wkwargs)
        self.pad, self.power, self.normalized = pad, power, normalized
        self.center, self.pad_mode, self.onesided = center, pad_mode, onesided
        if return_complex is not None:
            warn(f"return_complex={return_complex} has no effect; power=None returns complex numbers")
        self._stft_now()

    def _stft_now(self) -> Stft:
        return self._stft(
            pad=self.pad, power=self.power, normalized=self.normalized, center=self.center, pad_mode=self.pad_mode,
            onesided=self.onesided,
        )  # fmt: skip

    def _make_recipe(self) -> Recipe | None:
        a = self._made("stft", self._stft_now)
        return recipe_of(a) if has_recipe(a) else None

    @peer(RuntimeError)
    def forward(self, waveform: npt.ArrayLike) -> np.ndarray:
        """Spectra of samples.

        Parameters
        ----------
        waveform : array_like [shape=(..., n)], floating-point
            Samples.

        Returns
        -------
        np.ndarray [shape=(..., bins, frames)]
        """
        S = self._by_recipe(waveform)
        return run_spectrogram(self._made("stft", self._stft_now), waveform) if S is None else S


class InverseSpectrogram(FromSamples):
    """Samples of complex spectrograms.

    Parameters
    ----------
    n_fft, win_length, hop_length, pad, window_fn, normalized, wkwargs, center, onesided
        As they were in `Spectrogram`.
    pad_mode : str, default 'reflect'
        Of no effect, as in torchaudio.

    Raises
    ------
    ParameterError
        If an argument breaks its rule; it is a ValueError and a RuntimeError.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import torchaudio
    >>> D = torchaudio.Spectrogram(power=None)(np.sin(np.arange(8000.0)))
    >>> bool(np.allclose(torchaudio.InverseSpectrogram()(D, 8000), np.sin(np.arange(8000.0))))
    True
    """

    @peer(RuntimeError)
    def __init__(
        self,
        n_fft: int = 400,
        win_length: int | None = None,
        hop_length: int | None = None,
        pad: int = 0,
        window_fn: str | Callable[..., Any] = "hann",
        normalized: bool | str = False,
        wkwargs: dict[str, Any] | None = None,
        center: bool = True,
        pad_mode: str = "reflect",
        onesided: bool = True,
    ) -> None:
        self._set_frames(n_fft, win_length, hop_length, window_fn, wkwargs)
        self.pad, self.normalized = pad, normalized
        self.center, self.pad_mode, self.onesided = center, pad_mode, onesided
        self._stft_now()

    def _stft_now(self) -> Stft:
        return self._stft(
            pad=self.pad, power=None, normalized=self.normalized, center=self.center, onesided=self.onesided
        )

    @peer(RuntimeError)
    def forward(self, spectrogram: np.ndarray, length: int | None = None) -> np.ndarray:
        """Samples of spectra.

        Parameters
        ----------
        spectrogram : np.ndarray [shape=(..., bins, frames)], complex
            Spectra.
        length : int, optional
            Samples to return. Default: all that the frames give.

        Returns
        -------
        np.ndarray [shape=(..., n)]
        """
        return run_inverse(self._made("stft", self._stft_now), spectrogram, length)


class GriffinLim(FromSamples):
    """Samples of magnitude spectrograms, their phases found by Griffin and Lim's iteration.

    Parameters
    ----------
    n_fft : int, default 400
        Length of the FFT.
    n_iter : int, default 32
        Rounds.
    win_length, hop_length, window_fn, wkwargs
        As in `Spectrogram`.
    power : float, default 2.0
        Exponent that the magnitudes have.
    momentum : float, 0 <= momentum < 1, default 0.99
        0 is the plain algorithm.
    length : int, optional
        Samples to return; it must go with the frames.
    rand_init : bool, default True
        Whether phases are random at first, or zero.
    rng : None, int, Generator, ..., optional
        What `numpy.random.default_rng` takes, for them; torchaudio has torch's global generator in its place.

    Raises
    ------
    ParameterError
        If an argument breaks its rule; it is a ValueError and a RuntimeError.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import torchaudio
    >>> S = torchaudio.Spectrogram(512)(np.sin(np.arange(16384) / 9).astype(np.float32))
    >>> torchaudio.GriffinLim(512, n_iter=4, rng=0)(S).shape
    (16384,)
    """

    @peer(RuntimeError)
    def __init__(
        self,
        n_fft: int = 400,
        n_iter: int = 32,
        win_length: int | None = None,
        hop_length: int | None = None,
        window_fn: str | Callable[..., Any] = "hann",
        power: float = 2.0,
        wkwargs: dict[str, Any] | None = None,
        momentum: float = 0.99,
        length: int | None = None,
        rand_init: bool = True,
        *,
        rng: Any = None,
    ) -> None:
        check_momentum(momentum)
        self._set_frames(n_fft, win_length, hop_length, window_fn, wkwargs)
        self.n_iter, self.power, self.momentum = n_iter, power, momentum
        self.length, self.rand_init, self.rng = length, rand_init, rng
        self._stft()

    @peer(RuntimeError)
    def forward(self, specgram: np.ndarray) -> np.ndarray:
        """Samples of magnitudes.

        Parameters
        ----------
        specgram : np.ndarray [shape=(..., 1 + n_fft // 2, frames)]
            Magnitudes, to the power of `power`.

        Returns
        -------
        np.ndarray [shape=(..., n)]
        """
        a = self._made("stft", self._stft)
        return run_griffinlim(
            a, specgram, self.power, self.n_iter, self.momentum, self.length, self.rand_init, self.rng
        )


class SpectralCentroid(FromSamples):
    """The mean frequency of each frame, weighted by magnitude.

    Parameters
    ----------
    sample_rate : int
        Sampling rate in Hz.
    n_fft, win_length, hop_length, pad, window_fn, wkwargs
        As in `Spectrogram`; padding is reflected.

    Raises
    ------
    ParameterError
        If an argument breaks its rule; it is a ValueError and a RuntimeError.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import torchaudio
    >>> torchaudio.SpectralCentroid(16000)(np.zeros((2, 16000), np.float32)).shape
    (2, 81)
    """

    @peer(RuntimeError)
    def __init__(
        self,
        sample_rate: int,
        n_fft: int = 400,
        win_length: int | None = None,
        hop_length: int | None = None,
        pad: int = 0,
        window_fn: str | Callable[..., Any] = "hann",
        wkwargs: dict[str, Any] | None = None,
    ) -> None:
        check_rate(sample_rate, name="sample_rate")
        self.sample_rate = sample_rate
        self._set_frames(n_fft, win_length, hop_length, window_fn, wkwargs)
        self.pad = pad
        self._stft_now()

    def _stft_now(self) -> Stft:
        return self._stft(pad=self.pad, power=1)

    @peer(RuntimeError)
    def forward(self, waveform: npt.ArrayLike) -> np.ndarray:
        """Centroids of samples.

        Parameters
        ----------
        waveform : array_like [shape=(..., n)], floating-point
            Samples.

        Returns
        -------
        np.ndarray [shape=(..., frames)]
            In Hz; 0 for silence, where torchaudio has NaN.
        """
        return run_centroid(self._made("stft", self._stft_now), waveform, self.sample_rate)


class TimeStretch(Transform):
    """Complex spectrograms at another speed.

    Parameters
    ----------
    hop_length : int, optional
        Samples from frame to frame. Default: ``n_freq - 1``. It has no effect on the result.
    n_freq : int, default 201
        Bins.
    fixed_rate : float, optional
        Speed, if it is not given with each call.

    Raises
    ------
    ParameterError
        If an argument breaks its rule; it is a ValueError and a RuntimeError.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import torchaudio
    >>> D = torchaudio.Spectrogram(power=None)(np.sin(np.arange(16000) / 9).astype(np.float32))
    >>> torchaudio.TimeStretch(fixed_rate=1.5)(D).shape
    (201, 54)
    """

    @peer(RuntimeError)
    def __init__(self, hop_length: int | None = None, n_freq: int = 201, fixed_rate: float | None = None) -> None:
        self.n_freq = as_index(n_freq, name="n_freq")
        self.hop_length = self.n_freq - 1 if hop_length is None else as_number(hop_length, name="hop_length")
        self.fixed_rate = fixed_rate
        self.phase_advance = np.linspace(0, np.pi * self.hop_length, self.n_freq, dtype=np.float32)[:, np.newaxis]

    @peer(RuntimeError)
    def forward(self, complex_specgrams: np.ndarray, overriding_rate: float | None = None) -> np.ndarray:
        """Spectra at another speed.

        Parameters
        ----------
        complex_specgrams : np.ndarray [shape=(..., n_freq, frames)], complex
            Spectra.
        overriding_rate : float, optional
            Speed, in place of `fixed_rate`.

        Returns
        -------
        np.ndarray [shape=(..., n_freq, ceil(frames / rate))], complex
        """
        rate = self.fixed_rate if overriding_rate is None else overriding_rate
        if rate is None:
            raise ParameterError("overriding_rate=None: give a rate, or a fixed_rate when TimeStretch is made")
        return phase_vocoder(complex_specgrams, rate, self.phase_advance)

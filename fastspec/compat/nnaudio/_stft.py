"""`STFT`: spectra at an FFT's bins, or on a linear or logarithmic axis of one's own, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..._engine.spec import Spectrum, padding_of
from ..._front.lines import Lines
from ..._front.recipe import Recipe
from ..._front.specs import padded_window, window_key
from ..._gate.complaints import both
from ..._gate.samples import ParameterError, as_array, as_hop_length, as_index, as_number, check_rate, one_of
from ...core.spectrum import _lines, istft
from .._peer import peer
from ._layer import Layer, as_parts, batch_of, check_frames

if TYPE_CHECKING:
    import numpy.typing as npt

_SCALES = ("no", "linear", "log", "log2")
_OUTPUTS = ("Complex", "Magnitude", "Phase")


class STFT(Layer):
    """Short-time Fourier transform as nnAudio's layer has it.

    Parameters
    ----------
    n_fft : int, default 2048
        Length of a frame.
    win_length : int, optional
        Length of the window. Default: `n_fft`.
    freq_bins : int, optional
        Bins. Default: ``n_fft // 2 + 1``.
    hop_length : int, optional
        Samples from frame to frame. Default: ``win_length // 4``.
    window : str or tuple, default 'hann'
        As `fastspec.filters.get_window` has it.
    freq_scale : {'no', 'linear', 'log', 'log2'}, default 'no'
        Where bins lie; see the module.
    center : bool, default True
        Whether frames are centred.
    pad_mode : {'reflect', 'constant'}, default 'reflect'
        What they find beyond the ends.
    iSTFT : bool, default False
        Whether `inverse` may be called.
    fmin, fmax : float, default 50, 6000
        Where the axis begins and ends, in Hz; of no account with 'no'.
    sr : float, default 22050
        Sampling rate in Hz.
    trainable : bool, default False
        Nothing is trained; magnitudes get the guard that the layer's then have.
    output_format : {'Complex', 'Magnitude', 'Phase'}, default 'Complex'
        What a call returns, if it does not say.
    verbose : bool, default True
        Accepted, and without effect.

    Attributes
    ----------
    bins2freq, bin_list : list of float
        Frequencies of the bins in Hz, and in bins of the FFT.
    recipe : Recipe or None
        With bins of the FFT, the front end as data.

    Raises
    ------
    ParameterError
        If a size is not a positive integer, a name is not known, or the window does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.nnaudio import STFT
    >>> layer = STFT(n_fft=512, freq_scale="log", fmin=100, fmax=4000, freq_bins=64, output_format="Magnitude")
    >>> layer(np.random.default_rng(0).normal(size=8000)).shape
    (1, 64, 63)
    """

    @peer()
    def __init__(
        self,
        n_fft: int = 2048,
        win_length: int | None = None,
        freq_bins: int | None = None,
        hop_length: int | None = None,
        window: str | tuple[Any, ...] = "hann",
        freq_scale: str = "no",
        center: bool = True,
        pad_mode: str = "reflect",
        iSTFT: bool = False,
        fmin: float = 50,
        fmax: float = 6000,
        sr: float = 22050,
        trainable: bool = False,
        output_format: str = "Complex",
        verbose: bool = True,
    ) -> None:
        self._remember(locals())
        self.n_fft = as_index(n_fft, name="n_fft")
        self.win_length = self.n_fft if win_length is None else as_index(win_length, name="win_length")
        self.freq_bins = None if freq_bins is None else as_index(freq_bins, name="freq_bins")
        self.stride = as_hop_length(max(1, self.win_length // 4) if hop_length is None else hop_length)
        self.freq_scale = one_of(freq_scale, _SCALES, name="freq_scale")
        self.pad_mode = one_of(pad_mode, ("reflect", "constant"), name="pad_mode")
        self.output_format = one_of(output_format, _OUTPUTS, name="output_format")
        self.window, self.center, self.iSTFT, self.trainable = window, bool(center), bool(iSTFT), bool(trainable)
        check_rate(sr)
        self.sr, self.fmin, self.fmax = sr, as_number(fmin, name="fmin"), as_number(fmax, name="fmax")
        self.pad_amount = self.n_fft // 2
        self._frequencies = self._in_hertz(self.freq_bins or self.n_fft // 2 + 1)
        self.bins2freq = self._frequencies.tolist()
        self.bin_list = (self._frequencies * (self.n_fft / self.sr)).tolist()
        self._pad = self.pad_amount if self.center else 0
        self._window = padded_window(window_key(window, self.win_length), self.win_length, self.n_fft)
        self._lines = Lines(
            self.n_fft, self.stride, self._pad, padding_of(self.pad_mode), self._window.tobytes(),
            (self._frequencies / self.sr).tobytes(),
        )  # fmt: skip
        self._guard = 1e-8 if self.trainable else 0.0
        self.recipe = self._recipe() if self._has_bins_of_fft() else None
        self._magnitudes = self.recipe and self.recipe.replace(power=1, root_add=self._guard)

    def _in_hertz(self, n: int) -> np.ndarray:
        k = np.arange(n)
        if self.freq_scale == "no":
            return k * (self.sr / self.n_fft)
        if self.freq_scale == "linear":
            return self.fmin + k * ((self.fmax - self.fmin) / n)
        if not (0 < self.fmin < np.inf and 0 < self.fmax < np.inf):
            raise ParameterError(
                f"fmin={self.fmin} and fmax={self.fmax} must be positive with freq_scale={self.freq_scale!r}; "
                "a logarithmic axis has no zero"
            )
        return self.fmin * (self.fmax / self.fmin) ** (k / n)

    def _has_bins_of_fft(self) -> bool:
        return self.freq_scale == "no" and len(self._frequencies) <= self.n_fft // 2 + 1

    def _recipe(self) -> Recipe:
        return Recipe(
            sr=self.sr, n_fft=self.n_fft, hop_length=self.stride, pad="center" if self.center else "none",
            pad_mode=self.pad_mode, window=tuple(self._window.tolist()), power=None, n_mels=0, log=None,
        )  # fmt: skip

    @peer()
    def __call__(self, x: npt.ArrayLike, output_format: str | None = None) -> np.ndarray:
        """Spectra of a batch.

        Parameters
        ----------
        x : array_like or tensor [shape=(n,), (batch, n) or (batch, 1, n)], real floating-point
            Samples.
        output_format : {'Complex', 'Magnitude', 'Phase'}, optional
            Default: the layer's.

        Returns
        -------
        np.ndarray or tensor [shape=(batch, bins, frames), or (batch, bins, frames, 2) of 'Complex']

        Raises
        ------
        ParameterError
            Also an AssertionError or a RuntimeError: if there are too few samples.
        """
        wanted = one_of(output_format or self.output_format, _OUTPUTS, name="output_format")
        samples = self._batch_of(x)
        if wanted == "Magnitude":
            return self._spectra(samples, Spectrum.MAGNITUDE)
        D = self._spectra(samples, Spectrum.COMPLEX)
        if wanted == "Phase":
            zero = D.real.dtype.type(0)  # without its sign, by which silence would have phase pi
            return np.arctan2(D.imag + zero, D.real + zero)
        return as_parts(D)

    forward = __call__

    def _batch_of(self, x: Any) -> np.ndarray:
        """Samples (batch, n), enough of them for a frame and for what is reflected."""
        samples = batch_of(x)
        check_frames(samples, self.n_fft, self._pad, self.pad_mode)
        return samples

    def _spectra(self, samples: np.ndarray, kind: Spectrum) -> np.ndarray:
        recipe = self.recipe if kind is Spectrum.COMPLEX else self._magnitudes
        if recipe is None:
            guard = 0.0 if kind is Spectrum.COMPLEX else self._guard
            return _lines.transform(samples, self._lines, kind, guard=guard)
        return recipe(samples)[:, : len(self._frequencies)]

    @peer(AssertionError)
    def inverse(
        self, X: npt.ArrayLike, onesided: bool = True, length: int | None = None, refresh_win: bool = True
    ) -> np.ndarray:
        """The signal whose spectra are nearest to those given, for any `freq_scale`.

        Of bins of the FFT, this is the layer's own inverse, exactly. On other axes, where the layer's does not work,
        the signal is found by least squares; what lies outside the axis, or between bins that are farther apart than
        the window is wide, cannot come back.

        Parameters
        ----------
        X : array_like or tensor [shape=(batch, bins, frames, 2)]
            Real and imaginary parts.
        onesided : bool, default True
            False: with ``freq_scale='no'`` there are `n_fft` bins, the upper half of which are averaged with the lower.
        length : int, optional
            Samples to return; zeros follow where frames have ended. Default: all that the frames give, without the
            padding.
        refresh_win : bool, default True
            Accepted, and without effect.

        Returns
        -------
        np.ndarray or tensor [shape=(batch, n)]

        Raises
        ------
        ParameterError
            Also a NameError if the layer was made without ``iSTFT=True``, or an AssertionError if `X` has not four
            dimensions.
        """
        if not self.iSTFT:
            raise both(ParameterError, NameError)("iSTFT=False: the layer has no inverse; make it with iSTFT=True")
        parts = as_array(X, name="X", kinds="fiub")
        if parts.ndim != 4 or parts.shape[-1] != 2:
            raise ParameterError(f"X.shape={parts.shape} must be (batch, bins, frames, 2); see fastspec.griffinlim")
        n = None if length is None else as_index(length, name="length", minimum=0)
        D = _as_complex(parts)
        if self.freq_scale == "no":
            return self._of_bins(D if onesided else _one_side(D), n)
        if D.shape[1] != len(self._frequencies):
            raise ParameterError(f"X.shape={parts.shape} must have the layer's bins, {len(self._frequencies)}")
        return _lines.inverse(D, self._lines, n, name="X")

    def _of_bins(self, D: np.ndarray, n: int | None) -> np.ndarray:
        """Bins that are not there count as zero."""
        options: dict[str, Any] = {"hop_length": self.stride, "win_length": self.n_fft, "window": self._window}
        return istft(D, n_fft=self.n_fft, center=self.center, length=n, **options)


def _as_complex(parts: np.ndarray) -> np.ndarray:
    dtype = np.float32 if parts.dtype.kind == "f" and parts.dtype.itemsize <= 4 else np.float64
    frames = np.ascontiguousarray(parts.swapaxes(1, 2), dtype=dtype)
    return frames.view(np.result_type(dtype, np.complex64))[..., 0].swapaxes(1, 2)


def _one_side(D: np.ndarray) -> np.ndarray:
    """Of all bins of an FFT those up to half of it, such that the real signal is the same."""
    n = D.shape[1]
    lower = D[:, : n // 2 + 1]
    return (lower + D[:, (-np.arange(n // 2 + 1)) % n].conj()) / 2

"""`CQT1992v2`, `CQT2010v2`, `VQT`: constant-Q spectra."""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import ceil, log2
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..._gate.complaints import both, warn
from ..._gate.samples import ParameterError, as_hop_length, as_index, as_number, check_rate, one_of
from ...core.constantq._bank import bank_cqt
from ...core.constantq._octaves import Octaves, octaves_of, transform_octaves
from ...core.spectrum import magphase
from .._peer import peer
from ._layer import Layer, as_parts, batch_of, magnitudes

if TYPE_CHECKING:
    import numpy.typing as npt

    Gains = Literal["librosa", "convolutional", "wrap"]

_OUTPUTS = ("Magnitude", "Complex", "Phase")
_GAINS = ("librosa", "convolutional", "wrap")


class _ConstantQ(Layer, ABC):
    """What the three have in common: the arguments of a call, and what spectra become."""

    def _take(
        self,
        sr: float,
        hop_length: int,
        fmin: Any,
        bins_per_octave: int,
        filter_scale: float,
        pad_mode: Any,
        trainable: Any,
        output_format: Any,
    ) -> None:
        check_rate(sr)
        self.sr, self.hop_length = sr, as_hop_length(hop_length)
        self.fmin, self.filter_scale = as_number(fmin, name="fmin"), as_number(filter_scale, name="filter_scale")
        for name, value in (("fmin", self.fmin), ("filter_scale", self.filter_scale)):
            if not 0 < value < np.inf:
                raise ParameterError(f"{name}={value} must be positive and finite")
        self.bins_per_octave = as_index(bins_per_octave, name="bins_per_octave")
        self.pad_mode = one_of(pad_mode, ("reflect", "constant"), name="pad_mode")
        self.output_format, self.trainable = one_of(output_format, _OUTPUTS, name="output_format"), bool(trainable)

    @peer()
    def __call__(
        self, x: npt.ArrayLike, output_format: str | None = None, normalization_type: str = "librosa"
    ) -> np.ndarray:
        """Spectra of a batch.

        Parameters
        ----------
        x : array_like or tensor [shape=(n,), (batch, n) or (batch, 1, n)], real floating-point
            Samples.
        output_format : {'Magnitude', 'Complex', 'Phase'}, optional
            Default: the layer's. 'Phase' is cosine and sine of the phase, as the last axis.
        normalization_type : {'librosa', 'convolutional', 'wrap'}, default 'librosa'
            Times the root of the kernels' lengths, 1 or 2.

        Returns
        -------
        np.ndarray or tensor [shape=(batch, n_bins, frames), or (batch, n_bins, frames, 2)]

        Raises
        ------
        ParameterError
            Also a RuntimeError: if there are too few samples.
        """
        wanted = one_of(output_format or self.output_format, _OUTPUTS, name="output_format")
        C = self._spectra(batch_of(x), one_of(normalization_type, _GAINS, name="normalization_type"))
        if wanted == "Magnitude":
            return magnitudes(C, 1e-8 if self.trainable else 0.0)
        return as_parts(C if wanted == "Complex" else magphase(C)[1])

    forward = __call__

    @abstractmethod
    def _spectra(self, x: np.ndarray, gains: Gains) -> np.ndarray:
        """Complex ones (batch, bins, frames) of samples (batch, n)."""


class CQT1992v2(_ConstantQ):
    """Constant-Q transform by kernels of whole lengths at the full rate.

    Parameters
    ----------
    sr : float, default 22050
        Sampling rate in Hz.
    hop_length : int, default 512
        Samples from frame to frame.
    fmin : float, default 32.70
        Frequency of the first bin, in Hz.
    fmax : float, optional
        Where bins end; then `n_bins` is of no account, and a SyntaxWarning says so.
    n_bins : int or None, default 84
        Number of bins.
    bins_per_octave : int, default 12
        Bins in an octave.
    filter_scale : float, default 1
        Kernels are that much longer.
    norm : float or None, default 1
        Norm of the kernels; None or 0: each is divided by its length.
    window : str or tuple, default 'hann'
        Of the kernels. ``("gaussian", a)`` ends a decibels below its middle.
    center : bool, default True
        Whether frames are centred; else they start where all kernels fit.
    pad_mode : {'reflect', 'constant'}, default 'reflect'
        What centred ones find beyond the ends.
    trainable : bool, default False
        Nothing is trained; magnitudes get the guard that the layer's then have.
    output_format : {'Magnitude', 'Complex', 'Phase'}, default 'Magnitude'
        What a call returns, if it does not say.
    verbose : bool, default True
        Accepted, and without effect.

    Attributes
    ----------
    frequencies : np.ndarray [shape=(n_bins,)]
        Of the bins, in Hz.
    kernel_width : int
        Samples of a frame.

    Raises
    ------
    ParameterError
        If a size is not a positive integer, a name is not known, or a bin lies beyond half the sampling rate.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.nnaudio import CQT1992v2
    >>> CQT1992v2(fmin=220.0, n_bins=36)(np.zeros(22050)).shape
    (1, 36, 44)
    """

    @peer()
    def __init__(
        self,
        sr: float = 22050,
        hop_length: int = 512,
        fmin: float = 32.70,
        fmax: float | None = None,
        n_bins: int | None = 84,
        bins_per_octave: int = 12,
        filter_scale: float = 1,
        norm: float | None = 1,
        window: str | tuple[Any, ...] = "hann",
        center: bool = True,
        pad_mode: str = "reflect",
        trainable: bool = False,
        output_format: str = "Magnitude",
        verbose: bool = True,
    ) -> None:
        self._remember(locals())
        self._take(sr, hop_length, fmin, bins_per_octave, filter_scale, pad_mode, trainable, output_format)
        self.center, self.window, self.norm = bool(center), window, float(norm) if norm else None
        if fmax is not None:
            if n_bins is not None:
                warn("If fmax is given, n_bins will be ignored", SyntaxWarning)
            if not as_number(fmax, name="fmax") > self.fmin:
                raise ParameterError(f"fmax={fmax} must exceed fmin={fmin}")
            n_bins = ceil(self.bins_per_octave * log2(fmax / self.fmin))
        self.n_bins = as_index(n_bins, name="n_bins")
        self.frequencies = self.fmin * 2.0 ** (np.arange(self.n_bins) / self.bins_per_octave)
        longest = ceil(self.filter_scale / (2 ** (1 / self.bins_per_octave) - 1) * self.sr / self.fmin)
        self.kernel_width = 2 ** ceil(log2(longest))
        if self.frequencies[-1] > self.sr / 2:
            raise ParameterError(f"n_bins={self.n_bins} reach {self.frequencies[-1]:.1f} Hz, beyond sr/2={sr / 2}")

    def _spectra(self, x: np.ndarray, gains: Gains) -> np.ndarray:
        half, n = self.kernel_width // 2, x.shape[-1]
        if self.center and self.pad_mode == "reflect" and n <= half:
            raise both(ParameterError, RuntimeError)(
                f"x.shape={x.shape} has too few samples to be reflected: more than {half} are needed; "
                "use pad_mode='constant'"
            )
        if self.center:
            return self._centered(x, gains, self.pad_mode)
        if n < self.kernel_width:
            raise both(ParameterError, RuntimeError)(
                f"x.shape={x.shape} is shorter than the kernels' {self.kernel_width} samples; use center=True"
            )
        # Frames that lie within the samples are some of those of samples with zeros in front.
        front = -half % self.hop_length
        first = (half + front) // self.hop_length
        padded = np.concatenate([np.zeros((len(x), front), x.dtype), x], axis=-1)
        n_frames = 1 + (n - self.kernel_width) // self.hop_length
        return self._centered(padded, gains, "constant")[..., first : first + n_frames]

    def _centered(self, x: np.ndarray, gains: Gains, pad_mode: str) -> np.ndarray:
        return bank_cqt(
            x, sr=self.sr, hop_length=self.hop_length, fmin=self.fmin, n_bins=self.n_bins,
            bins_per_octave=self.bins_per_octave, filter_scale=self.filter_scale, norm=self.norm, window=self.window,
            pad_mode=pad_mode, normalization=gains,
        )  # fmt: skip


class CQT(CQT1992v2):
    """Another name of `CQT1992v2`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.nnaudio import CQT
    >>> CQT(fmin=220.0, n_bins=36)(np.zeros(22050)).shape
    (1, 36, 44)
    """


class _ByOctaves(_ConstantQ):
    """`CQT2010v2` and `VQT`."""

    def _prepare(self, n_bins: int, basis_norm: Any, gamma: Any, earlydownsample: Any, full_rate: bool) -> None:
        self.n_bins, self.gamma = as_index(n_bins, name="n_bins"), as_number(gamma, name="gamma")
        if not 0 <= self.gamma < np.inf:
            raise ParameterError(f"gamma={gamma} must not be negative, and finite; 0 makes it a constant-Q transform")
        self.basis_norm = float(basis_norm) if basis_norm else None
        self.earlydownsample, self._full_rate = bool(earlydownsample), full_rate
        plan = self._octaves("librosa")
        self.frequencies, self.n_octaves, self.downsample_factor = plan.frequencies, len(plan.octaves), plan.early

    def _octaves(self, gains: Gains) -> Octaves:
        return octaves_of(
            self.sr, self.hop_length, self.fmin, self.n_bins, self.filter_scale, self.bins_per_octave, self.basis_norm,
            self.gamma, self.earlydownsample, self._full_rate, gains,
        )  # fmt: skip

    def _spectra(self, x: np.ndarray, gains: Gains) -> np.ndarray:
        return transform_octaves(x, self._octaves(gains), self.pad_mode, stretch=self._full_rate)


class CQT2010v2(_ByOctaves):
    """Constant-Q transform octave by octave, at half the rate each.

    Parameters
    ----------
    sr : float, default 22050
        Sampling rate in Hz.
    hop_length : int, default 512
        Samples from frame to frame; it must be halved for each octave below the highest.
    fmin : float, default 32.70
        Frequency of the first bin, in Hz.
    fmax : float, optional
        Accepted, and without effect.
    n_bins : int, default 84
        Number of bins.
    filter_scale : float, default 1
        Kernels are that much longer.
    bins_per_octave : int, default 12
        Bins in an octave.
    norm : bool, default True
        Accepted, and without effect.
    basis_norm : float or None, default 1
        Norm of the kernels; None or 0: each is divided by its length.
    window : str, default 'hann'
        Accepted, and without effect: it is a Hann window.
    pad_mode : {'reflect', 'constant'}, default 'reflect'
        What lies beyond the ends of each octave's samples; too few of them are not reflected, with a warning.
    earlydownsample : bool, default True
        Whether the rate is lowered before all octaves where the highest bin allows.
    trainable : bool, default False
        Nothing is trained; magnitudes get the guard that the layer's then have.
    output_format : {'Magnitude', 'Complex', 'Phase'}, default 'Magnitude'
        What a call returns, if it does not say.
    verbose : bool, default True
        Accepted, and without effect.

    Raises
    ------
    ParameterError
        If a size is not a positive integer, a name is not known, or a bin lies beyond half the sampling rate.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.nnaudio import CQT2010v2
    >>> CQT2010v2(fmin=220.0, n_bins=36)(np.zeros(22050)).shape
    (1, 36, 44)
    """

    @peer()
    def __init__(
        self,
        sr: float = 22050,
        hop_length: int = 512,
        fmin: float = 32.70,
        fmax: float | None = None,
        n_bins: int = 84,
        filter_scale: float = 1,
        bins_per_octave: int = 12,
        norm: bool = True,
        basis_norm: float | None = 1,
        window: str = "hann",
        pad_mode: str = "reflect",
        earlydownsample: bool = True,
        trainable: bool = False,
        output_format: str = "Magnitude",
        verbose: bool = True,
    ) -> None:
        self._remember(locals())
        self._take(sr, hop_length, fmin, bins_per_octave, filter_scale, pad_mode, trainable, output_format)
        self._prepare(n_bins, basis_norm, 0, earlydownsample, full_rate=False)


class VQT(_ByOctaves):
    """Variable-Q transform octave by octave: kernels shorter than constant Q at low frequencies.

    Parameters
    ----------
    gamma : float, default 0
        Hz that are added to the bandwidth of every bin.
    sr, hop_length, fmin, fmax, n_bins, filter_scale, bins_per_octave, norm, basis_norm, window, pad_mode,
    earlydownsample, trainable, output_format, verbose
        As in `CQT2010v2`. With `earlydownsample` kernels are those of the full rate, as nnAudio has them, which moves
        bins up where the rate is lowered; octaves of different numbers of frames are brought to the fewest.

    Raises
    ------
    ParameterError
        If a size is not a positive integer, a name is not known, or a bin lies beyond half the sampling rate.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.nnaudio import VQT
    >>> VQT(fmin=220.0, n_bins=36, gamma=5)(np.zeros(22050)).shape
    (1, 36, 44)
    """

    @peer()
    def __init__(
        self,
        sr: float = 22050,
        hop_length: int = 512,
        fmin: float = 32.70,
        fmax: float | None = None,
        n_bins: int = 84,
        filter_scale: float = 1,
        bins_per_octave: int = 12,
        norm: bool = True,
        basis_norm: float | None = 1,
        gamma: float = 0,
        window: str = "hann",
        pad_mode: str = "reflect",
        earlydownsample: bool = True,
        trainable: bool = False,
        output_format: str = "Magnitude",
        verbose: bool = True,
    ) -> None:
        self._remember(locals())
        self._take(sr, hop_length, fmin, bins_per_octave, filter_scale, pad_mode, trainable, output_format)
        self._prepare(n_bins, basis_norm, gamma, earlydownsample, full_rate=True)

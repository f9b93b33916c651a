"""`MelSpectrogram`, `MFCC`, `Gammatonegram`: bands of an STFT's magnitudes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..._engine.spec import precision_of
from ..._front.gammatone import spec_of
from ..._front.given import raised
from ..._front.recipe import Recipe
from ..._front.walk import run_given
from ..._gate.samples import ParameterError, as_index, as_number
from ...core.spectrum import power_to_db
from ...feature.spectral import melspectrogram, mfcc
from .._peer import peer
from ._layer import Layer
from ._stft import STFT

if TYPE_CHECKING:
    import numpy.typing as npt


class _Bands(Layer):
    """A spectrogram to the power of `power`, and what becomes of it."""

    def _make_stft(
        self,
        sr: float,
        n_fft: int,
        win_length: Any,
        hop_length: int | None,
        window: Any,
        center: bool,
        pad_mode: Any,
        power: Any,
        trainable_STFT: Any,
        **kwargs: Any,
    ) -> None:
        self.stft = STFT(
            n_fft=n_fft, win_length=win_length, hop_length=hop_length, window=window, freq_scale="no", center=center,
            pad_mode=pad_mode, sr=sr, trainable=trainable_STFT, output_format="Magnitude", **kwargs,
        )  # fmt: skip
        self.sr, self.n_fft, self.stride = sr, self.stft.n_fft, self.stft.stride
        self.center, self.pad_mode, self.power = self.stft.center, pad_mode, as_number(power, name="power")
        self.trainable_STFT = bool(trainable_STFT)
        if not -np.inf < self.power < np.inf:
            raise ParameterError(f"power={power} must be finite; use for instance 2.0")

    def _powers(self, x: Any) -> np.ndarray:
        return raised(self.stft(x), self.power)


class MelSpectrogram(_Bands):
    """Mel bands of powers of magnitudes.

    Parameters
    ----------
    sr : float, default 22050
        Sampling rate in Hz.
    n_fft, win_length, hop_length, window, center, pad_mode
        As in `STFT`; `hop_length` is 512.
    n_mels : int, default 128
        Bands.
    power : float, default 2.0
        Exponent of the magnitudes.
    htk : bool, default False
        Whether the mel scale is HTK's or Slaney's.
    fmin, fmax : float, default 0.0, half the sampling rate
        Where bands begin and end, in Hz.
    norm : {1, None, np.inf}, default 1
        1 divides each triangle by its width; else its peak is 1.
    trainable_mel, trainable_STFT : bool, default False
        Nothing is trained; the latter gives magnitudes the guard that the layer's then have.
    verbose : bool, default True
        Accepted, and without effect.
    **kwargs
        Of `STFT`.

    Attributes
    ----------
    recipe : Recipe or None
        The front end as data, where `power` is 1 or 2 and there is no guard.

    Raises
    ------
    ParameterError
        If a size is not a positive integer, a name is not known, or frequencies do not ascend.

    Warns
    -----
    UserWarning
        If bands are so narrow that some have no bin.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.nnaudio import MelSpectrogram
    >>> MelSpectrogram()(np.zeros((2, 22050), np.float32)).shape
    (2, 128, 44)
    """

    @peer()
    def __init__(
        self,
        sr: float = 22050,
        n_fft: int = 2048,
        win_length: int | None = None,
        n_mels: int = 128,
        hop_length: int | None = 512,
        window: str | tuple[Any, ...] = "hann",
        center: bool = True,
        pad_mode: str = "reflect",
        power: float = 2.0,
        htk: bool = False,
        fmin: float = 0.0,
        fmax: float | None = None,
        norm: float | None = 1,
        trainable_mel: bool = False,
        trainable_STFT: bool = False,
        verbose: bool = True,
        **kwargs: Any,
    ) -> None:
        self._remember(locals())
        self._make_stft(sr, n_fft, win_length, hop_length, window, center, pad_mode, power, trainable_STFT, **kwargs)
        if norm is not None and norm not in (1, np.inf):
            raise ParameterError(f"norm={norm!r} must be 1, None or np.inf")
        self.trainable_mel = bool(trainable_mel)
        self._bands: dict[str, Any] = {
            "n_mels": as_index(n_mels, name="n_mels"), "fmin": as_number(fmin, name="fmin"), "htk": bool(htk),
            "fmax": sr / 2 if fmax is None else as_number(fmax, name="fmax"), "norm": "slaney" if norm == 1 else None,
        }  # fmt: skip
        spectrum = self.stft.recipe if self.power in (1, 2) and not self.trainable_STFT else None
        self.recipe = spectrum and self._recipe(spectrum)

    def _recipe(self, spectrum: Recipe) -> Recipe:
        b = self._bands
        return spectrum.replace(
            power=int(self.power), n_mels=b["n_mels"], fmin=b["fmin"], fmax=b["fmax"], mel_norm=b["norm"],
            mel_scale="htk" if b["htk"] else "slaney",
        )  # fmt: skip

    @peer()
    def __call__(self, x: npt.ArrayLike) -> np.ndarray:
        """Bands of a batch.

        Parameters
        ----------
        x : array_like or tensor [shape=(n,), (batch, n) or (batch, 1, n)], real floating-point
            Samples.

        Returns
        -------
        np.ndarray or tensor [shape=(batch, n_mels, frames)]

        Raises
        ------
        ParameterError
            Also an AssertionError or a RuntimeError: if there are too few samples.
        """
        samples = self.stft._batch_of(x)
        if self.recipe is None:
            return melspectrogram(S=self._powers(samples), sr=self.sr, n_fft=self.n_fft, **self._bands)
        return self.recipe(samples)

    forward = __call__


class MFCC(Layer):
    """Mel-frequency cepstral coefficients of decibels.

    Parameters
    ----------
    sr : float, default 22050
        Sampling rate in Hz.
    n_mfcc : int, default 20
        Coefficients.
    norm : str, default 'ortho'
        Accepted, and without effect: the DCT is orthonormal.
    verbose : bool, default True
        Accepted, and without effect.
    ref : float, default 1.0
        Power that is 0 dB, or `amin` if that is more.
    amin : float, default 1e-10
        Powers are raised to it.
    top_db : float or None, default 80.0
        How far below the highest of a clip its levels may be.
    **kwargs
        Of `MelSpectrogram`.

    Attributes
    ----------
    recipe : Recipe or None
        The front end as data, where `MelSpectrogram` has one.

    Raises
    ------
    ParameterError
        If `amin` is not positive, `top_db` is negative, or `MelSpectrogram` refuses.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.nnaudio import MFCC
    >>> MFCC(n_mfcc=13)(np.zeros((2, 22050), np.float32)).shape
    (2, 13, 44)
    """

    @peer()
    def __init__(
        self,
        sr: float = 22050,
        n_mfcc: int = 20,
        norm: str = "ortho",
        verbose: bool = True,
        ref: float = 1.0,
        amin: float = 1e-10,
        top_db: float | None = 80.0,
        **kwargs: Any,
    ) -> None:
        self._remember(locals())
        self.melspec_layer = MelSpectrogram(sr=sr, verbose=verbose, **kwargs)
        self.n_mfcc = self.m_mfcc = as_index(n_mfcc, name="n_mfcc")
        self.amin, self.ref = as_number(amin, name="amin"), abs(as_number(ref, name="ref"))
        self.top_db = None if top_db is None else as_number(top_db, name="top_db")
        if not 0 < self.amin < np.inf:
            raise ParameterError(f"amin={amin} must be strictly positive; use for instance 1e-10")
        if not self.ref < np.inf:
            raise ParameterError(f"ref={ref} must be finite; it is the power at 0 dB, for instance 1.0")
        if self.top_db is not None and not self.top_db >= 0:
            raise ParameterError(f"top_db={top_db} must not be negative; use None for no limit")
        mel, zero = self.melspec_layer.recipe, max(self.amin, self.ref)
        n_kept = min(self.n_mfcc, self.melspec_layer._bands["n_mels"])
        self.recipe = None
        if mel is not None:
            self.recipe = mel.replace(
                log="db", log_gain=1 / zero, log_floor=self.amin / zero, top=self.top_db, n_mfcc=n_kept
            )

    @peer()
    def __call__(self, x: npt.ArrayLike) -> np.ndarray:
        """Coefficients of a batch.

        Parameters
        ----------
        x : array_like or tensor [shape=(n,), (batch, n) or (batch, 1, n)], real floating-point
            Samples.

        Returns
        -------
        np.ndarray or tensor [shape=(batch, n_mfcc, frames)]

        Raises
        ------
        ParameterError
            Also an AssertionError or a RuntimeError: if there are too few samples.
        """
        layer = self.melspec_layer
        samples = layer.stft._batch_of(x)
        if self.recipe is None:
            levels = power_to_db(layer(samples), ref=self.ref, amin=self.amin, top_db=self.top_db)
            return mfcc(S=levels, n_mfcc=min(self.n_mfcc, levels.shape[-2]))
        return self.recipe(samples)

    forward = __call__


class Gammatonegram(_Bands):
    """Bands of gammatone filters, of powers of magnitudes.

    Parameters
    ----------
    sr : float, default 22050
        Sampling rate in Hz.
    n_fft, win_length, hop_length, window, center, pad_mode
        As in `STFT`; `hop_length` is 512.
    n_bins : int, default 64
        Bands.
    power : float, default 2.0
        Exponent of the magnitudes.
    htk, norm
        Accepted, and without effect.
    fmin, fmax : float, default 0.0, half the sampling rate
        Where bands begin and end, in Hz.
    trainable_bins, trainable_STFT : bool, default False
        Nothing is trained; the latter gives magnitudes the guard that the layer's then have.
    verbose : bool, default True
        Accepted, and without effect.
    **kwargs
        Of `STFT`.

    Raises
    ------
    ParameterError
        If a size is not a positive integer, a name is not known, or frequencies do not ascend.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.nnaudio import Gammatonegram
    >>> Gammatonegram()(np.zeros((2, 22050), np.float32)).shape
    (2, 64, 44)
    """

    @peer()
    def __init__(
        self,
        sr: float = 22050,
        n_fft: int = 2048,
        win_length: int | None = None,
        n_bins: int = 64,
        hop_length: int | None = 512,
        window: str | tuple[Any, ...] = "hann",
        center: bool = True,
        pad_mode: str = "reflect",
        power: float = 2.0,
        htk: bool = False,
        fmin: float = 0.0,
        fmax: float | None = None,
        norm: float | None = 1,
        trainable_bins: bool = False,
        trainable_STFT: bool = False,
        verbose: bool = True,
        **kwargs: Any,
    ) -> None:
        self._remember(locals())
        self._make_stft(sr, n_fft, win_length, hop_length, window, center, pad_mode, power, trainable_STFT, **kwargs)
        self.n_bins, self.trainable_bins = as_index(n_bins, name="n_bins"), bool(trainable_bins)
        self.fmin = as_number(fmin, name="fmin")
        self.fmax = sr / 2 if fmax is None else as_number(fmax, name="fmax")
        if not 0 <= self.fmin < self.fmax < np.inf:
            raise ParameterError(f"fmin={fmin} and fmax={self.fmax} must ascend from 0 Hz or more")

    @peer()
    def __call__(self, x: npt.ArrayLike) -> np.ndarray:
        """Bands of a batch.

        Parameters
        ----------
        x : array_like or tensor [shape=(n,), (batch, n) or (batch, 1, n)], real floating-point
            Samples.

        Returns
        -------
        np.ndarray or tensor [shape=(batch, n_bins, frames)]

        Raises
        ------
        ParameterError
            Also an AssertionError or a RuntimeError: if there are too few samples.
        """
        S = self._powers(x)
        spec = spec_of(precision_of(S.dtype), float(self.sr), self.n_fft, self.n_bins, self.fmin, self.fmax)
        return run_given(spec, S)

    forward = __call__

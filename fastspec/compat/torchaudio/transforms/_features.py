"""Bands, decibels, and what is made of them, as objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...._front import given
from ...._front.recipe import Recipe
from ...._front.walk import run_given
from ...._gate.complaints import warn
from ...._gate.samples import DTypeError, ParameterError, as_index, as_number, one_of
from ..._peer import peer
from .._arguments import has_recipe, recipe_of
from ..functional import amplitude_to_DB, create_dct, linear_fbanks, melscale_fbanks
from ._base import Transform
from ._spectra import Recipes, Spectrogram

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

_DRIVERS = ("gels", "gelsy", "gelsd", "gelss")


class AmplitudeToDB(Transform):
    """Decibels of powers or magnitudes.

    Parameters
    ----------
    stype : str, default 'power'
        'power', or anything else for magnitudes.
    top_db : float >= 0, optional
        Nothing ends up more than this below the highest number of a clip (channels, bins, frames).

    Attributes
    ----------
    multiplier, amin, ref_value, db_multiplier : float
        10 or 20, 1e-10, 1.0, 0.0. A change of `amin` changes the smallest number, not what is at 0 dB.

    Raises
    ------
    ParameterError
        If `top_db` is negative.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import torchaudio
    >>> torchaudio.AmplitudeToDB("magnitude", top_db=60)(np.array([[1.0, 0.1, 0.0]])).tolist()
    [[0.0, -20.0, -60.0]]
    """

    @peer(RuntimeError)
    def __init__(self, stype: str = "power", top_db: float | None = None) -> None:
        if top_db is not None and not as_number(top_db, name="top_db") >= 0:
            raise ParameterError(f"top_db={top_db} must be non-negative; use None for no floor")
        self.stype, self.top_db = stype, top_db
        self.multiplier = 10.0 if stype == "power" else 20.0
        self.amin, self.ref_value, self.db_multiplier = 1e-10, 1.0, 0.0

    @peer(RuntimeError)
    def forward(self, x: npt.ArrayLike) -> np.ndarray:
        """Decibels; see `functional.amplitude_to_DB`.

        Parameters
        ----------
        x : array_like [shape=(..., bins, frames)]
            Powers or magnitudes.

        Returns
        -------
        np.ndarray [shape as `x`]
        """
        return amplitude_to_DB(x, self.multiplier, self.amin, self.db_multiplier, self.top_db)

    def _fields(self) -> dict[str, Any] | None:
        """As fields of a recipe, if they can say it."""
        if self.db_multiplier or self.multiplier not in (10, 20):
            return None
        log = "db" if self.multiplier == 10 else "amplitude_db"
        return {"log": log, "log_floor": self.amin, "top": self.top_db, "top_over": "channels"}


class _Bank(Transform):
    """Mel bands on given bins: the arguments that both directions share."""

    def _set_bank(
        self, n_stft: int, n_mels: int, sample_rate: int, f_min: Any, f_max: Any, norm: Any, mel_scale: Any
    ) -> None:
        self.n_stft, self.n_mels, self.sample_rate = n_stft, n_mels, sample_rate
        if not 0 < as_number(sample_rate, name="sample_rate") < np.inf:
            raise ParameterError(f"sample_rate={sample_rate} must be a positive number")
        self.f_min = f_min
        self.f_max = float(sample_rate // 2) if f_max is None else f_max
        self.norm, self.mel_scale = norm, mel_scale
        self.fb = melscale_fbanks(n_stft, f_min, self.f_max, n_mels, sample_rate, norm, mel_scale)
        self._fb_of_arguments = self.fb

    def _fields(self) -> dict[str, Any] | None:
        """As fields of a recipe, unless bands exceed the bins, or there is another bank in place of the first."""
        rate = self.sample_rate
        inside = 0 <= self.f_min < self.f_max <= rate / 2
        if not inside or self.fb is not self._fb_of_arguments:
            return None
        return {
            "sr": rate, "n_mels": self.n_mels, "fmin": self.f_min, "fmax": self.f_max, "mel_scale": self.mel_scale,
            "mel_norm": self.norm,
        }  # fmt: skip


class MelScale(_Bank):
    """Mel bands of spectrograms.

    Parameters
    ----------
    n_mels : int, default 128
        Number of bands.
    sample_rate : int, default 16000
        Sampling rate in Hz.
    f_min : float, default 0.0
        Lower end of the first band in Hz.
    f_max : float, optional
        Upper end of the last band. Default: ``sample_rate // 2``.
    n_stft : int, default 201
        Bins of the spectrograms.
    norm : {'slaney', None}, default None
        Bands of equal areas, or of height 1.
    mel_scale : {'htk', 'slaney'}, default 'htk'
        The scale.

    Attributes
    ----------
    fb : np.ndarray [shape=(n_stft, n_mels)]
        The weights.

    Raises
    ------
    ParameterError
        If an argument breaks its rule; it is a ValueError and a RuntimeError.

    Warns
    -----
    UserWarning
        If a band falls between two bins.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import torchaudio
    >>> torchaudio.MelScale(n_mels=40, n_stft=257)(np.ones((2, 257, 10), np.float32)).shape
    (2, 40, 10)
    """

    @peer(RuntimeError)
    def __init__(
        self,
        n_mels: int = 128,
        sample_rate: int = 16000,
        f_min: float = 0.0,
        f_max: float | None = None,
        n_stft: int = 201,
        norm: str | None = None,
        mel_scale: str = "htk",
    ) -> None:
        self._set_bank(n_stft, n_mels, sample_rate, f_min, f_max, norm, mel_scale)

    @peer(RuntimeError)
    def forward(self, specgram: npt.ArrayLike) -> np.ndarray:
        """Bands of spectra.

        Parameters
        ----------
        specgram : array_like [shape=(..., n_stft, frames)]
            Powers or magnitudes.

        Returns
        -------
        np.ndarray [shape=(..., n_mels, frames)]
        """
        return in_bands(self, self.fb, specgram, "specgram")


class InverseMelScale(_Bank):
    """Spectrograms with given mel bands: the smallest ones, negative numbers set to 0.

    Parameters
    ----------
    n_stft : int
        Bins of the spectrograms.
    n_mels, sample_rate, f_min, f_max, norm, mel_scale
        As in `MelScale`.
    driver : {'gels', 'gelsy', 'gelsd', 'gelss'}, default 'gels'
        LAPACK's ways to solve for them. They have one result, but 'gels' refuses bands that are empty, or made of
        the same bins.

    Attributes
    ----------
    fb : np.ndarray [shape=(n_stft, n_mels)]
        The weights.

    Raises
    ------
    ParameterError
        If an argument breaks its rule; it is a ValueError and a RuntimeError.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import torchaudio
    >>> torchaudio.InverseMelScale(257, n_mels=40)(np.ones((40, 10), np.float32)).shape
    (257, 10)
    """

    @peer(RuntimeError)
    def __init__(
        self,
        n_stft: int,
        n_mels: int = 128,
        sample_rate: int = 16000,
        f_min: float = 0.0,
        f_max: float | None = None,
        norm: str | None = None,
        mel_scale: str = "htk",
        driver: str = "gels",
    ) -> None:
        self.driver = one_of(driver, _DRIVERS, name="driver")
        self._set_bank(n_stft, n_mels, sample_rate, f_min, f_max or None, norm, mel_scale)

    @peer(RuntimeError)
    def forward(self, melspec: npt.ArrayLike) -> np.ndarray:
        """Spectra of bands.

        Parameters
        ----------
        melspec : array_like [shape=(..., n_mels, frames)]
            Bands.

        Returns
        -------
        np.ndarray [shape=(..., n_stft, frames)]
        """
        S = given.as_spectra(melspec, name="melspec", n_bins=self.fb.shape[1])
        matrix, rank = self._made("inverse", lambda: given.inverse_of_bank(self.fb.T))
        if self.driver == "gels" and rank < min(self.fb.shape):
            raise ParameterError(
                f"driver='gels' wants bands that are independent, and of n_mels={self.n_mels} on n_stft={self.n_stft} "
                f"bins {rank} are; use driver='gelsd', or fewer bands"
            )
        return given.positive(in_rows(self, matrix, S))


def _is_odd(sample_rate: float, n_fft: int) -> bool:
    """Whether torchaudio's frequencies of the bins, which end at ``sample_rate // 2``, are not those of the FFT."""
    return bool(sample_rate % 2 or n_fft % 2)


def in_bands(owner: Transform, bank: np.ndarray, specgram: Any, name: str) -> np.ndarray:
    """Spectra by a bank (bins, bands) of the owner's."""
    S = given.as_spectra(specgram, name=name, n_bins=bank.shape[0])
    precision = int(S.dtype == np.float64)
    return run_given(owner._made(f"bank {precision}", lambda: given.bank_spec(bank.T, precision)), S)


def in_rows(owner: Transform, matrix: np.ndarray, S: np.ndarray) -> np.ndarray:
    """Bands by a matrix (rows, bands) of the owner's."""
    precision = int(S.dtype == np.float64)
    return run_given(owner._made(f"matrix {precision}", lambda: given.matrix_spec(matrix, precision)), S)


class MelSpectrogram(Recipes):
    """Mel spectrograms of samples.

    Parameters
    ----------
    sample_rate : int, default 16000
        Sampling rate in Hz.
    n_fft, win_length, hop_length
        As in `Spectrogram`.
    f_min, f_max
        As in `MelScale`.
    pad : int, default 0
        As in `Spectrogram`.
    n_mels : int, default 128
        Number of bands.
    window_fn, power, normalized, wkwargs, center, pad_mode
        As in `Spectrogram`; `power` is a number.
    onesided : bool, optional
        Of no effect, as in torchaudio, which warns of it.
    norm, mel_scale
        As in `MelScale`.

    Attributes
    ----------
    spectrogram : Spectrogram
    mel_scale : MelScale
    recipe : Recipe or None

    Raises
    ------
    ParameterError
        If an argument breaks its rule; it is a ValueError and a RuntimeError.

    Warns
    -----
    UserWarning
        If a band falls between two bins, as some of the 128 do with ``n_fft=400``.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import torchaudio
    >>> mel = torchaudio.MelSpectrogram(sample_rate=16000, n_fft=512, n_mels=40)
    >>> mel(np.zeros((2, 16000), np.float32)).shape
    (2, 40, 63)
    """

    _parts = ("spectrogram", "mel_scale")

    @peer(RuntimeError)
    def __init__(
        self,
        sample_rate: int = 16000,
        n_fft: int = 400,
        win_length: int | None = None,
        hop_length: int | None = None,
        f_min: float = 0.0,
        f_max: float | None = None,
        pad: int = 0,
        n_mels: int = 128,
        window_fn: str | Callable[..., Any] = "hann",
        power: float = 2.0,
        normalized: bool | str = False,
        wkwargs: dict[str, Any] | None = None,
        center: bool = True,
        pad_mode: str = "reflect",
        onesided: bool | None = None,
        norm: str | None = None,
        mel_scale: str = "htk",
    ) -> None:
        if onesided is not None:
            warn(f"onesided={onesided} has no effect on mel bands; leave it out")
        if power is None:
            raise DTypeError("power=None leaves complex numbers, which have no bands; use power=1.0 or 2.0")
        self.spectrogram = Spectrogram(
            n_fft, win_length, hop_length, pad, window_fn, power, normalized, wkwargs, center, pad_mode
        )
        self.mel_scale = MelScale(n_mels, sample_rate, f_min, f_max, 1 + self.spectrogram.n_fft // 2, norm, mel_scale)
        self.sample_rate, self.n_fft = sample_rate, self.spectrogram.n_fft
        self.win_length, self.hop_length = self.spectrogram.win_length, self.spectrogram.hop_length
        self.pad, self.power, self.normalized = pad, power, normalized
        self.n_mels, self.f_min, self.f_max = n_mels, f_min, f_max

    def _stft_now(self) -> Any:
        return self.spectrogram._stft_now()

    def _make_recipe(self) -> Recipe | None:
        a, bands = self._made("stft", self._stft_now), self.mel_scale._fields()
        if not (has_recipe(a) and a.power and bands):
            return None
        return recipe_of(a).replace(floor_sr=_is_odd(self.mel_scale.sample_rate, a.n_fft), **bands)

    @peer(RuntimeError)
    def forward(self, waveform: npt.ArrayLike) -> np.ndarray:
        """Bands of samples.

        Parameters
        ----------
        waveform : array_like [shape=(..., n)], floating-point
            Samples.

        Returns
        -------
        np.ndarray [shape=(..., n_mels, frames)]
        """
        M = self._by_recipe(waveform)
        return self.mel_scale(self.spectrogram(waveform)) if M is None else M


class _Cepstra(Recipes):
    """Coefficients of levels of bands."""

    def _set_dct(self, n_coefficients: int, n_bands: int, dct_type: Any, norm: Any) -> None:
        if dct_type != 2:
            raise ParameterError(f"dct_type={dct_type!r} must be 2; there is no other")
        self.dct_type, self.norm, self.top_db = dct_type, norm, 80.0
        self.amplitude_to_DB = AmplitudeToDB("power", self.top_db)
        self.dct_mat = create_dct(n_coefficients, n_bands, norm)
        self._dct_of_arguments = self.dct_mat

    def _levels(self, is_ln: bool) -> dict[str, Any] | None:
        """As fields of a recipe."""
        if self.dct_mat is not self._dct_of_arguments:
            return None
        levels = {"log": "ln", "log_add": 1e-6, "log_floor": 0.0} if is_ln else self.amplitude_to_DB._fields()
        return levels and {**levels, "n_mfcc": self.dct_mat.shape[1], "dct_norm": self.norm}

    def _of_bands(self, bands: np.ndarray, is_ln: bool) -> np.ndarray:
        levels = given.natural_levels(bands, 1e-6) if is_ln else self.amplitude_to_DB(bands)
        return in_rows(self, self.dct_mat.T, levels)


class MFCC(_Cepstra):
    """Mel-frequency cepstral coefficients of samples.

    Parameters
    ----------
    sample_rate : int, default 16000
        Sampling rate in Hz.
    n_mfcc : int, default 40
        Number of coefficients.
    dct_type : int, default 2
        There is no other.
    norm : {'ortho', None}, default 'ortho'
        Of the DCT.
    log_mels : bool, default False
        Whether levels are ``ln(x + 1e-6)``, or decibels, 80 of them below the highest of a clip.
    melkwargs : dict, optional
        Arguments for `MelSpectrogram`.

    Attributes
    ----------
    MelSpectrogram : MelSpectrogram
    amplitude_to_DB : AmplitudeToDB
    dct_mat : np.ndarray [shape=(n_mels, n_mfcc)]
    recipe : Recipe or None

    Raises
    ------
    ParameterError
        If an argument breaks its rule, or there are more coefficients than bands; it is a ValueError and a
        RuntimeError.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import torchaudio
    >>> mfcc = torchaudio.MFCC(16000, n_mfcc=13, melkwargs={"n_fft": 512, "n_mels": 40})
    >>> mfcc(np.zeros((2, 16000), np.float32)).shape
    (2, 13, 63)
    """

    _parts = ("MelSpectrogram", "amplitude_to_DB")

    @peer(RuntimeError)
    def __init__(
        self,
        sample_rate: int = 16000,
        n_mfcc: int = 40,
        dct_type: int = 2,
        norm: str | None = "ortho",
        log_mels: bool = False,
        melkwargs: dict[str, Any] | None = None,
    ) -> None:
        self.sample_rate, self.n_mfcc, self.log_mels = sample_rate, as_index(n_mfcc, name="n_mfcc"), log_mels
        self.MelSpectrogram = MelSpectrogram(sample_rate=sample_rate, **(melkwargs or {}))
        if self.n_mfcc > self.MelSpectrogram.n_mels:
            raise ParameterError(f"n_mfcc={n_mfcc} exceeds n_mels={self.MelSpectrogram.n_mels}; use more bands")
        self._set_dct(self.n_mfcc, self.MelSpectrogram.n_mels, dct_type, norm)

    def _stft_now(self) -> Any:
        return self.MelSpectrogram._stft_now()

    def _make_recipe(self) -> Recipe | None:
        bands, levels = self.MelSpectrogram.recipe, self._levels(self.log_mels)
        return bands.replace(**levels) if bands and levels else None

    @peer(RuntimeError)
    def forward(self, waveform: npt.ArrayLike) -> np.ndarray:
        """Coefficients of samples.

        Parameters
        ----------
        waveform : array_like [shape=(..., n)], floating-point
            Samples.

        Returns
        -------
        np.ndarray [shape=(..., n_mfcc, frames)]
        """
        F = self._by_recipe(waveform)
        return self._of_bands(self.MelSpectrogram(waveform), self.log_mels) if F is None else F


class LFCC(_Cepstra):
    """Cepstral coefficients of bands of equal widths.

    Parameters
    ----------
    sample_rate : int, default 16000
        Sampling rate in Hz.
    n_filter : int, default 128
        Number of bands.
    f_min, f_max
        As in `MelScale`.
    n_lfcc : int, default 40
        Number of coefficients.
    dct_type, norm
        As in `MFCC`.
    log_lf : bool, default False
        As `log_mels` of `MFCC`.
    speckwargs : dict, optional
        Arguments for `Spectrogram`.

    Attributes
    ----------
    Spectrogram : Spectrogram
    amplitude_to_DB : AmplitudeToDB
    filter_mat : np.ndarray [shape=(n_freqs, n_filter)]
    dct_mat : np.ndarray [shape=(n_filter, n_lfcc)]
    recipe : Recipe or None

    Raises
    ------
    ParameterError
        If an argument breaks its rule, or there are more coefficients than FFT points; it is a ValueError and a
        RuntimeError.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import torchaudio
    >>> torchaudio.LFCC(16000, n_lfcc=13, speckwargs={"n_fft": 512})(np.zeros((2, 16000), np.float32)).shape
    (2, 13, 63)
    """

    _parts = ("Spectrogram", "amplitude_to_DB")

    @peer(RuntimeError)
    def __init__(
        self,
        sample_rate: int = 16000,
        n_filter: int = 128,
        f_min: float = 0.0,
        f_max: float | None = None,
        n_lfcc: int = 40,
        dct_type: int = 2,
        norm: str | None = "ortho",
        log_lf: bool = False,
        speckwargs: dict[str, Any] | None = None,
    ) -> None:
        if not 0 < as_number(sample_rate, name="sample_rate") < np.inf:
            raise ParameterError(f"sample_rate={sample_rate} must be a positive number")
        self.sample_rate, self.n_filter, self.log_lf = sample_rate, n_filter, log_lf
        self.n_lfcc = as_index(n_lfcc, name="n_lfcc")
        self.f_min, self.f_max = f_min, float(sample_rate // 2) if f_max is None else f_max
        self.Spectrogram = Spectrogram(**(speckwargs or {}))
        if self.Spectrogram.power is None or not self.Spectrogram.onesided:
            raise DTypeError("speckwargs: bands are of real, one-sided spectra; no power=None, no onesided=False")
        if self.n_lfcc > self.Spectrogram.n_fft:
            raise ParameterError(f"n_lfcc={n_lfcc} exceeds n_fft={self.Spectrogram.n_fft}; use fewer coefficients")
        self.filter_mat = linear_fbanks(1 + self.Spectrogram.n_fft // 2, self.f_min, self.f_max, n_filter, sample_rate)
        self._filter_of_arguments = self.filter_mat
        self._set_dct(self.n_lfcc, n_filter, dct_type, norm)

    def _stft_now(self) -> Any:
        return self.Spectrogram._stft_now()

    def _make_recipe(self) -> Recipe | None:
        spectrum, levels, rate = self.Spectrogram.recipe, self._levels(self.log_lf), self.sample_rate
        inside = 0 <= self.f_min < self.f_max <= rate / 2 and self.n_lfcc <= self.n_filter
        if not (spectrum and spectrum.power and levels and inside) or self.filter_mat is not self._filter_of_arguments:
            return None
        return spectrum.replace(
            sr=rate, n_mels=self.n_filter, fmin=self.f_min, fmax=self.f_max, mel_scale="linear", mel_norm=None,
            floor_sr=_is_odd(rate, spectrum.n_fft), **levels,
        )  # fmt: skip

    @peer(RuntimeError)
    def forward(self, waveform: npt.ArrayLike) -> np.ndarray:
        """Coefficients of samples.

        Parameters
        ----------
        waveform : array_like [shape=(..., n)], floating-point
            Samples.

        Returns
        -------
        np.ndarray [shape=(..., n_lfcc, frames)]
        """
        F = self._by_recipe(waveform)
        if F is not None:
            return F
        return self._of_bands(in_bands(self, self.filter_mat, self.Spectrogram(waveform), "waveform"), self.log_lf)

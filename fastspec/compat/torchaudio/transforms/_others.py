"""What is done along frames, or to samples, as objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ...._gate.samples import ParameterError, as_array, as_number
from ..._peer import peer
from .._arguments import as_waveform
from ..functional import (
    compute_deltas,
    mask_along_axis,
    mask_along_axis_iid,
    mu_law_decoding,
    mu_law_encoding,
    sliding_window_cmn,
)
from ..functional._frames import check_share
from ..functional._samples import as_codes, as_rates, run_resample, sinc_of
from ._base import Transform

if TYPE_CHECKING:
    import numpy.typing as npt


class ComputeDeltas(Transform):
    """Slopes along time.

    Parameters
    ----------
    win_length : int >= 3, default 5
        Frames that count.
    mode : {'replicate', 'constant', 'reflect', 'circular'}, default 'replicate'
        What stands beyond the ends.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import torchaudio
    >>> torchaudio.ComputeDeltas()(np.arange(6.0)[np.newaxis]).round(6).tolist()
    [[0.5, 0.8, 1.0, 1.0, 0.8, 0.5]]
    """

    def __init__(self, win_length: int = 5, mode: str = "replicate") -> None:
        self.win_length, self.mode = win_length, mode

    @peer(RuntimeError)
    def forward(self, specgram: npt.ArrayLike) -> np.ndarray:
        """Slopes; see `functional.compute_deltas`.

        Parameters
        ----------
        specgram : array_like [shape=(..., frames)]
            Features.

        Returns
        -------
        np.ndarray [shape as `specgram`]
        """
        return compute_deltas(specgram, self.win_length, self.mode)


class SlidingWindowCmn(Transform):
    """Features less the mean of the frames around or before.

    Parameters
    ----------
    cmn_window, min_cmn_window, center, norm_vars
        As in `functional.sliding_window_cmn`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import torchaudio
    >>> torchaudio.SlidingWindowCmn(cmn_window=300)(np.ones((2, 500, 40), np.float32)).shape
    (2, 500, 40)
    """

    def __init__(
        self, cmn_window: int = 600, min_cmn_window: int = 100, center: bool = False, norm_vars: bool = False
    ) -> None:
        self.cmn_window, self.min_cmn_window = cmn_window, min_cmn_window
        self.center, self.norm_vars = center, norm_vars

    @peer(RuntimeError)
    def forward(self, specgram: npt.ArrayLike) -> np.ndarray:
        """Normalised features.

        Parameters
        ----------
        specgram : array_like [shape=(..., frames, features)]
            Features, frame by frame.

        Returns
        -------
        np.ndarray [shape as `specgram`]
        """
        return sliding_window_cmn(specgram, self.cmn_window, self.min_cmn_window, self.center, self.norm_vars)


class Resample(Transform):
    """Samples at another rate, by a windowed sinc.

    Parameters
    ----------
    orig_freq, new_freq : int, default 16000
        The rate that they have, and the one wanted.
    resampling_method : {'sinc_interp_hann', 'sinc_interp_kaiser'}, default 'sinc_interp_hann'
        The window.
    lowpass_filter_width : int, default 6
        Zero crossings of the sinc to either side.
    rolloff : float, default 0.99
        Where the filter ends, as a share of the lower Nyquist frequency.
    beta : float, optional
        Of the Kaiser window. Default: 14.77.
    dtype : optional
        Of no effect: the filter is made in float64, and used in the precision of the samples.

    Raises
    ------
    ParameterError
        If an argument breaks its rule; it is a ValueError and a RuntimeError.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import torchaudio
    >>> torchaudio.Resample(44100, 16000)(np.zeros((2, 44100), np.float32)).shape
    (2, 16000)
    """

    @peer(RuntimeError)
    def __init__(
        self,
        orig_freq: int = 16000,
        new_freq: int = 16000,
        resampling_method: str = "sinc_interp_hann",
        lowpass_filter_width: int = 6,
        rolloff: float = 0.99,
        beta: float | None = None,
        *,
        dtype: Any = None,
    ) -> None:
        self.orig_freq, self.new_freq = as_rates(orig_freq, new_freq)
        self.resampling_method, self.lowpass_filter_width = resampling_method, lowpass_filter_width
        self.rolloff, self.beta = rolloff, beta
        self._made("sinc", self._sinc)

    def _sinc(self) -> Any:
        return sinc_of(
            self.orig_freq, self.new_freq, self.lowpass_filter_width, self.rolloff, self.resampling_method, self.beta
        )

    @peer(RuntimeError)
    def forward(self, waveform: npt.ArrayLike) -> np.ndarray:
        """Samples at the other rate.

        Parameters
        ----------
        waveform : array_like [shape=(..., n)], floating-point
            Samples.

        Returns
        -------
        np.ndarray [shape=(..., ceil(n * new_freq / orig_freq))]
            The input itself if the rates are equal.
        """
        x = as_waveform(waveform)
        return x if self.orig_freq == self.new_freq else run_resample(x, self._made("sinc", self._sinc))


class MuLawEncoding(Transform):
    """Codes for samples, compressed by the mu-law.

    Parameters
    ----------
    quantization_channels : int >= 2, default 256
        Number of codes.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import torchaudio
    >>> torchaudio.MuLawEncoding()(np.array([-1.0, 0.0, 1.0])).tolist()
    [0, 128, 255]
    """

    @peer(RuntimeError)
    def __init__(self, quantization_channels: int = 256) -> None:
        self.quantization_channels = as_codes(quantization_channels)

    @peer(RuntimeError)
    def forward(self, x: npt.ArrayLike) -> np.ndarray:
        """Codes; see `functional.mu_law_encoding`.

        Parameters
        ----------
        x : array_like
            Samples from -1 to 1.

        Returns
        -------
        np.ndarray [shape as `x`], int64
        """
        return mu_law_encoding(x, self.quantization_channels)


class MuLawDecoding(Transform):
    """Samples of mu-law codes.

    Parameters
    ----------
    quantization_channels : int >= 2, default 256
        Number of codes.

    Examples
    --------
    >>> from fastspec.compat import torchaudio
    >>> torchaudio.MuLawDecoding()([0, 255]).tolist()
    [-1.0, 1.0]
    """

    @peer(RuntimeError)
    def __init__(self, quantization_channels: int = 256) -> None:
        self.quantization_channels = as_codes(quantization_channels)

    @peer(RuntimeError)
    def forward(self, x_mu: npt.ArrayLike) -> np.ndarray:
        """Samples; see `functional.mu_law_decoding`.

        Parameters
        ----------
        x_mu : array_like
            Codes.

        Returns
        -------
        np.ndarray [shape as `x_mu`]
        """
        return mu_law_decoding(x_mu, self.quantization_channels)


class _AxisMasking(Transform):
    """A run of bins or frames is overwritten; `axis` is that of (batch, bins, frames)."""

    def _set_mask(self, mask_param: int, axis: int, iid_masks: bool, p: float, rng: Any) -> None:
        self.mask_param, self.axis, self.iid_masks, self.p = mask_param, axis, iid_masks, p
        self.rng = None if rng is None else np.random.default_rng(rng)

    @peer(ValueError)
    def forward(self, specgram: npt.ArrayLike, mask_value: float = 0.0) -> np.ndarray:
        """Features with a run overwritten.

        Parameters
        ----------
        specgram : array_like [shape=(..., bins, frames)]
            Features.
        mask_value : float, default 0.0
            What is written.

        Returns
        -------
        np.ndarray [shape as `specgram`]
        """
        S = as_array(specgram, name="specgram")
        mask = mask_along_axis_iid if self.iid_masks else mask_along_axis
        if S.ndim < (3 if self.iid_masks else 2):
            raise ParameterError(f"specgram.shape={S.shape} must be (..., bins, frames), of a batch for iid_masks=True")
        return mask(S, self.mask_param, mask_value, self.axis + S.ndim - 3, self.p, rng=self.rng)


class FrequencyMasking(_AxisMasking):
    """Overwrite a random run of bins.

    Parameters
    ----------
    freq_mask_param : int
        The run is shorter than this.
    iid_masks : bool, default False
        Whether each of a batch has its own run.
    rng : None, int, Generator, ..., optional
        What `numpy.random.default_rng` takes; a seed makes the runs of all calls to come. torchaudio has torch's
        global generator in its place.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import torchaudio
    >>> torchaudio.FrequencyMasking(30, rng=0)(np.ones((2, 80, 100), np.float32)).shape
    (2, 80, 100)
    """

    _attributes: ClassVar = {"freq_mask_param": "mask_param"}

    @peer(ValueError)
    def __init__(self, freq_mask_param: int, iid_masks: bool = False, *, rng: Any = None) -> None:
        as_number(freq_mask_param, name="freq_mask_param")
        self._set_mask(freq_mask_param, 1, iid_masks, 1.0, rng)


class TimeMasking(_AxisMasking):
    """Overwrite a random run of frames.

    Parameters
    ----------
    time_mask_param : int
        The run is shorter than this.
    iid_masks : bool, default False
        Whether each of a batch has its own run.
    p : float, 0 <= p <= 1, default 1.0
        The run is shorter than this share of the frames, too.
    rng : None, int, Generator, ..., optional
        As in `FrequencyMasking`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import torchaudio
    >>> torchaudio.TimeMasking(30, p=0.2, rng=0)(np.ones((2, 80, 100), np.float32)).shape
    (2, 80, 100)
    """

    _attributes: ClassVar = {"time_mask_param": "mask_param"}

    @peer(ValueError)
    def __init__(self, time_mask_param: int, iid_masks: bool = False, p: float = 1.0, *, rng: Any = None) -> None:
        as_number(time_mask_param, name="time_mask_param")
        check_share(p)
        self._set_mask(time_mask_param, 2, iid_masks, p, rng)

"""The front end of the DESED sound-event baseline (DCASE task 4): magnitudes, levels, and the scaler after them.

=============  =====================================================================================================
Samples        16 kHz; frames of 2048 samples every 256, reflected by 1024 at the ends
Window         Hamming, symmetric (``periodic=False``), over the whole frame
Spectrum       magnitudes (power 1), bands are sums of them
Bands          128 HTK triangles from 0 to 8000 Hz, not normalised
Levels         ``20 log10(max(x, 1e-5))``, clamped to -50 .. 80
Layout         (batch, 128, frames), float32
Scaler         after the levels: ``Scaler("instance", "minmax", (1, 2))`` in the baseline
=============  =====================================================================================================

Of `Scaler`: standard deviations of an instance are those of n - 1 values, of a dataset those of n; `fit` counts each
batch the same, however many clips it has; ``eps`` is added to the divisor. The original takes a dataset's variance as a
difference of two large numbers, which may come out as NaN; here it is added up from distances. Of one value alone the
original's instance deviation is NaN, here it is zero, and so is the result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .. import _scaler
from .._front.source import as_clip
from .._gate.complaints import both
from .._gate.samples import DTypeError, ParameterError, as_array
from .._recipes import recipe as _named
from ..core.spectrum import amplitude_to_db
from ._peer import peer

if TYPE_CHECKING:
    import os

    import numpy.typing as npt

    from .._front.recipe import Recipe

__all__ = ["Scaler", "TorchScaler", "log_mel", "mel_spec", "take_log"]


def __getattr__(name: str) -> Any:
    if name == "recipe":
        return _recipe()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _recipe() -> Recipe:
    return _named("desed")


@peer()
def log_mel(audio: np.ndarray) -> np.ndarray:
    """Levels of mel bands, as the baseline's network gets them before its scaler.

    Parameters
    ----------
    audio : np.ndarray or tensor [shape=(..., n)], real floating-point
        Samples at 16 kHz; more than 1024 of them.

    Returns
    -------
    np.ndarray or tensor [shape=(..., 128, 1 + n // 256)]
        float32, from -50 to 80; silence is -50.

    Raises
    ------
    ParameterError
        If there are too few samples, or some are not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import desed
    >>> desed.log_mel(np.zeros(16000, np.float32)).shape
    (128, 63)
    """
    return _recipe()(_long_enough(audio))


@peer()
def mel_spec(audio: np.ndarray) -> np.ndarray:
    """Mel bands of magnitudes, before they become levels: the baseline's `mel_spec`.

    Parameters
    ----------
    audio : np.ndarray or tensor [shape=(..., n)], real floating-point
        Samples at 16 kHz; more than 1024 of them.

    Returns
    -------
    np.ndarray or tensor [shape=(..., 128, 1 + n // 256)]
        float32.

    Raises
    ------
    ParameterError
        If there are too few samples, or some are not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import desed
    >>> desed.mel_spec(np.zeros(16000, np.float32)).max().item()
    0.0
    """
    return _mel_recipe()(_long_enough(audio))


@cache
def _mel_recipe() -> Recipe:
    return _recipe().replace(log=None, log_floor=0.0, least=None, most=None)


def _long_enough(audio: Any) -> np.ndarray:
    x = as_clip(audio, name="audio")
    if x.shape[-1] <= _recipe().n_fft // 2:
        raise ParameterError(f"audio.shape={x.shape} is too short to be reflected; pass more than 1024 samples")
    return x


@peer()
def take_log(mels: npt.ArrayLike) -> np.ndarray:
    """Levels of magnitudes, the baseline's `take_log`: ``20 log10(max(x, 1e-5))`` between -50 and 80.

    Parameters
    ----------
    mels : array_like or tensor [shape=(...)], real
        Magnitudes.

    Returns
    -------
    np.ndarray or tensor [shape=mels.shape]

    Raises
    ------
    ParameterError
        If `mels` holds no real numbers.

    Examples
    --------
    >>> from fastspec.compat import desed
    >>> desed.take_log([0.0, 1.0, 10.0]).tolist()
    [-50.0, 0.0, 20.0]
    """
    x = as_array(mels, name="mels", kinds="fiub")
    return np.clip(amplitude_to_db(x, ref=1.0, amin=1e-5, top_db=None), -50, 80)


class Scaler(_scaler.Scaler):
    """The baseline's `TorchScaler`; the module's docstring says what is its own in it.

    Parameters
    ----------
    statistic : {'dataset', 'instance', None}, default 'dataset'
        Whose numbers are used. None leaves features as they are.
    normtype : {'standard', 'mean', 'minmax', None}, default 'standard'
        What is done. A dataset has no 'minmax'.
    dims : tuple of int, default (1, 2)
        Axes over which numbers are taken.
    eps : float, default 1e-8
        Added to the divisor.

    Raises
    ------
    ParameterError
        As of `fastspec.Scaler`, whose `merge`, `partial_fit` and `inverse` it has, too. By `fit` or a call, of a
        dataset with 'minmax', also a NotImplementedError, as the baseline has it.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import desed
    >>> desed.Scaler("instance", "minmax", (1, 2))(np.array([[[0.0, 1.0], [2.0, 4.0]]])).round(6).tolist()
    [[[0.0, 0.25], [0.5, 1.0]]]
    """

    @peer()
    def __init__(
        self, statistic: str | None = "dataset", normtype: str | None = "standard", dims: tuple[Any, ...] = (1, 2),
        eps: float = 1e-8,
    ) -> None:  # fmt: skip
        # Names are checked there.
        super().__init__(statistic, normtype, dims, eps, ddof=int(statistic == "instance"), weigh="batches")  # type: ignore[arg-type]

    def __repr__(self) -> str:
        return f"Scaler({self.statistic!r}, {self.normtype!r}, {self.dims}, {self.eps})"

    @property
    def mean_squared(self) -> np.ndarray | None:
        """The mean of the squares of a dataset."""
        return None if self.mean is None else self.variance + self.mean**2

    @peer()
    def fit(  # type: ignore[override]  # as the baseline has it
        self, dataloader: Iterable[Any], transform_func: Callable[..., Any] = lambda batch: batch[0]
    ) -> Self:
        """Take the numbers of a dataset.

        Parameters
        ----------
        dataloader : iterable
            Batches.
        transform_func : callable, optional
            Makes the features of a batch. Default: its first item.

        Returns
        -------
        Scaler
            This one.

        Raises
        ------
        ParameterError
            As of `fastspec.Scaler`; also a NotImplementedError if a dataset is to have ``normtype='minmax'``.
        """
        self._check()
        return super().fit(dataloader, transform_func)

    @peer()
    def __call__(self, tensor: npt.ArrayLike) -> np.ndarray:
        """Scale a batch.

        Parameters
        ----------
        tensor : array_like or tensor [shape=(batch, bands, frames)], real
            Features.

        Returns
        -------
        np.ndarray or tensor [shape=tensor.shape]

        Raises
        ------
        ParameterError
            As of `fastspec.Scaler`; also a NotImplementedError if a dataset is to have ``normtype='minmax'``.
        """
        self._check()
        return super().__call__(tensor)

    forward = __call__

    def _check(self) -> None:
        if self.statistic == "dataset" and self.normtype == "minmax":
            raise both(ParameterError, NotImplementedError)(
                "normtype='minmax' goes with statistic='instance' alone, as in the baseline; use fastspec.Scaler"
            )

    def state_dict(self) -> dict[str, np.ndarray]:
        """The numbers of a dataset, by the baseline's names; nothing of an instance.

        Returns
        -------
        dict
            `mean` and `mean_squared`.
        """
        if self.statistic != "dataset" or self.mean is None:
            return {}
        return {"mean": self.mean, "mean_squared": self.mean_squared}

    @peer()
    def load_state_dict(self, state_dict: dict[str, Any], strict: bool = True) -> None:
        """Take numbers of a dataset that `state_dict`, or the baseline's own scaler, gave; nothing for an instance.

        Parameters
        ----------
        state_dict : dict
            `mean` and `mean_squared`, arrays or tensors.
        strict : bool, default True
            Accepted, and without effect.

        Raises
        ------
        ParameterError
            If one of the two is missing or they do not go together.
        """
        if not isinstance(state_dict, Mapping):
            raise DTypeError(f"state_dict={state_dict!r} must be a dict of mean and mean_squared")
        if self.statistic != "dataset":
            return
        if not {"mean", "mean_squared"} <= state_dict.keys():
            raise ParameterError(f"state_dict has {sorted(state_dict)}; it must hold mean and mean_squared")
        self.set_moments(state_dict["mean"], state_dict["mean_squared"])

    @classmethod
    @peer()
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a scaler that `save` wrote.

        Parameters
        ----------
        path : str or os.PathLike
            The file.

        Returns
        -------
        Scaler

        Raises
        ------
        ParameterError
            If the file holds no scaler.
        """
        return super().load(path)


TorchScaler = Scaler

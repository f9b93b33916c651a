"""`Scaler`: features brought to one range by the numbers of each clip, or by those of a dataset."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from ._gate.complaints import public
from ._gate.samples import DTypeError, ParameterError, as_index, as_number, one_of
from ._moments import as_features, inverse_of, moments, standardise

if TYPE_CHECKING:
    import numpy.typing as npt

# Of the files that `save` writes.
_FORMAT = 1

_STATISTICS = ("instance", "dataset", None)
_NORMS = ("mean", "standard", "minmax", None)
_WEIGHTS = ("values", "batches")


class Scaler:
    """Scale features by their mean, their mean and standard deviation, or their range.

    Parameters
    ----------
    statistic : {'dataset', 'instance', None}, default 'dataset'
        Whose numbers are used: those that `fit` has seen, or each clip's own. None leaves features as they are.
    normtype : {'standard', 'mean', 'minmax', None}, default 'standard'
        ``(x - mean) / (std + eps)``, ``x - mean``, ``(x - min) / (max - min + eps)``, or nothing.
    dims : tuple of int, default (1, 2)
        Axes over which numbers are taken; the first axis of a batch (batch, rows, frames) is axis 0. Negative ones
        count from the end. ``dims=(2,)`` keeps numbers for each row.
    eps : float, default 1e-8
        Keeps the divisor from being zero. Where it still is (``eps=0.0``), 1 stands in its place.
    ddof : int, default 0
        Standard deviations are those of n - ddof values; where that leaves none, they are zero.
    weigh : {'values', 'batches'}, default 'values'
        What counts the same in `fit`: each value, however many a batch has; or each batch.

    Attributes
    ----------
    mean, variance, minimum, maximum : np.ndarray or None
        What `fit` has seen, float64, of as many dimensions as a batch; axis 0 and `dims` have length 1.
    weight : float
        Values (or batches) that they are the numbers of.

    Raises
    ------
    ParameterError
        If a name is not known, an axis is given twice, or `eps` or `ddof` is negative.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> scaler = fastspec.Scaler("dataset", "standard", dims=(2,))
    >>> batches = [np.array([[[1.0, 3.0], [0.0, 4.0]]]), np.array([[[5.0, 7.0], [2.0, 2.0]]])]
    >>> scaler.fit(batches).mean.ravel().tolist()
    [4.0, 2.0]
    >>> fastspec.Scaler("instance", "minmax", dims=(1, 2))(batches[0]).round(3).tolist()
    [[[0.25, 0.75], [0.0, 1.0]]]
    """

    @public
    def __init__(
        self,
        statistic: Literal["dataset", "instance"] | None = "dataset",
        normtype: Literal["standard", "mean", "minmax"] | None = "standard",
        dims: tuple[int, ...] = (1, 2),
        eps: float = 1e-8,
        *,
        ddof: int = 0,
        weigh: Literal["values", "batches"] = "values",
    ) -> None:
        one_of(statistic, _STATISTICS, name="statistic")
        one_of(normtype, _NORMS, name="normtype")
        one_of(weigh, _WEIGHTS, name="weigh")
        self.statistic, self.normtype, self.weigh = statistic, normtype, weigh
        self.dims = _axes_of(dims)
        self.eps = as_number(eps, name="eps")
        if not 0 <= self.eps < np.inf:
            raise ParameterError(f"eps={eps} must not be negative, and finite; use for instance 1e-8")
        self.ddof = as_index(ddof, name="ddof", minimum=0)
        self._forget()

    def _forget(self) -> None:
        # None until something has been seen.
        self.mean: Any = None
        self.variance: Any = None
        self.minimum: Any = None
        self.maximum: Any = None
        self.weight = 0.0

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(statistic={self.statistic!r}, normtype={self.normtype!r}, dims={self.dims}, "
            f"eps={self.eps}, ddof={self.ddof}, weigh={self.weigh!r})"
        )

    # --- statistics of a dataset

    @public
    def fit(self, batches: Iterable[Any], transform_func: Callable[..., np.ndarray] | None = None) -> Self:
        """Take the numbers of a dataset, forgetting any that were there.

        Parameters
        ----------
        batches : iterable of array_like
            Batches of one number of dimensions: a list, a generator, a loader. Axes of `dims` and the first one may
            have any length.
        transform_func : callable, optional
            Makes the features of a batch. Default: a batch is its features.

        Returns
        -------
        Scaler
            This one.

        Raises
        ------
        ParameterError
            If there is no batch, or one of them would be refused by `partial_fit`.
        """
        if isinstance(batches, np.ndarray) or not hasattr(batches, "__iter__") or isinstance(batches, (str, bytes)):
            kind = type(batches).__name__
            raise DTypeError(f"batches is {kind}, not an iterable of batches; pass [batches], or use partial_fit")
        before, self.__dict__ = dict(self.__dict__), dict(self.__dict__)
        try:
            self._forget()
            for batch in batches:
                self.partial_fit(batch if transform_func is None else transform_func(batch))
            if not self.weight:
                raise ParameterError("batches is empty: there is nothing to take numbers of; pass at least one batch")
        except BaseException:
            self.__dict__ = before  # a fit that failed half way has changed nothing
            raise
        return self

    @public
    def partial_fit(self, X: npt.ArrayLike) -> Self:
        """Add a batch to the numbers that are there.

        Parameters
        ----------
        X : array_like [shape=(batch, ...)], real
            A batch. An empty one changes nothing.

        Returns
        -------
        Scaler
            This one.

        Raises
        ------
        ParameterError
            If `X` holds NaN or infinity, or does not fit `dims` or the batches before.
        """
        x = as_features(X, n_dim=1)
        axes = tuple(sorted({0, *self._dims_in(x)}))
        shape = tuple(1 if axis in axes else size for axis, size in enumerate(x.shape))
        if self.mean is not None and shape != self.mean.shape:
            raise ParameterError(f"X.shape={x.shape} does not fit the batches before, whose mean has {self.mean.shape}")
        if not x.size:
            return self
        mean, squares = moments(x, axes)
        n = x.size / mean.size
        low, high = (f.reduce(x, axis=axes, keepdims=True).astype(np.float64) for f in (np.minimum, np.maximum))
        self._add(mean, squares / n, low, high, 1.0 if self.weigh == "batches" else n)
        return self

    @public
    def merge(self, other: Scaler) -> Self:
        """Add the numbers of another scaler, fitted to another part of the dataset.

        Parameters
        ----------
        other : Scaler
            One with the same `dims` and `weigh`. It stays as it is.

        Returns
        -------
        Scaler
            This one.

        Raises
        ------
        ParameterError
            If `other` is no scaler of the same kind, or its numbers have another shape.
        """
        if not isinstance(other, Scaler):
            raise DTypeError(f"other={other!r} is no Scaler; pass one that was fitted to another part")
        if (other.dims, other.weigh) != (self.dims, self.weigh):
            raise ParameterError(f"other={other!r} goes over other axes or weights than {self!r}; make them alike")
        if other.mean is None:
            return self
        if self.mean is not None and other.mean.shape != self.mean.shape:
            raise ParameterError(f"other.mean.shape={other.mean.shape} is not {self.mean.shape}; fit them to one kind")
        self._add(other.mean, other.variance, other.minimum, other.maximum, other.weight)
        return self

    def _add(self, mean: Any, variance: Any, low: Any, high: Any, weight: float) -> None:
        """Chan, Golub and LeVeque's update: distances are squared, never values."""
        if self.mean is None:
            self.mean, self.variance, self.minimum, self.maximum = mean.copy(), variance.copy(), low.copy(), high.copy()
            self.weight = float(weight)
            return
        total = self.weight + weight
        share, step = weight / total, mean - self.mean
        self.mean = self.mean + share * step
        self.variance = (1 - share) * self.variance + share * variance + (1 - share) * share * step**2
        self.minimum, self.maximum = np.minimum(self.minimum, low), np.maximum(self.maximum, high)
        self.weight = total

    @public
    def set_moments(self, mean: npt.ArrayLike, mean_squared: npt.ArrayLike) -> Self:
        """Take numbers of a dataset that another program has, as if one batch had had them.

        Parameters
        ----------
        mean, mean_squared : array_like [shape as `mean` has it after `fit`]
            Of the values, and of their squares.

        Returns
        -------
        Scaler
            This one; it knows no minimum and maximum.

        Raises
        ------
        ParameterError
            If the two have different shapes.
        """
        first, second = (
            np.asarray(as_features(numbers, name=name, n_dim=0), np.float64)
            for numbers, name in ((mean, "mean"), (mean_squared, "mean_squared"))
        )
        if first.shape != second.shape:
            raise ParameterError(f"mean.shape={first.shape} is not mean_squared.shape={second.shape}; pass both alike")
        self._forget()
        self.mean, self.variance = first, np.maximum(second - first**2, 0)
        self.minimum = self.maximum = np.full_like(first, np.nan)
        self.weight = 1.0
        return self

    # --- use

    @public
    def __call__(self, X: npt.ArrayLike) -> np.ndarray:
        """Scale features.

        Parameters
        ----------
        X : array_like [shape=(batch, ...)], real
            A batch, of as many dimensions as those that were fitted.

        Returns
        -------
        np.ndarray [shape=X.shape]
            In the precision of `X` (float32 for float16, float64 for integers).

        Raises
        ------
        ParameterError
            If `X` holds NaN or infinity or does not fit, or ``statistic='dataset'`` has not been fitted.
        """
        x = as_features(X, n_dim=1)
        if self.statistic is None or self.normtype is None:
            return standardise(x, np.zeros((1,) * x.ndim), np.ones((1,) * x.ndim))
        shift, scale = self._numbers(x)
        return standardise(x, shift, scale)

    @public
    def inverse(self, X: npt.ArrayLike) -> np.ndarray:
        """The features that were scaled: the way back, by a dataset's numbers.

        Parameters
        ----------
        X : array_like [shape=(batch, ...)], real
            What calling the scaler gave.

        Returns
        -------
        np.ndarray [shape=X.shape]

        Raises
        ------
        ParameterError
            If ``statistic='instance'``, whose numbers are gone, or as for the way there.
        """
        x = as_features(X, n_dim=1)
        if self.statistic == "instance" and self.normtype is not None:
            raise ParameterError("statistic='instance' keeps no numbers of a clip to go back by; use 'dataset'")
        if self.statistic is None or self.normtype is None:
            return standardise(x, np.zeros((1,) * x.ndim), np.ones((1,) * x.ndim))
        shift, scale = self._numbers(x)
        return standardise(x, -shift * scale, 1 / scale)

    def _numbers(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What is taken from `x`, and what it is then multiplied with."""
        if self.statistic == "instance":
            return self._of_instance(x)
        if self.mean is None:
            raise ParameterError("statistic='dataset' needs numbers of one; call fit(batches) first, or load a file")
        fitted = self.mean.shape
        if x.ndim != len(fitted) or any(size not in (1, n) for size, n in zip(fitted, x.shape, strict=True)):
            raise ParameterError(f"X.shape={x.shape} does not fit the mean of the dataset, {fitted}")
        if self.normtype == "minmax":
            return self.minimum, inverse_of(self.maximum - self.minimum + self.eps)
        return self.mean, self._scale(self.variance * self._unbiased(self.weight))

    def _of_instance(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        axes = self._dims_in(x)
        if not x.size:
            return np.zeros((1,) * x.ndim), np.ones((1,) * x.ndim)
        if self.normtype == "minmax":
            low, high = (f.reduce(x, axis=axes, keepdims=True).astype(np.float64) for f in (np.minimum, np.maximum))
            return low, inverse_of(high - low + self.eps)
        mean, squares = moments(x, axes)
        n = x.size / mean.size
        return mean, self._scale(squares / n * self._unbiased(n))

    def _unbiased(self, n: float) -> float:
        return n / (n - self.ddof) if n > self.ddof else 0.0

    def _scale(self, variance: np.ndarray) -> np.ndarray:
        return np.ones_like(variance) if self.normtype == "mean" else inverse_of(np.sqrt(variance) + self.eps)

    def _dims_in(self, x: np.ndarray) -> tuple[int, ...]:
        if any(not -x.ndim <= axis < x.ndim for axis in self.dims):
            raise ParameterError(f"X.shape={x.shape} has not all axes of dims={self.dims}; pass a batch, or other dims")
        return tuple(sorted({axis % x.ndim for axis in self.dims}))

    # --- files

    @public
    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the scaler to a file: JSON, or numbers as .npz if the name ends so. Neither holds code.

        Parameters
        ----------
        path : str or os.PathLike
            The file; one that is there is replaced when all has been written.
        """
        target = Path(path)
        beside = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            with open(beside, "wb") as file:
                if target.suffix == ".npz":
                    kept: dict[str, Any] = {name: value for name, value in self._state().items() if value is not None}
                    settings = np.frombuffer(json.dumps(self._settings()).encode(), np.uint8)
                    np.savez(file, settings=settings, **kept)
                else:
                    state = {name: None if v is None else v.tolist() for name, v in self._state().items()}
                    file.write(json.dumps({**self._settings(), **state}).encode() + b"\n")
            os.replace(beside, target)
        finally:
            beside.unlink(missing_ok=True)

    @classmethod
    @public
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a scaler that `save` wrote.

        Parameters
        ----------
        path : str or os.PathLike
            The file, in either format, whatever its name.

        Returns
        -------
        Scaler

        Raises
        ------
        ParameterError
            If the file holds no scaler. Nothing in it is ever run.
        """
        try:
            settings, state = _read(Path(path))
            options = {name: settings[name] for name in ("statistic", "normtype", "eps", "ddof", "weigh")}
            scaler = Scaler(dims=tuple(settings["dims"]), **options)
            scaler.weight = as_number(settings["weight"], name="weight")
            for name in ("mean", "variance", "minimum", "maximum"):
                setattr(scaler, name, state[name])
            return cls._from(scaler)
        except (KeyError, TypeError, ValueError, zipfile.BadZipFile, EOFError) as error:
            raise ParameterError(f"path={str(path)!r} holds no Scaler: {error}; pass a file that save wrote") from None

    @classmethod
    def _from(cls, scaler: Scaler) -> Self:
        made = cls.__new__(cls)
        made.__dict__.update(scaler.__dict__)
        return made

    def _settings(self) -> dict[str, Any]:
        names = ("statistic", "normtype", "dims", "eps", "ddof", "weigh", "weight")
        return {"scaler": _FORMAT, **{name: getattr(self, name) for name in names}}

    def _state(self) -> dict[str, np.ndarray | None]:
        return {name: getattr(self, name) for name in ("mean", "variance", "minimum", "maximum")}


def _axes_of(dims: Any) -> tuple[int, ...]:
    if isinstance(dims, (int, np.integer)) and not isinstance(dims, bool):
        dims = (dims,)
    if isinstance(dims, (str, bytes)) or not hasattr(dims, "__iter__"):
        raise DTypeError(f"dims={dims!r} must be a tuple of axes; pass for instance (1, 2)")
    axes = tuple(as_index(axis, name="dims", minimum=-64) for axis in dims)
    if len(set(axes)) != len(axes) or not axes:
        raise ParameterError(f"dims={dims!r} must name each axis once, and one at least; pass for instance (1, 2)")
    return axes


def _read(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray | None]]:
    names = ("mean", "variance", "minimum", "maximum")
    content = path.read_bytes()
    if content.startswith(b"PK"):
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            settings = json.loads(stored["settings"].tobytes())
            state = {name: _numbers_of(stored[name]) if name in stored else None for name in names}
    else:
        settings = json.loads(content)
        state = {name: None if settings[name] is None else _numbers_of(settings[name]) for name in names}
    if settings["scaler"] != _FORMAT:
        raise ParameterError(f"it is of format {settings['scaler']}, and this version reads {_FORMAT}")
    return settings, state


def _numbers_of(stored: Any) -> np.ndarray:
    return np.asarray(stored, dtype=np.float64)

"""`Job`: what is computed of every recording, as plain, frozen data."""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import reprlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any

import numpy as np

from .._front.notebook import table
from .._front.recipe import Recipe
from .._front.rules import flag
from .._front.written import made
from .._gate.samples import DTypeError, ParameterError, as_index, as_number

# Of the JSON that `to_json` writes.
FORMAT = 1

_LONGEST_NAME = 48  # of a feature, which is a part of files' names

# Features that no recipe is: functions of the API. Of spectra and transforms magnitudes are kept.
FUNCTIONS = {
    "stft": "fastspec.stft",
    "cqt": "fastspec.cqt",
    "vqt": "fastspec.vqt",
    "chroma": "fastspec.feature.chroma_stft",
    "mfcc": "fastspec.feature.mfcc",
    "logmel": "fastspec.feature.logmel",
}


@dataclass(frozen=True, repr=False)
class Call:
    """A function of `FUNCTIONS` and its keyword arguments."""

    kind: str
    options: tuple[tuple[str, Any], ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in FUNCTIONS:
            near = get_close_matches(str(self.kind), FUNCTIONS, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"use {', '.join(FUNCTIONS)}, or a recipe's name"
            raise ParameterError(f"kind={self.kind!r} is no feature; {hint}")
        parameters = inspect.signature(self.function).parameters
        for name, _ in self.options:
            if name not in parameters or name in ("y", "S", "sr"):
                near = get_close_matches(name, parameters, 1)
                hint = f"did you mean {near[0]!r}?" if near else f"see help({FUNCTIONS[self.kind]})"
                raise ParameterError(f"{self.kind} has no option {name!r} here; {hint}")

    @property
    def function(self) -> Any:
        import fastspec

        target: Any = fastspec
        for name in FUNCTIONS[self.kind].split(".")[1:]:
            target = getattr(target, name)
        return target

    def __call__(self, y: np.ndarray, sr: float) -> np.ndarray:
        """Features (rows, frames)."""
        function = self.function
        rate = {"sr": sr} if "sr" in inspect.signature(function).parameters else {}
        F = function(y=y, **rate, **dict(self.options))
        return np.abs(F) if F.dtype.kind == "c" else F

    def items(self) -> dict[str, Any]:
        return {"kind": self.kind, **dict(self.options)}

    def __repr__(self) -> str:
        """As a `Job` takes it."""
        return repr(self.items())


@dataclass(frozen=True, kw_only=True, repr=False)
class Job:
    """What is computed of every recording.

    Parameters
    ----------
    features : dict, or list of str
        Names and what they stand for (kept as pairs): a `Recipe`, a named recipe's name, or a dict: the fields of a
        recipe, or ``kind`` ('stft', 'cqt', 'vqt', 'chroma', 'mfcc', 'logmel') with keyword arguments of that function.
        A list holds names of recipes or kinds, each of which is its own name. All are made of one decoding of the file.
    sr : float, optional
        Sampling rate of what is no recipe, in Hz; recipes have their own. Default: the file's.
    channels : {'mix', 'keep'}, default 'mix'
        Whether channels are averaged, or each becomes an entry of its own, ``ID:0``, ``ID:1``, ...
    pool : {None, 'mean', 'max'}, default None
        Whether each recording becomes `pool_frames` frames, means or maxima over stretches of equal length.
    pool_frames : int, default 1
        See there.
    patch_frames : int, default 0
        If not 0, features are cut into patches of so many frames, ``ID@0``, ``ID@1``, ...; what is left at the end
        makes no patch.
    patch_hop : int, optional
        Frames from patch to patch. Default: `patch_frames`.
    statistics : bool, default False
        Whether mean, standard deviation, least and most of each row over all recordings are stored, too.
    dtype : {'float32', 'float16', 'float64'}, default 'float32'
        Of what is stored.

    Examples
    --------
    >>> from fastspec.dataset import Job
    >>> job = Job(features={"mel": "whisper", "cqt": {"kind": "cqt", "n_bins": 48}}, sr=22050)
    >>> Job.from_json(job.to_json()) == job
    True
    """

    features: Any
    sr: float | None = None
    channels: str = "mix"
    pool: str | None = None
    pool_frames: int = 1
    patch_frames: int = 0
    patch_hop: int | None = None
    statistics: bool = False
    dtype: str = "float32"

    def __post_init__(self) -> None:
        object.__setattr__(self, "features", _named_features(self.features))
        if self.sr is not None and not 0 < as_number(self.sr, name="sr") < np.inf:
            raise ParameterError(f"sr={self.sr} must be above 0, and finite")
        object.__setattr__(self, "statistics", flag(self.statistics, "statistics"))
        _one_of(self.channels, ("mix", "keep"), "channels")
        _one_of(self.pool, (None, "mean", "max"), "pool")
        _one_of(self.dtype, ("float32", "float16", "float64"), "dtype")
        as_index(self.pool_frames, name="pool_frames", minimum=1)
        as_index(self.patch_frames, name="patch_frames", minimum=0)
        if self.patch_hop is not None:
            as_index(self.patch_hop, name="patch_hop", minimum=1)
        for name, feature in self.features:
            if isinstance(feature, Recipe) and feature.parts:
                raise ParameterError(f"features: {name} has parts=True, an axis that no store holds; use parts=False")
        if self.pool and self.patch_frames:
            raise ParameterError(f"pool={self.pool!r} and patch_frames={self.patch_frames} exclude each other")

    def _options(self) -> dict[str, Any]:
        """What beside the features differs from the defaults."""
        rest = [f for f in fields(self) if f.name != "features" and getattr(self, f.name) != f.default]
        return {f.name: getattr(self, f.name) for f in rest}

    def __repr__(self) -> str:
        given = {"features": dict(self.features), **self._options()}
        return f"Job({', '.join(f'{name}={value!r}' for name, value in given.items())})"

    def _repr_html_(self) -> str:
        features = ((f"feature {name}", repr(feature)) for name, feature in self.features)
        return table("Job", [*features, *((name, repr(value)) for name, value in self._options().items())])

    def items(self) -> dict[str, Any]:
        """As plain data, what differs from the defaults alone."""
        return {"features": {name: described(feature) for name, feature in self.features}, **self._options()}

    def to_json(self) -> str:
        """The job as JSON, with the version of the format.

        Returns
        -------
        str
        """
        return json.dumps({"job": FORMAT, **self.items()}, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Job:
        """The job that `to_json` wrote.

        Parameters
        ----------
        text : str

        Returns
        -------
        Job

        Raises
        ------
        ParameterError
            If it is none, or of a later version.
        """
        try:
            values = json.loads(text)
            version = values.pop("job")
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            raise ParameterError(f"text={reprlib.repr(text)} is no job; it must be what Job.to_json writes") from None
        if version != FORMAT:
            raise ParameterError(f"job={version!r} is a version that cannot be read here; {FORMAT} can")
        return _job_of(values, "text")

    @property
    def digest(self) -> str:
        """Sixteen digits that differ where jobs differ."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]


def load_job(path: str | os.PathLike[str]) -> Job:
    """A job from a ``.json`` or ``.toml`` file.

    Parameters
    ----------
    path : str or path-like
        The fields of `Job`; ``features`` is a table of tables.

    Returns
    -------
    Job

    Raises
    ------
    ParameterError
        If it is no such file.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from fastspec.dataset import load_job
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "job.toml"
    >>> _ = path.write_text('dtype = "float16"\\n[features]\\nmel = "whisper"\\n')
    >>> load_job(path).dtype
    'float16'
    """
    return _job_of(read_data(path), os.fspath(path))


def read_data(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What a ``.json`` or ``.toml`` file holds."""
    name = os.fspath(path)
    try:
        with open(name, "rb") as file:
            values = tomllib.load(file) if name.lower().endswith(".toml") else json.load(file)
    except OSError as error:
        raise ParameterError(f"{name}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise ParameterError(f"{name}: is no {'TOML' if name.lower().endswith('.toml') else 'JSON'}: {error}") from None
    if not isinstance(values, dict):
        raise ParameterError(f"{name}: must hold a table of names and values")
    return values


def _job_of(values: dict[str, Any], where: str) -> Job:
    values = {name: value for name, value in values.items() if name != "job"}
    known = [f.name for f in fields(Job)]
    for name in values:
        if name not in known:
            near = get_close_matches(name, known, 1)
            raise ParameterError(f"{where}: a job has no {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    if "features" not in values:
        raise ParameterError(f"{where}: a job must have features")
    return Job(**values)


def feature_of(value: Any) -> Recipe | Call:
    """A feature from a recipe, a name, or a dict."""
    from .._recipes import recipe

    if isinstance(value, (Recipe, Call)):
        return value
    if isinstance(value, str):
        return Call(value) if value in FUNCTIONS else recipe(value)
    if not isinstance(value, Mapping):
        raise DTypeError(f"features: {value!r} is {type(value).__name__}; use a Recipe, a name or a dict")
    values = dict(value)
    if "kind" in values:
        kind = values.pop("kind")
        return Call(kind, tuple(sorted((name, _hashable(option)) for name, option in values.items())))
    values.pop("recipe", None)
    try:
        return made(Recipe, {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()})
    except TypeError as error:
        raise ParameterError(f"features: {error}") from None


def described(feature: Recipe | Call) -> dict[str, Any]:
    return json.loads(feature.to_json()) if isinstance(feature, Recipe) else feature.items()


def _named_features(features: Any) -> tuple[tuple[str, Recipe | Call], ...]:
    if isinstance(features, (Recipe, Call, str)):
        features = {features if isinstance(features, str) else "features": features}
    pairs = features.items() if isinstance(features, Mapping) else _pairs(features)
    named = tuple((name, feature_of(value)) for name, value in pairs)
    if not named:
        raise ParameterError("features={} asks for nothing; name a recipe, for instance 'whisper'")
    for i, (name, _) in enumerate(named):
        if any(name == other for other, _ in named[:i]):
            raise ParameterError(f"features: two have the name {name!r}; give one of them another")
        if not isinstance(name, str) or not name or not name.replace("-", "").replace("_", "").isalnum():
            raise ParameterError(f"features: {name!r} is no name; use letters, digits, - and _")
        if len(name.encode()) > _LONGEST_NAME:
            raise ParameterError(f"features: {name[:40]!r}... is too long; a name has {_LONGEST_NAME} bytes at most")
    return named


def _pairs(features: Any) -> list[tuple[str, Any]]:
    """Of names, which name themselves, or of pairs."""
    try:
        pairs = [(each, each) if isinstance(each, str) else tuple(each) for each in features]
    except TypeError:
        pairs = [()]
    if any(len(pair) != 2 for pair in pairs):
        raise DTypeError(f"features={features!r} must be a recipe, names, or a dict of names and what they stand for")
    return pairs


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _one_of(value: Any, known: tuple[Any, ...], name: str) -> None:
    if value not in known:
        near = get_close_matches(str(value), [k for k in known if k], 1)
        hint = f"did you mean {near[0]!r}?" if near else f"use {' or '.join(map(repr, known))}"
        raise ParameterError(f"{name}={value!r} is unknown; {hint}")

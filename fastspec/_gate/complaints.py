"""What escapes a public function: one error that names the user's own argument, and warnings at the user's line.

`public` wraps every public function. Nothing is looked at while all goes well. When something fails, the arguments are
held against the annotations of the function that the user called, which know what each of them may be; so a new
function is covered as soon as it is annotated.
"""

from __future__ import annotations

import operator
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from inspect import Parameter, signature
from itertools import chain, repeat
from reprlib import repr as short
from typing import Any, TypeVar, cast

import numpy as np

from .samples import DTypeError, ParameterError, from_dlpack

F = TypeVar("F", bound=Callable[..., Any])

# Other errors (files, memory, "please report") say already what they are about.
_TRANSLATED = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, NotImplementedError)

# Larger sizes are mistakes: no memory holds that many values.
_TOO_MANY = 2**40


def public(function: F) -> F:
    """Let a function's errors name what its caller passed, and tensors (by DLPack, on the CPU) be arrays."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except _TRANSLATED as error:
            if any(map(_is_tensor, (*args, *kwargs.values()))):
                names = chain(signature(function).parameters, repeat("the tensor"))
                return call(*map(_as_array, args, names), **{k: _as_array(v, k) for k, v in kwargs.items()})
            better = _translated(error, function, args, kwargs)
            if better is None:
                raise
            raise _as_well(better, error) from error

    return cast(F, call)


def _is_tensor(value: Any) -> bool:
    """Whether it is another library's array with DLPack."""
    return hasattr(value, "__dlpack__") and not isinstance(value, (np.ndarray, np.generic))


def _as_array(value: Any, name: str) -> Any:
    return from_dlpack(value, name=name) if _is_tensor(value) else value


# Where warnings go that nobody's line of code is behind, such as those about one of a thousand files.
_listener: ContextVar[list[str] | None] = ContextVar("listener", default=None)


@contextmanager
def heard() -> Iterator[list[str]]:
    """Collect what is warned of in this thread; Python's own means for that are not for threads."""
    said: list[str] = []
    token = _listener.set(said)
    try:
        yield said
    finally:
        _listener.reset(token)


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """A warning at the line that called into this package."""
    if (said := _listener.get()) is not None:
        said.append(message)
        return
    level = 1
    while _package(frame := sys._getframe(level)) == "fastspec" and frame.f_back:
        level += 1
    warnings.warn(message, category, stacklevel=level + 1)


def _package(frame: Any) -> str:
    return frame.f_globals.get("__name__", "").partition(".")[0]


def _called_from_inside() -> bool:
    """Whether a public function was called by this package; the wrapper in `compat` stands for its own caller."""
    depth = 3
    while sys._getframe(depth).f_globals.get("__name__") == "fastspec.compat._peer":
        depth += 1
    return _package(sys._getframe(depth)) == "fastspec"


def _translated(
    error: Exception, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Exception | None:
    """A better error, or None if this one will do."""
    if _called_from_inside() or _raised_by(error) not in _OURS:
        return None
    if isinstance(error, NotImplementedError) and _raised_by(error) == "fastspec":
        return None
    name = function.__name__ if function.__name__ != "__init__" else function.__qualname__.partition(".")[0]
    unknown = re.search(r"got an unexpected keyword argument '(\w+)'", str(error))
    if unknown and (keyword := unknown[1]) in kwargs:
        return TypeError(f"{name}() got an unexpected keyword argument {keyword!r}{_nearest(keyword, function)}")
    parameters = signature(function).parameters
    try:
        given = signature(function).bind(*args, **kwargs).arguments
    except TypeError:
        return None  # Python's own message is good
    wrong = _broken_kind(parameters, given)
    named = set(re.findall(r"\w+", str(error))) & (parameters.keys() | kwargs.keys())
    reason = " ".join(str(error).split())
    if isinstance(error, ParameterError) and named:
        # The words are right; text where a number is meant is a matter of type, whatever rule it broke first.
        if wrong and wrong[0] in named and type(error) is ParameterError:
            return DTypeError(reason)
        return type(error)(reason) if "\n" in str(error) else None
    if wrong or not given:
        return DTypeError(wrong[1]) if wrong else None
    if broken := _broken_value(parameters, given, error):
        return broken
    told = ", ".join(f"{key}={_shown(value)}" for key, value in given.items() if key != "self")
    where = f"{function.__module__}.{function.__qualname__}".removeprefix("fastspec.")
    where = re.sub(r"\._\w+(?=\.)", "", where)  # packages offer what their private modules hold
    if type(error) in (ParameterError, DTypeError):  # it names an argument of an inner function
        return type(error)(f"{name}({told}): {reason}")
    if isinstance(error, ParameterError):
        return None
    return ParameterError(f"{name}({told}) has no answer: {reason}; see help(fastspec.{where}) for what goes together")


# Kinds of errors that programs written for librosa may catch, besides ValueError.
_LOOKED_OUT_FOR: tuple[type[Exception], ...] = (
    *(np.exceptions.AxisError, IndexError, KeyError, TypeError),
    *(OverflowError, ZeroDivisionError, NotImplementedError),
)


def _as_well(better: Exception, error: Exception) -> Exception:
    """The better error, made an instance of the first one's class as well."""
    for kind in _LOOKED_OUT_FOR:
        if isinstance(error, kind) and not isinstance(better, kind):
            return both(type(better), kind)(str(better))  # type: ignore[arg-type]  # classes have a hash
    return better


@cache
def both(better: type[Exception], kind: type[Exception]) -> type[Exception]:
    """A class of errors of both kinds."""
    plain = {"__reduce__": lambda self: (better, self.args), "__str__": Exception.__str__}
    return type(better.__name__, (better, kind), {"__module__": better.__module__, **plain})


# Compiled code has no name.
_OURS = {"fastspec", "numpy", "scipy", "soxr", "soundfile", "", *sys.stdlib_module_names} - {"__main__"}


def _raised_by(error: Exception) -> str:
    """The package that an error comes from: somebody else's, if a function that the user passed in has failed."""
    package, trace = "", error.__traceback__
    while trace:
        package = _package(trace.tb_frame)
        if package not in _OURS:
            break
        trace = trace.tb_next
    return package


# What an argument may be, by the words of its annotation.


def _broken_kind(parameters: Any, given: dict[str, Any]) -> tuple[str, str] | None:
    """The first argument that is not of the kind that its annotation says, and what to say of it."""
    for name, value in _each(parameters, given):
        kinds = _kinds(str(parameters[name].annotation))
        if kinds and not any(_IS[kind](value) for kind in kinds):
            rule = " or ".join(kinds)
            if isinstance(value, str) and "a function" in kinds and callable(getattr(np, value, None)):
                return name, f"{name}={value!r} must be {rule}, not the name of one; pass np.{value}"
            return name, f"{name}={_shown(value)} must be {rule}; {type(value).__name__} is not accepted"
    return None


def _each(parameters: Any, given: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Names and values of arguments that were given and are not None where None is a way to leave them out."""
    for name, value in given.items():
        parameter = parameters[name]
        if name == "self" or parameter.kind is Parameter.VAR_KEYWORD:
            continue
        if value is None and (parameter.default is None or "None" in str(parameter.annotation)):
            continue
        if parameter.kind is Parameter.VAR_POSITIONAL:
            yield from ((name, each) for each in value)
        else:
            yield name, value


def _kinds(annotation: str) -> list[str]:
    if re.search(r"(Iterable|Sequence|list)\[(str|slice)", annotation):
        return []
    while (plain := re.sub(r"\[[^\[\]]*\]", "", annotation)) != annotation:
        annotation = plain
    words = set(re.findall(r"\w+", annotation))
    if words & {"Any", "Generator"}:
        return []
    return [kind for kind, those in _WORDS.items() if words & those]


# Words for arrays, names and functions, those of `kinds` and of the modules among them.
ARRAYS = {"ndarray", "NDArray", "ArrayLike", "FloatArray", "ComplexArray", "RealArray"}
NAMES = {
    *("str", "Literal", "Window", "Encoding", "Mode"),
    *("PadName", "PadMode", "WholePadMode", "Interpolation", "Units", "DCTNorm"),
}
FUNCTIONS = {"Callable", "Window", "PadMode", "WholePadMode"}
_WORDS = {
    "numbers": {*ARRAYS, "Sequence", "Iterable", "Collection", "tuple", "list", "Sizes"},
    "a number": {"float"},
    "an integer": {"int", "Sizes", "DCTType"},
    "True or False": {"bool"},
    "a name": NAMES,
    "a path": {"PathLike"},
    "a window": {"Window"},
    "a function": FUNCTIONS,
    "a dtype": {"DTypeLike"},
    "a dict": {"Mapping"},
}


def _is_numbers(value: Any) -> bool:
    try:
        return not isinstance(value, (str, bytes, np.ma.MaskedArray)) and _array(value).dtype.kind in "biufc"
    except (TypeError, ValueError):  # ragged
        return False


def _array(value: Any) -> np.ndarray:
    return np.asarray(value.toarray() if hasattr(value, "toarray") else value)  # scipy's sparse ones, too


def _is_number(value: Any) -> bool:
    # Of integers beyond 64 bits NumPy makes objects.
    return isinstance(value, int) or (_is_numbers(value) and np.ndim(value) == 0 and not np.iscomplexobj(value))


def _is_integer(value: Any) -> bool:
    try:
        return operator.index(value) is not None
    except TypeError:
        return False


def _is_dtype(value: Any) -> bool:
    try:
        return np.dtype(value).kind in "biufc"
    except TypeError:
        return False


_IS: dict[str, Callable[[Any], bool]] = {
    "numbers": _is_numbers,
    "a number": _is_number,
    "an integer": lambda value: _is_integer(value) or (isinstance(value, float) and value.is_integer()),
    "True or False": lambda value: isinstance(value, (bool, np.bool_, int)),
    "a name": lambda value: isinstance(value, (str, tuple)),
    "a path": lambda value: isinstance(value, (str, os.PathLike)),
    "a window": lambda value: (np.ndim(value) == 1 and _is_numbers(value)) or _is_number(value),
    "a function": callable,
    "a dtype": _is_dtype,
    "a dict": lambda value: isinstance(value, Mapping),
}


# Values that are wrong whatever the argument.


def _broken_value(parameters: Any, given: dict[str, Any], error: Exception) -> ParameterError | None:
    """The argument whose value is behind such an error. Only what is certain: the wrong name would mislead."""
    arguments = list(_each(parameters, given))
    arrays = [(name, x) for name, x in arguments if isinstance(x, np.ndarray) and x.ndim]
    for name, x in arrays:
        if not x.size:
            return ParameterError(f"{name}.shape={x.shape} is empty; pass some values")
    for name, value in arguments:
        if _is_number(value) and (complaint := _of_number(name, value, arrays, error)):
            return ParameterError(complaint)
    return None


def _of_number(name: str, value: Any, arrays: list[tuple[str, np.ndarray]], error: Exception) -> str | None:
    if name.endswith(("axis", "axes")):
        of, x = arrays[0] if arrays else ("", np.empty(0))
        if of and isinstance(error, LookupError) and not -x.ndim <= value < x.ndim:
            return f"{name}={value} is no axis of {of}.shape={x.shape}; use {-x.ndim} to {x.ndim - 1}"
    if not isinstance(value, int) and not np.isfinite(float(value)):
        said = re.search(r"nan|infinit", str(error), re.IGNORECASE)
        return f"{name}={value} must be finite; pass a number" if said else None
    if abs(value) >= _TOO_MANY and (isinstance(error, OverflowError) or re.search("(?i)too big|maximum", str(error))):
        return f"{name}={short(value)} is too large; pass a smaller {name}"
    return None


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype} array of shape {value.shape}" if value.size > 3 else repr(value).replace("\n", "")
    return short(value)


# Misspelt keywords.


def _nearest(keyword: str, function: Callable[..., Any]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(keyword, sorted(_keywords(function)), 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _keywords(function: Callable[..., Any], seen: tuple[Callable[..., Any], ...] = ()) -> set[str]:
    """Keywords that a function takes, and those that its docstring says it passes on."""
    import fastspec

    parameters = signature(function).parameters.values()
    names = {p.name for p in parameters if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)}
    if not any(p.kind is p.VAR_KEYWORD for p in parameters):
        return names
    owner = operator.attrgetter(function.__qualname__.removesuffix(".__init__"))(sys.modules[function.__module__])
    passed_on = re.search(r"\*\*kwargs\n(.*?)\n\n", owner.__doc__ or "", re.DOTALL)
    for word in re.findall(r"`(?:fastspec\.)?([\w.]+)`", passed_on[1] if passed_on else ""):
        homes = (fastspec, fastspec.feature, fastspec.filters, fastspec.util, sys.modules[function.__module__])
        for home in homes:
            try:
                target = operator.attrgetter(word)(home)
            except AttributeError:
                continue
            if callable(target):
                names |= set() if target in seen else _keywords(target, (*seen, target))
                break
        else:
            names.add(word)
    return names

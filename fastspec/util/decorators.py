"""Decorators for functions that move, go, or change their defaults, and for those of one value at a time."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

P = ParamSpec("P")
R = TypeVar("R")

__all__ = ["deprecated", "future_default", "moved", "vectorize"]


def _warning(say: Callable[[Callable[..., Any]], str]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator that gives a FutureWarning at each call, `say` making its text of the function."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        text = say(function)

        @functools.wraps(function)
        def warn_and_call(*args: P.args, **kwargs: P.kwargs) -> R:
            warnings.warn(text, category=FutureWarning, stacklevel=2)
            return function(*args, **kwargs)

        return warn_and_call

    return decorate


def moved(*, moved_from: str, version: str, version_removed: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator of a function that is also found under an old name: each call warns.

    Parameters
    ----------
    moved_from : str
        The old name.
    version, version_removed : str
        When the function moved, and when the old name goes.

    Returns
    -------
    callable
        The decorator.

    Examples
    --------
    >>> import fastspec
    >>> old = fastspec.util.decorators.moved(moved_from="a.old", version="1", version_removed="2")(abs)
    """
    return _warning(
        lambda function: (
            f"{moved_from} was moved to {function.__module__}.{function.__name__} in version {version}; "
            f"the old name goes in version {version_removed}"
        )
    )


def deprecated(*, version: str, version_removed: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator of a function that is to go: each call warns.

    Parameters
    ----------
    version, version_removed : str
        Since when it is deprecated, and when it goes.

    Returns
    -------
    callable
        The decorator.

    Examples
    --------
    >>> import fastspec
    >>> going = fastspec.util.decorators.deprecated(version="1", version_removed="2")(abs)
    """
    return _warning(
        lambda function: (
            f"{function.__module__}.{function.__name__}: Deprecated as of version {version}. It "
            f"goes in version {version_removed}"
        )
    )


def vectorize(
    *,
    otypes: str | Iterable[npt.DTypeLike] | None = None,
    doc: str | None = None,
    excluded: Iterable[int | str] | None = None,
    cache: bool = False,
    signature: str | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator that makes a function of one value take arrays; one value in still gives one value.

    Parameters
    ----------
    otypes, doc, excluded, cache, signature
        See `numpy.vectorize`.

    Returns
    -------
    callable
        The decorator.

    Examples
    --------
    >>> import fastspec
    >>> half = fastspec.util.decorators.vectorize()(lambda x: x / 2)
    >>> half(3), half([1, 2]).tolist()
    (1.5, [0.5, 1.0])
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        each = np.vectorize(function, otypes, doc, excluded, cache, signature)

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            result = each(*args, **kwargs)
            return result.item() if np.isscalar(args[0]) else result

        return call

    return decorate


def future_default(
    *, param_name: str, old_default: Any, new_default: Any, version: str
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator of a function one of whose defaults is to change: calls that leave the argument out warn.

    Parameters
    ----------
    param_name : str
        The argument.
    old_default, new_default : object
        Its default, and what that will be.
    version : str
        When it will.

    Returns
    -------
    callable
        The decorator.

    Examples
    --------
    >>> import fastspec
    >>> change = {"param_name": "b", "old_default": 1, "new_default": 2, "version": "2"}
    >>> add = fastspec.util.decorators.future_default(**change)(lambda a, b=1: a + b)
    >>> add(1, b=1)
    2
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            if param_name not in signature.bind(*args, **kwargs).arguments:
                warnings.warn(
                    f"The default value of {param_name!r} will change from {old_default!r} to {new_default!r} "
                    f"in version {version}; pass {param_name}={old_default!r} to keep it",
                    category=FutureWarning,
                    stacklevel=2,
                )
            return function(*args, **kwargs)

        return call

    return decorate

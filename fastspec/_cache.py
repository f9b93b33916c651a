"""librosa's `cache`, for programs that decorate with it or clear it. fastspec stores no results on disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

F = TypeVar("F", bound=Callable[..., Any])


class Cache:
    """A cache that is switched off, as librosa's own is unless LIBROSA_CACHE_DIR is set.

    Attributes
    ----------
    level : int
        librosa's default level. Nothing depends on it.
    location : None
        The folder of what is stored: none.
    """

    level = 10
    location = None

    @property
    def memory(self) -> Cache:
        """This cache, where librosa has a `joblib.Memory`."""
        return self

    def __call__(self, level: int) -> Callable[[F], F]:
        """Decorator that leaves a function as it is.

        Parameters
        ----------
        level : int
            Not used.

        Returns
        -------
        callable
            The decorator.

        Examples
        --------
        >>> import fastspec
        >>> @fastspec.cache(level=20)
        ... def double(x):
        ...     return 2 * x
        >>> double(2)
        4
        """
        return lambda function: function

    def clear(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: there is nothing to clear."""

    def reduce_size(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: there is nothing to reduce."""

    def eval(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a function with arguments, and return its result."""
        return function(*args, **kwargs)

    def format(self, obj: Any, indent: int = 0) -> str:
        """An object as text over lines, as `pprint` has it; of large arrays the ends only."""
        from pprint import pformat

        with np.printoptions(precision=6, threshold=64, edgeitems=1):
            return pformat(obj, indent=indent, depth=3)

    def warn(self, msg: str) -> None:
        """Log a warning."""
        import logging

        logging.getLogger("fastspec").warning("cache: %s", msg)


cache = Cache()

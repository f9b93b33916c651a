"""librosa's `cache`, for programs that decorate with it or clear it. fastspec stores no results on disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class Cache:
    """A cache that is switched off, as librosa's own is unless LIBROSA_CACHE_DIR is set.

    Attributes
    ----------
    level : int
        librosa's default level. Nothing depends on it.
    """

    level = 10

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


cache = Cache()

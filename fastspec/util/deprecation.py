"""Helpers for arguments that have changed their names."""

from __future__ import annotations

import sys
import warnings
from typing import Any

__all__ = ["Deprecated", "rename_kw"]


class Deprecated:
    """Default of an argument that is on its way out: tells "not given" from every value that could be."""

    def __repr__(self) -> str:
        return "<DEPRECATED parameter>"


def rename_kw(
    *,
    old_name: str,
    old_value: Any,
    new_name: str,
    new_value: Any,
    version_deprecated: str,
    version_removed: str,
) -> Any:
    """The value of a renamed argument, whichever of its two names the caller used.

    Parameters
    ----------
    old_name, new_name : str
        The two names.
    old_value, new_value : object
        Their values; `Deprecated` as `old_value` means that the old name was not used.
    version_deprecated, version_removed : str
        When the old name was deprecated, and when it goes.

    Returns
    -------
    object
        `new_value`, or `old_value` if it was given.

    Warns
    -----
    FutureWarning
        If the old name was used.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.util.rename_kw(
    ...     old_name="n", old_value=fastspec.util.Deprecated(), new_name="size", new_value=3,
    ...     version_deprecated="1", version_removed="2",
    ... )
    3
    """
    if isinstance(old_value, Deprecated):
        return new_value
    function = sys._getframe(1).f_code.co_name
    warnings.warn(
        f"{function}(): {old_name!r} has been renamed to {new_name!r} in version {version_deprecated}; "
        f"the old name goes in version {version_removed}",
        category=FutureWarning,
        stacklevel=3,
    )
    return old_value

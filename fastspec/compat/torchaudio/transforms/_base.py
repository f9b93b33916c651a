"""What all transforms are: callable, shown with their arguments, remade when an attribute changes, picklable."""

from __future__ import annotations

from abc import ABC, abstractmethod
from inspect import signature
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ...._front.recipe import Recipe


class Transform(ABC):
    """A function with its arguments; `forward` is what a call does."""

    # Names of the transforms that this one consists of.
    _parts: tuple[str, ...] = ()
    # Attributes whose arguments have other names.
    _attributes: ClassVar[dict[str, str]] = {}

    def __setattr__(self, name: str, value: Any) -> None:
        """Every change gives the object a new mark, by which it knows that what it has made is of older values.

        Within an array no change would be noticed: the object has its own, which cannot be written to.
        """
        if isinstance(value, np.ndarray) and value.flags.writeable:
            value = value.copy()
            value.flags.writeable = False
        self.__dict__[name] = value
        self.__dict__["_mark"] = object()

    def _marks(self) -> tuple[Any, ...]:
        marks = (self.__dict__["_mark"],)
        for part in self._parts:
            marks += self.__dict__[part]._marks()
        return marks

    def _made(self, name: str, make: Any) -> Any:
        """What `make` returns, kept until an attribute changes, of this transform or of one of its parts."""
        marks = self._marks() if self._parts else self.__dict__["_mark"]
        kept: tuple[Any, dict[str, Any]] | None = self.__dict__.get("_kept")
        if kept is None or kept[0] != marks:
            kept = self.__dict__["_kept"] = (marks, {})
        if name not in kept[1]:
            kept[1][name] = make()
        return kept[1][name]

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_mark", "_kept")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _mark=object())
        for value in state.values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    if TYPE_CHECKING:

        def __call__(self, *args: Any, **kwargs: Any) -> np.ndarray: ...

    def __init_subclass__(cls) -> None:
        """A call is `forward` itself, so that complaints see who called."""
        cls.__call__ = cls.forward  # type: ignore[method-assign]  # both are the same

    @abstractmethod
    def forward(self, *args: Any, **kwargs: Any) -> np.ndarray:
        """What a call does."""

    @property
    def recipe(self) -> Recipe | None:
        """What the transform does as a `fastspec.Recipe`; None where none says it."""
        return None

    def __repr__(self) -> str:
        names = {name: self._attributes.get(name, name) for name in signature(type(self).__init__).parameters}
        values = {name: self.__dict__[at] for name, at in names.items() if at in self.__dict__}
        return f"{type(self).__name__}({', '.join(f'{name}={_shown(value)}' for name, value in values.items())})"


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, np.random.Generator) else repr(value)

"""What all modules of `compat` share: tensors in and out, and errors of the kind that the peer raises."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import numpy as np

from .._gate.complaints import both, public
from .._gate.samples import ParameterError, as_array, as_samples, from_dlpack

F = TypeVar("F", bound=Callable[..., Any])


def peer(kind: type[Exception] = ValueError) -> Callable[[F], F]:
    """Make a function `public`, with tensors in and out, and with errors that are of the peer's `kind` as well."""

    def decorate(function: F) -> F:
        checked = public(function)

        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            torch = sys.modules.get("torch")
            try:
                if torch is None or not _has_tensor(torch, (*args, *kwargs.values())):
                    return checked(*args, **kwargs)
                arrays = {name: _arrays(torch, value, name) for name, value in kwargs.items()}
                return _tensors(torch, checked(*(_arrays(torch, value, "the tensor") for value in args), **arrays))
            except ParameterError as error:
                if isinstance(error, kind):
                    raise
                raise both(type(error), kind)(str(error)) from error  # type: ignore[arg-type]  # as there

        return cast(F, call)

    return decorate


def as_audio(x: Any, *, name: str) -> np.ndarray:
    """Floating-point samples as the engine reads them, of lists too, which librosa's own functions refuse."""
    return as_samples(x if isinstance(x, np.ndarray) else as_array(x, name=name), name=name)


def _has_tensor(torch: Any, values: Any) -> bool:
    return any(
        isinstance(value, torch.Tensor) or (isinstance(value, (list, tuple)) and _has_tensor(torch, value))
        for value in values
    )


def _arrays(torch: Any, value: Any, name: str) -> Any:
    """The memory of a tensor, without a copy; what is no tensor as it is."""
    if isinstance(value, torch.Tensor):
        return from_dlpack(value, name=name)
    if isinstance(value, (list, tuple)) and _has_tensor(torch, value):
        return type(value)(_arrays(torch, each, name) for each in value)
    return value


def _tensors(torch: Any, value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return torch.from_numpy(value if value.flags.writeable else value.copy())
    if isinstance(value, (list, tuple)):
        return type(value)(_tensors(torch, each) for each in value)
    return value

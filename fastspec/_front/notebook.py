"""How things look in a notebook: a small table, in the notebook's own colours."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any, Protocol


def table(title: str, rows: Iterable[tuple[object, ...]]) -> str:
    """A row is its heading and one cell or several."""
    return f"<table><caption>{escape(title)}</caption>{''.join(_row(*row) for row in rows)}</table>"


def _row(heading: object, *cells: object) -> str:
    inner = "".join(f"<td>{escape(str(cell))}</td>" for cell in cells)
    return f"<tr><th>{escape(str(heading))}</th>{inner}</tr>"


class Listed(dict[str, Any]):
    """A dict that a notebook shows as a table with the title `title`."""

    title = ""

    def _repr_html_(self) -> str:
        return table(self.title, ((name, *_cells(value)) for name, value in self.items()))


def _cells(value: object) -> tuple[object, ...]:
    return tuple(map(repr, value)) if isinstance(value, tuple) else (value,)


class Recipes(Listed):
    title = "Recipes"


class Differences(Listed):
    title = "Fields that differ"


class _HasItems(Protocol):
    def items(self) -> dict[str, Any]: ...


class FieldsTable:
    """For a class with `items`: a row for each of them."""

    def _repr_html_(self: _HasItems) -> str:
        return table(type(self).__name__, ((name, repr(value)) for name, value in self.items().items()))

"""How things look in a notebook: a small table, in the notebook's own colours."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any


def table(title: str, rows: Iterable[tuple[str, Any]]) -> str:
    cells = (f"<tr><th>{escape(str(name))}</th><td>{escape(str(value))}</td></tr>" for name, value in rows)
    return f"<table><caption>{escape(title)}</caption>{''.join(cells)}</table>"


class FieldsTable:
    """For a class with `items`: a row for each of them."""

    def _repr_html_(self) -> str:
        return table(type(self).__name__, ((name, repr(value)) for name, value in self.items().items()))  # type: ignore[attr-defined]

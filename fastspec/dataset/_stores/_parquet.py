"""Parquet: a table with a row for each recording, whose features were pooled to one size."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ._contents import Contents, Meta, NotAStoreError, contents_of, frames, read_header

_GROUP_ROWS = 1 << 14
_KEY = b"fastspec_dataset"


def write(path: str, parts: Any, meta: Meta) -> None:
    contents = contents_of(parts, meta)
    n = meta.job.pool_frames
    values = {
        name: np.empty((len(contents.ids), n * feature["rows"]), feature["dtype"])
        for name, feature in contents.features.items()
    }
    for i, name, pieces in frames(parts, list(values)):
        values[name][i] = np.concatenate(list(pieces)).reshape(-1)
    columns = {"id": pa.array(contents.ids), "label": pa.array(contents.labels), "duration": contents.durations}
    for name, array in values.items():
        columns[name] = pa.FixedSizeListArray.from_arrays(pa.array(array.reshape(-1)), array.shape[1])
    table = pa.table(columns).replace_schema_metadata({_KEY: json.dumps(contents.header)})
    pq.write_table(table, path, row_group_size=_GROUP_ROWS)


class Opened:
    """A store that is there."""

    def __init__(self, path: str) -> None:
        try:
            table = pq.read_table(path)
        except pa.ArrowInvalid:
            raise NotAStoreError("is no Parquet table") from None
        header = read_header((table.schema.metadata or {}).get(_KEY, b""))
        ids, labels = (table[name].to_pylist() for name in ("id", "label"))
        self.contents = Contents(header, ids, labels, table["duration"].to_numpy())
        self._values = {}
        for name, feature in self.contents.features.items():
            flat = table[name].combine_chunks().flatten().to_numpy(zero_copy_only=False)
            self._values[name] = flat.reshape(len(ids), -1, feature["rows"])
            n = self._values[name].shape[1] if ids else 0
            self.contents.offsets[name] = np.arange(len(ids) + 1, dtype=np.int64) * n

    def read(self, name: str, i: int) -> np.ndarray:
        return self._values[name][i]

    def files(self) -> list[str]:
        return []

    def close(self) -> None:
        pass

"""The names of this namespace: one a line, read by `_lazy.attach` and by type checkers."""

from ._items import Item as Item
from ._items import items_of as items_of
from ._job import Job as Job
from ._job import load_job as load_job
from ._reader import Dataset as Dataset
from ._reader import open as open
from ._run import Summary as Summary
from ._run import extract as extract

"""What is to be read, as a list of `Item`s in an order that the sources alone decide."""

from __future__ import annotations

import contextlib
import csv
import glob
import json
import math
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from .._gate.samples import DTypeError, ParameterError
from .._soundfiles.whole_file import MOST_LINKS

# What folders and tars are searched for. A file that is named itself may have any name.
SUFFIXES = frozenset(
    """
    .wav .wave .w64 .rf64 .flac .ogg .oga .opus .mp3 .mp2 .aif .aiff .aifc .au .snd .caf .sph .nist .sf .voc .gsm
    .m4a .mp4 .aac .wma .webm .mkv .mka .mov
    """.split()  # noqa: SIM905
)
_MANIFESTS = (".csv", ".tsv", ".jsonl")
HDF5 = (".h5", ".hdf5", ".hdf")
_TARS = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2")

# Names that manifests in use have for the same thing; the first is ours.
_COLUMNS = {
    "path": ("path", "file", "filename", "file_name", "audio", "audio_path", "audio_filepath"),
    "start": ("start", "offset", "onset", "begin"),
    "end": ("end", "offset_end", "stop"),
    "duration": ("duration",),
    "label": ("label", "class", "target"),
    "id": ("id", "key", "utt_id"),
}


@dataclass(frozen=True)
class Item:
    """A recording, or a part of one.

    Parameters
    ----------
    id : str
        Its name in the data set, and in no other item's place.
    path : str
        The file.
    member : str, default ''
        What of it: ``place:size:name`` in a tar (no place: what tarfile reads), or ``dataset:column`` of an HDF5 file.
    start, end : float, optional
        Seconds.
    label : str, default ''
        A class, if known.
    stamp : (int, int), default (0, 0)
        Size and time of the last change (ns) of the file, as it was found.

    Examples
    --------
    >>> from fastspec.dataset import Item
    >>> Item("a.wav", "/data/a.wav", end=2.0).end
    2.0
    """

    id: str
    path: str
    member: str = ""
    start: float | None = None
    end: float | None = None
    label: str = ""
    stamp: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        for name, text in (("id", self.id), ("label", self.label)):
            if not isinstance(text, str):
                raise DTypeError(f"{self.path}: {name}={text!r} must be text")
            if "\0" in text or not _is_unicode(text):
                words = f"has a character that no {name} can have; leave it out"
                raise ParameterError(f"{self.path}: {name}={text!a} {words}")
        for name, value in (("start", self.start), ("end", self.end)):
            if value is not None and not 0 <= value < math.inf:
                raise ParameterError(f"{self.path}: {name}={value!r} must be seconds from 0")
        if self.end is not None and self.end <= (self.start or 0.0):
            raise ParameterError(f"{self.path}: end={self.end} is not after start={self.start or 0.0}")


def _is_unicode(text: str) -> bool:
    """Whether UTF-8 can hold it: halves of a pair are in no file of ours."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def items_of(sources: Iterable[str | os.PathLike[str]], *, label_of: str | None = None) -> list[Item]:
    """What sources hold, in a fixed order.

    Parameters
    ----------
    sources : iterable of path
        Sound files; folders, searched with all below them for the suffixes of sound files; patterns (``**`` goes
        down); manifests (``.csv``, ``.tsv``, ``.jsonl`` with the columns path, and if wanted start, end or duration,
        label, id; paths are relative to the manifest); HDF5 files of samples, one dimension or a clip a column, with
        the attribute ``sr``; tars of sound files, with labels in ``.cls`` files beside them.
    label_of : {None, 'folder'}, default None
        'folder': a file's label is the name of the folder that it lies in.

    Returns
    -------
    list of Item

    Raises
    ------
    ParameterError
        If a source is not there, holds nothing, or two items would have the same id.

    Examples
    --------
    >>> from fastspec.dataset import items_of
    >>> items_of([])
    Traceback (most recent call last):
        ...
    fastspec._gate.samples.ParameterError: sources=[] names nothing; pass files, folders, patterns or manifests
    """
    if isinstance(sources, (str, os.PathLike)):
        sources = [sources]
    names = [os.fspath(source) for source in sources]
    if not names:
        raise ParameterError("sources=[] names nothing; pass files, folders, patterns or manifests")
    if label_of not in (None, "folder"):
        raise ParameterError(f"label_of={label_of!r} is unknown; use None or 'folder'")
    items = []
    for source in names:
        found = list(_of_source(source))
        if not found:
            raise ParameterError(f"{source!r} {_nothing(source)}")
        items += found
    if label_of == "folder":
        items = [_labelled(item) for item in items]
    check_apart(items)
    return items


def _nothing(source: str) -> str:
    if source.lower().endswith(_MANIFESTS):
        return "has no rows; it must have a line for each recording"
    if source.lower().endswith(HDF5):
        return "holds no samples: no data set of numbers in one dimension, or with a clip a column"
    return f"holds no sound files; their suffixes are {' '.join(sorted(SUFFIXES))}"


def _of_source(source: str) -> Iterator[Item]:
    if os.path.isdir(source):
        return _in_folder(source)
    if os.path.exists(source):
        return _of_file(source)
    matches = sorted(glob.glob(source, recursive=True)) if glob.has_magic(source) else []
    if not matches:
        raise ParameterError(f"{source!r} is not there; pass files, folders, patterns or manifests")
    base = os.path.dirname(source.partition("*")[0].partition("?")[0].partition("[")[0])
    sounds = [path for path in matches if os.path.isfile(path)]
    return (_file_item(path, os.path.relpath(path, base or ".")) for path in sounds)


def _in_folder(folder: str) -> Iterator[Item]:
    """Sound files in the order of their names; what begins with a dot, such as the Mac's ``._`` files, is none."""
    for here, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and os.path.splitext(name)[1].lower() in SUFFIXES:
                path = os.path.join(here, name)
                yield _file_item(path, os.path.relpath(path, folder))


def _of_file(path: str) -> Iterator[Item]:
    kinds: dict[tuple[str, ...], Callable[[str], Iterator[Item]]]
    kinds = {_MANIFESTS: _in_manifest, HDF5: _in_hdf5, _TARS: _in_tar}
    for suffixes, reader in kinds.items():
        if path.lower().endswith(suffixes):
            return reader(path)
    return iter([_file_item(path, os.path.basename(path))])


def _file_item(path: str, name: str) -> Item:
    return Item(_text(name.replace(os.sep, "/")), path, stamp=stamp_of(path))


def stamp_of(path: str) -> tuple[int, int]:
    """Size and last change of a file; what is not there, is found out when it is read."""
    try:
        found = os.stat(path)
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


def _text(name: str) -> str:
    """A name that any store can hold: bytes that are no UTF-8 are written out, and so is zero, which ends HDF5's."""
    return os.fsencode(name).decode("utf-8", "backslashreplace").replace("\0", "\\x00")


# --- manifests


def _in_manifest(path: str) -> Iterator[Item]:
    folder = os.path.dirname(path)
    seen: dict[str, int] = {}
    for number, row in _rows(path):
        where = f"{path}, line {number}"
        values = {name: _first(row, columns) for name, columns in _COLUMNS.items()}
        if not values["path"]:
            raise ParameterError(f"{where}: there is no path; the columns must have one of {_COLUMNS['path']}")
        if not isinstance(values["path"], str):
            raise ParameterError(f"{where}: path={values['path']!r} must be text")
        for column in ("path", "id", "label"):
            _check_storable(values[column], column, where)
        file = os.path.join(folder, values["path"])
        start, end = (_seconds(values[name], name, where) for name in ("start", "end"))
        duration = _seconds(values["duration"], "duration", where)
        if end is None and duration is not None and start is not None:
            end = start + duration
        if end is not None and end <= (start or 0.0):
            raise ParameterError(f"{where}: end={end} is not after start={start or 0.0}; correct one of them")
        has_id = values["id"] is not None
        name = str(values["id"] if has_id else values["path"])
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1 and not has_id:  # several parts of one file
            name = f"{name}#{seen[name]}"
        label = "" if values["label"] is None else str(values["label"])
        yield Item(_text(name), file, "", start, end, label, stamp_of(file))


def _rows(path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        yield from _json_rows(path) if path.lower().endswith(".jsonl") else _table_rows(path)
    except UnicodeDecodeError as error:
        raise ParameterError(f"{path}: is no text in UTF-8 ({error.reason}); save it as such") from None


def _table_rows(path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    with open(path, newline="", encoding="utf-8-sig") as file:
        # A quotation mark that is never closed would swallow the lines up to the next one.
        reader = csv.reader(file, delimiter="\t" if path.lower().endswith(".tsv") else ",", strict=True)
        try:
            names = [name.strip().lower() for name in next(reader, [])]
            _check_columns(names, path)
            for row in reader:
                if any(row[len(names) :]):
                    raise ParameterError(
                        f"{path}, line {reader.line_num}: has {len(row)} values for {len(names)} columns; "
                        "put a value that has the separator in it between quotation marks"
                    )
                if row:
                    yield reader.line_num, dict(zip(names, row, strict=False))
        except csv.Error as error:
            raise ParameterError(f"{path}: is no table (line {reader.line_num}: {error})") from None


def _check_columns(names: list[str], path: str) -> None:
    twice = next((name for i, name in enumerate(names) if name and name in names[:i]), None)
    if twice is not None:
        raise ParameterError(f"{path}: two columns have the name {twice!r}; rename one of them")


def _json_rows(path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    with open(path, encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                try:
                    row = json.loads(line)
                except (ValueError, RecursionError) as error:
                    raise ParameterError(f"{path}, line {number}: is no JSON ({error})") from None
                if not isinstance(row, dict):
                    raise ParameterError(f'{path}, line {number}: must be an object, such as {{"path": "a.wav"}}')
                yield number, row


def _check_storable(value: Any, name: str, where: str) -> None:
    """JSON has characters that no file can hold, halves of a pair, and one that no path can, zero."""
    text = str(value)
    try:
        os.fsencode(text)
        bad = name == "path" and "\0" in text
    except UnicodeEncodeError:
        bad = True
    if bad:
        raise ParameterError(f"{where}: {name}={value!a} has a character that no {name} can have; leave it out")


def _first(row: dict[str, Any], columns: Iterable[str]) -> Any:
    return next((row[name] for name in columns if row.get(name) not in (None, "")), None)


def _seconds(value: Any, name: str, where: str) -> float | None:
    if value is None:
        return None
    try:
        seconds = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise ParameterError(f"{where}: {name}={value!r} must be seconds from 0")
    return seconds


# --- files of many recordings


def _in_hdf5(path: str) -> Iterator[Item]:
    import h5py

    stamp = stamp_of(path)
    found: list[tuple[str, int | None]] = []
    try:
        with h5py.File(path, "r") as file:

            def look(name: str, node: Any) -> None:
                if isinstance(node, h5py.Dataset) and node.dtype.kind in "fiu" and node.ndim in (1, 2):
                    found.append((name, node.shape[1] if node.ndim == 2 else None))

            file.visititems(look)
    except (OSError, RuntimeError) as error:
        raise ParameterError(f"{path}: cannot be read as HDF5 ({error})") from None
    for name, columns in found:
        if columns is None:
            yield Item(name, path, f"{name}:" if ":" in name else name, stamp=stamp)
        for i in range(columns or 0):
            yield Item(f"{name}/{i:0{len(str(columns - 1))}}", path, f"{name}:{i}", label=name, stamp=stamp)  # type: ignore[operator]


def _in_tar(path: str) -> Iterator[Item]:
    """Its recordings, with their places, so that each is read without the others."""
    stamp = stamp_of(path)
    try:
        # Tars may be put end to end; what stands between two is nothing, or damage.
        with tarfile.open(path, "r:", ignore_zeros=True) as tar, open(path, "rb") as file:
            members = [member for member in tar if member.isfile() or member.islnk() or member.issym()]
            _check_gaps(path, tar, file)
            labels = {
                member.name.removesuffix(".cls"): tar.extractfile(member).read().decode("utf-8", "replace").strip()  # type: ignore[union-attr]
                for member in members
                if member.name.endswith(".cls") and member.isfile()
            }
            places = {member: _place_in(tar, member) for member in members if _is_sound(member.name)}
    except tarfile.ReadError as error:
        raise ParameterError(f"{path}: is no uncompressed tar ({error}); unpack it, at least to a .tar") from None
    for member, place in places.items():
        label = labels.get(os.path.splitext(member.name)[0], "")
        yield Item(_text(member.name), path, f"{place}:{member.name}", label=label, stamp=stamp)


def _is_sound(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in SUFFIXES and not os.path.basename(name).startswith(".")


def _place_in(tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    """Place and size of the bytes, which for a link are another member's; sparse ones are in no one place."""
    at = member
    with contextlib.suppress(KeyError):
        for _ in range(MOST_LINKS):
            if at.isfile():
                break
            folder = os.path.dirname(at.name) if at.issym() else ""
            target = os.path.normpath(os.path.join(folder, at.linkname))
            at = tar.getmember(target)
    return f"{at.offset_data}:{at.size}" if at.isfile() and not at.issparse() else ":"


def _check_gaps(path: str, tar: tarfile.TarFile, file: BinaryIO) -> None:
    """Refuse a tar of which members were skipped as unreadable, or that has no end: it was cut between two of them."""
    members, size = tar.getmembers(), file.seek(0, os.SEEK_END)
    begins = [member.offset for member in members] + [size]
    ends = [0] + [_end_of(member, begin) for member, begin in zip(members, begins[1:], strict=True)]
    for begin, end in zip(begins, ends, strict=True):
        if not _has_no_members(file, end, begin):
            if not members:
                raise tarfile.ReadError("it has no members")
            raise ParameterError(f"{path}: is damaged: bytes {end} to {begin} are of no member; make it anew")
    if members and not members[-1].issparse() and ends[-1] + tarfile.BLOCKSIZE > size:
        raise ParameterError(f"{path}: is cut short: it has no end behind {members[-1].name!r}; make it anew")


def _end_of(member: tarfile.TarInfo, following: int) -> int:
    """Where a member's bytes end, and the next one begins."""
    if member.issparse():  # nobody knows how many bytes it takes
        return following
    has_bytes = member.isfile() or member.type not in tarfile.SUPPORTED_TYPES  # as tarfile goes on
    return member.offset_data + (_in_blocks(member.size) if has_bytes else 0)


def _in_blocks(size: int) -> int:
    """The bytes that `size` bytes take in a tar."""
    return -(-size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE


def _has_no_members(file: BinaryIO, begin: int, end: int) -> bool:
    """Whether there is nothing but zeros, and headers that say something of all that follows, as git writes them."""
    while (at := _first_that_is_not_zero(file, begin, end)) < end:
        at -= at % tarfile.BLOCKSIZE
        file.seek(at)
        try:
            header = tarfile.TarInfo.frombuf(file.read(tarfile.BLOCKSIZE), "utf-8", "surrogateescape")
        except tarfile.HeaderError:
            return False
        if header.type != tarfile.XGLTYPE:
            return False
        begin = at + tarfile.BLOCKSIZE + _in_blocks(header.size)
    return True


def _first_that_is_not_zero(file: BinaryIO, begin: int, end: int) -> int:
    file.seek(begin)
    for at in range(begin, end, 1 << 20):
        part = file.read(min(end - at, 1 << 20))
        if rest := part.lstrip(b"\0"):
            return at + len(part) - len(rest)
    return end


# --- all of them


def _labelled(item: Item) -> Item:
    if item.label:
        return item
    folder = os.path.basename(os.path.dirname(os.path.abspath(item.path)))
    return Item(item.id, item.path, item.member, item.start, item.end, _text(folder), item.stamp)


def check_apart(items: Iterable[Item]) -> None:
    """Refuse two items of one id."""
    seen: dict[str, Item] = {}
    for item in items:
        if item.id in seen:
            raise ParameterError(
                f"{seen[item.id].path!r} and {item.path!r} would both be {item.id!r}; name the folder above them, or "
                "give them ids in a manifest"
            )
        seen[item.id] = item

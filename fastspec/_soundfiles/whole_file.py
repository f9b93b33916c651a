"""Files that get their content whole or not at all, whatever has the name already: a link, a pipe, a private file.

A result is written to a hidden file beside its target, which then takes the target's name. That file's own name cannot
be guessed, and its writer holds a lock on it. The system drops the lock when the writer ends, however it ends: a hidden
file that nobody holds was left by a killed run, and the next run that writes to the folder removes it.

A new file cannot stand in for some things: a pipe, a device, a file with several names (hard links), one whose owner we
may not set. Then the result is made in an unnamed file of the temporary folder, and copied when it is whole.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import re
import shutil
import stat
import time
import zlib
from collections.abc import Iterator
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # pragma: no cover (Windows: no locks, hence no leavings are removed)
    fcntl = None  # type: ignore[assignment]  # which is looked at

MOST_LINKS = 40  # in a row, as in the Linux kernel
LONGEST_MACHINE_AWAY = 7 * 86400  # seconds after which a file of another machine counts as left, if nobody holds it
SHARE_OF_LOOKING = 0.01  # of a run's time, for looking through folders for leavings

_PARTIAL_NAME = re.compile(r"\.fastspec-([0-9a-f]{8})-[0-9a-f]{16}\.part")
_OPENING = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

_next_look: dict[tuple[int, int], float] = {}  # of each folder


class OutputError(Exception):
    """A result could not be written; the message names it."""


@contextlib.contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A file to write, whose content is under its name when all is written: a reader never meets half of it.

    Links are followed, mode and owner of a file that is there stay. The descriptor may be read, too.
    """
    path = os.fspath(path)
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        there = _writable_status(path)
        target = follow_links(path)
        with contextlib.ExitStack() as leaving:
            partial, descriptor = _beside(target, there, leaving) or (None, None)
            with unnamed_file() if descriptor is None else os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                if partial is None:
                    copy_over(file.fileno(), target)
                else:
                    _take_name(file, partial, target)
    except OSError as error:
        reason = error.strerror or f"{error} (is the disk full?)"
        raise OutputError(f"{path}: cannot be written: {reason}") from error


def follow_links(path: str) -> str:
    """The path to write to. Links in /proc (so /dev/stdout) name what a process has open, no path, and stay."""
    for _ in range(MOST_LINKS):
        folder, name = os.path.split(path)
        folder = os.path.realpath(folder or ".")
        path = os.path.join(folder, name)
        if _is_of_a_process(path) or not os.path.islink(path):
            return path
        path = os.path.join(folder, os.readlink(path))
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def unnamed_file() -> BinaryIO:
    """A file that is gone when it is closed, or its process ends."""
    import tempfile  # not needed by those who only compute

    return tempfile.TemporaryFile()


def _is_of_a_process(path: str) -> bool:
    return path.startswith("/proc/")


def _writable_status(path: str) -> os.stat_result | None:
    """What stands there, None for nothing; an error if it may not be written to, though its name could be taken.

    The path is that of the link, not where it leads: the system then refuses links that strangers put into /tmp.
    """
    try:
        there = os.stat(path)
    except FileNotFoundError:
        return None
    if stat.S_ISREG(there.st_mode) or stat.S_ISDIR(there.st_mode):
        os.close(os.open(path, os.O_WRONLY))
    return there


def _beside(target: str, there: os.stat_result | None, leaving: contextlib.ExitStack) -> tuple[str, int] | None:
    """A new file that can stand in for what is there, opened; None if none can. `leaving` removes it."""
    if there and (not stat.S_ISREG(there.st_mode) or there.st_nlink != 1 or _is_of_a_process(target)):
        return None
    folder = os.path.dirname(target)
    remove_leavings(folder)
    try:
        partial, descriptor = _new_partial(folder, 0o600 if there else 0o666, leaving)
    except OSError:
        if there is None:
            raise
        return None  # the folder takes no new file, yet this one can be written to
    if there:
        try:
            _take_after(descriptor, target, there)
        except OSError:
            os.close(descriptor)
            return None
    return partial, descriptor


def _new_partial(folder: str, mode: int, leaving: contextlib.ExitStack) -> tuple[str, int]:
    """A file that nobody else has, opened, and locked for as long as it is open."""
    while True:
        name = os.path.join(folder, f".fastspec-{_machine()}-{os.urandom(8).hex()}.part")
        leaving.callback(_remove, name)  # before it is there: Ctrl-C may come as soon as it is
        descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | _OPENING, mode)
        # Somebody who looks for leavings may have come between: then the file has lost its name, or will.
        try:
            if hold(descriptor) and os.path.samestat(os.stat(name), os.fstat(descriptor)):
                return name, descriptor
        except FileNotFoundError:
            pass
        os.close(descriptor)


def _remove(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)


def hold(descriptor: int) -> bool:
    """Lock a file; False if somebody else has. File systems without locks have none to fear: nobody removes there."""
    if fcntl is not None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            pass
    return True


def _take_after(descriptor: int, path: str, there: os.stat_result) -> None:
    """Owner, extended attributes (access lists are among them) and mode of what is there, for a new file."""
    if os.name == "nt":  # pragma: no cover (Windows has none of them)
        return
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) != (there.st_uid, there.st_gid):
        os.fchown(descriptor, there.st_uid, there.st_gid)
    for name in _attributes(path):
        value = os.getxattr(path, name)
        if name not in _attributes(descriptor) or os.getxattr(descriptor, name) != value:
            os.setxattr(descriptor, name, value)
    os.fchmod(descriptor, there.st_mode & 0o777)


def _attributes(file: str | int) -> list[str]:
    try:
        return os.listxattr(file)
    except (AttributeError, OSError):  # pragma: no cover (neither every system has them, nor every file system)
        return []


def _take_name(file: BinaryIO, partial: str, target: str) -> None:
    """Give a whole file its final name, when the disk has it: a power cut, too, leaves the old file or the new one."""
    to_disk(file.fileno())
    if os.name == "nt":  # pragma: no cover (Windows: an open file keeps its name)
        file.close()
    try:
        os.replace(partial, target)
    except OSError as error:
        if error.errno not in (errno.EBUSY, errno.EXDEV):
            raise
        copy_over(file.fileno(), target)  # a container's mount of a single file


def copy_over(source: int, target: str) -> None:
    """Write a whole file into what is there."""
    with open(os.open(target, os.O_WRONLY | getattr(os, "O_BINARY", 0)), "wb") as sink:
        regular = stat.S_ISREG(os.fstat(sink.fileno()).st_mode)
        if regular:
            _reserve(sink.fileno(), os.fstat(source).st_size)
        with open(os.dup(source), "rb") as whole:
            whole.seek(0)
            shutil.copyfileobj(whole, sink, 1 << 20)
        if regular:
            sink.truncate()
            to_disk(sink.fileno())


def _reserve(descriptor: int, size: int) -> None:
    """Fail while the old content is there, if the disk has no room for the new one."""
    before = os.fstat(descriptor).st_size
    if size <= before or not hasattr(os, "posix_fallocate"):
        return
    try:
        os.posix_fallocate(descriptor, 0, size)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            os.ftruncate(descriptor, before)
            raise


def to_disk(descriptor: int) -> None:
    """Wait until the disk has an open file, where the file system can say so."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS):  # a file system that cannot
            raise


def remove_leavings(folder: str) -> None:
    """Remove what killed runs left in a folder. A big folder takes long to look through, and is not looked at for each
    of many results."""
    if fcntl is None:
        return
    begin = time.monotonic()
    with contextlib.suppress(OSError):
        status = os.stat(folder)
        key = status.st_dev, status.st_ino
        if begin < _next_look.get(key, begin):
            return
        with os.scandir(folder) as entries:
            partials = [entry.path for entry in entries if _PARTIAL_NAME.fullmatch(entry.name)]
        for partial in partials:
            _remove_if_left(partial)
        if len(_next_look) > 1000:
            _next_look.clear()
        now = time.monotonic()
        _next_look[key] = now + (now - begin) / SHARE_OF_LOOKING


def _remove_if_left(partial: str) -> None:
    """Remove a hidden file unless its writer lives. Locks of other machines do not show on every shared file system, so
    their files must be old, too."""
    with contextlib.suppress(OSError):
        descriptor = os.open(partial, os.O_RDWR | _OPENING)
        try:
            status = os.fstat(descriptor)
            machine = _PARTIAL_NAME.fullmatch(os.path.basename(partial))[1]  # type: ignore[index]  # named so
            old = time.time() - status.st_mtime > LONGEST_MACHINE_AWAY
            if stat.S_ISREG(status.st_mode) and (old or machine == _machine()):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.unlink(partial)
        finally:
            os.close(descriptor)


@functools.cache
def _machine() -> str:
    """Eight digits that containers on one kernel share, and machines hardly do."""
    try:
        with open("/proc/sys/kernel/random/boot_id", "rb") as file:
            name = file.read()
    except OSError:
        name = os.uname().nodename.encode() if hasattr(os, "uname") else b""
    return f"{zlib.crc32(name):08x}"

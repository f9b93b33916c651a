"""How many CPUs the container leaves this process: the quota of its control groups (cgroups, versions 1 and 2)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from math import ceil
from pathlib import Path

# A line of mountinfo; see proc(5).
_MOUNT = re.compile(r"(?:\S+ ){3}(?P<top>\S+) (?P<point>\S+) .*- cgroup(?P<version>2?) \S+ (?P<options>\S+)")


def cpu_quota(root: str | os.PathLike[str] = "/") -> int | None:
    """CPUs that this process may keep busy, rounded up, at least 1; None if there is no limit or none can be read.

    A group's limit holds for all groups in it, so the smallest from ours upwards counts. `root` is the folder that
    holds ``proc`` and ``sys``.
    """
    limits = [limit for group in _groups(Path(root)) for limit in (_limit_v1(group), _limit_v2(group)) if limit]
    return max(1, ceil(min(limits))) if limits else None


def _groups(root: Path) -> Iterator[Path]:
    """Folders of the groups that this process is in and whose limits are CPUs, and of those around them."""
    paths = _paths_of_process(root)
    for point, top, controller in _mounts(root):
        if controller not in paths:
            continue
        below = Path(os.path.relpath(paths[controller], top)).parts
        # In another namespace our group may lie outside the mounted one; then only the mounted one is known.
        below = () if ".." in below else below
        for depth in range(len(below), -1, -1):
            yield point.joinpath(*below[:depth])


def _paths_of_process(root: Path) -> dict[str, str]:
    """The path of this process's group by hierarchy: "cpu" is that of version 1 with CPU limits, "" is version 2's."""
    lines = (line.split(":", 2) for line in _lines(root / "proc/self/cgroup") if line.count(":") >= 2)
    return {name: path for _, names, path in lines for name in names.split(",") if name in ("cpu", "")}


def _mounts(root: Path) -> Iterator[tuple[Path, str, str]]:
    """Where hierarchies are mounted, which of their groups is at that place, and which hierarchy it is."""
    for line in filter(None, map(_MOUNT.fullmatch, _lines(root / "proc/self/mountinfo"))):
        top, point = _unescape(line["top"]), _unescape(line["point"])
        if line["version"] == "2" or "cpu" in line["options"].split(","):
            yield root / point.lstrip("/"), top, "" if line["version"] == "2" else "cpu"


def _unescape(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def _limit_v1(group: Path) -> float | None:
    return _ratio([*_lines(group / "cpu.cfs_quota_us"), *_lines(group / "cpu.cfs_period_us")])


def _limit_v2(group: Path) -> float | None:
    return _ratio(" ".join(_lines(group / "cpu.max")).split())


def _ratio(words: list[str]) -> float | None:
    """Quota over period, both in microseconds; None for "max", -1 and anything that is no number."""
    try:
        quota, period = map(int, words)
    except ValueError:
        return None
    return quota / period if quota > 0 and period > 0 else None


def _lines(path: Path) -> list[str]:
    """The lines of a file; none if it is missing, unreadable, or vanishes."""
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return []

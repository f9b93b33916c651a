"""What is said on the terminal: one line at a time, safe to show, and no fuss when nobody listens any more."""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from .._soundfiles.whole_file import OutputError

# How the command line names the standard streams, and what messages call them.
STREAM = "-"
STDIN, STDOUT = "<stdin>", "<stdout>"


class UsageError(Exception):
    """The command line asks for something that cannot be; nothing was done."""


def printable(text: str) -> str:
    """`text` with the characters escaped that would steer a terminal, turn its writing round or be no text at all.

    Names of files are chosen by strangers. What is not printable is written as in `repr`.
    """
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def shown(name: str | Path | None) -> str:
    """An input or an output as messages call it; None is standard output."""
    if name is None:
        return STDOUT
    return STDIN if name == STREAM else printable(str(name)) or "''"


def say(message: str) -> None:
    """A line on stderr, above the progress bar if there is one."""
    line = "fastspec: " + printable(" ".join(part.strip() for part in message.splitlines() if part.strip()))
    if sys.stderr is None:  # closed; print would take stdout instead
        return
    tqdm = getattr(sys.modules.get("tqdm"), "tqdm", None)
    with contextlib.suppress(OutputError), _to(sys.stderr):
        if tqdm is None:
            print(line, file=sys.stderr, flush=True)
        else:
            tqdm.write(line, file=sys.stderr)


def report(message: str, *, aside: bool) -> None:
    """A line of results on stdout; on stderr, `aside`, where stdout carries data."""
    stream = sys.stderr if aside else sys.stdout
    if stream is not None:
        encoding = getattr(stream, "encoding", None) or "utf-8"
        line = printable(message).encode(encoding, "backslashreplace").decode(encoding)
        with _to(stream):
            print(line, file=stream)


def report_json(told: object, *, aside: bool) -> None:
    """Results for programs, in one line of ASCII; what is no number becomes null."""
    report(json.dumps(_strict(told)), aside=aside)


def _strict(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: _strict(value) for name, value in told.items()}
    if isinstance(told, list):
        return [_strict(value) for value in told]
    return None if isinstance(told, float) and not math.isfinite(told) else told


def report_table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, aside: bool) -> None:
    """Lines of results on stdout, in columns; the first column begins at the left, the others end at the right."""
    lines = [tuple(map(printable, row)) for row in (heads, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for first, *rest in lines:
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))]
        report("  ".join(cells).rstrip(), aside=aside)


def clock(seconds: float) -> str:
    """A duration as 1:02:03.45 or 2:03.45."""
    hundredths = round(100 * seconds)
    minutes, hundredths = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    rest = f"{hundredths // 100:02d}.{hundredths % 100:02d}"
    return f"{hours}:{minutes:02d}:{rest}" if hours else f"{minutes}:{rest}"


def send(data: memoryview | bytes) -> None:
    """Write to stdout."""
    with _to(sys.stdout):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def check_streams(reads: bool, writes: bool) -> None:
    """Refuse standard streams that are closed, or terminals: nobody types or reads such data."""
    for wanted, stream, name, way_out in (
        (reads, sys.stdin, "standard input", "pipe a sound file into it, or name one"),
        (writes, sys.stdout, "standard output", "redirect it to a file or a pipe, or name a file"),
    ):
        if wanted and stream is None:
            raise UsageError(f"- is {name}, which is closed; {way_out}")
        if wanted and stream.isatty():
            raise UsageError(f"- is {name}, which is a terminal; {way_out}")


class Input(io.BytesIO):
    """What stdin held."""

    name = STDIN


def opened(source: str) -> str | Input:
    """What to read `source` from: its name, or all of stdin."""
    return Input(sys.stdin.buffer.read()) if source == STREAM else source


def again(source: str | Input) -> str | Input:
    """The same to be read once more, by others who may close it. (The bytes are shared.)"""
    return source if isinstance(source, str) else Input(source.getvalue())


def finish() -> int:
    """Flush stdout, and return the exit status of that."""
    try:
        if sys.stdout is not None:
            with _to(sys.stdout):
                sys.stdout.flush()
    except OutputError as error:
        say(f"error: {error}")
        return 1
    return 0


@contextlib.contextmanager
def _to(stream: Any) -> Iterator[None]:
    """Write to a standard stream. A reader that has left has what it wanted, so that is no error."""
    try:
        yield
    except BrokenPipeError:
        _hush(stream)
    except OSError as error:
        _hush(stream)
        raise OutputError(f"{STDOUT}: cannot be written: {error.strerror}") from None


def _hush(stream: Any) -> None:
    """Let what is still to be written, at the interpreter's end too, go nowhere."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)

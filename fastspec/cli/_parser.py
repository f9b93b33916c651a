"""The parser of arguments: whole names only, and errors of one line that name the nearest one."""

from __future__ import annotations

import argparse
import contextlib
import difflib
import math
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

import fastspec

from ._terminal import printable, say

PAD_MODES = ("constant", "edge", "reflect", "symmetric", "linear_ramp", "empty")


class Parser(argparse.ArgumentParser):
    """argparse's, but that it guesses nothing and does not answer with the usage text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=_HelpFormatter, **options)
        self._commands: Iterable[str] = ()

    def add_commands(self) -> Any:
        """As add_subparsers."""
        commands = self.add_subparsers(title="commands", metavar="COMMAND", required=True)
        self._commands = commands.choices
        return commands

    # argparse has these two for each kind of namespace; here there is one.

    def parse_known_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]
        args = sys.argv[1:] if args is None else [os.fsdecode(arg) for arg in args]
        self._refuse_unknown_names(args)
        return super().parse_known_args(args, namespace)

    def parse_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]
        parsed, rest = self.parse_known_args(args, namespace)
        if rest:
            names = " ".join(map(printable, rest))
            self.error(f"unrecognized arguments: {names}; files stand together, and no more of them than it says")
        return parsed

    def error(self, message: str) -> NoReturn:
        say(f"error: {message.removeprefix('argument ')} (see {self.prog} --help)")
        sys.exit(2)

    def _refuse_unknown_names(self, args: Sequence[str]) -> None:
        """Before argparse looks: it would first complain of what is missing, or take -output for -o utput."""
        options = self._option_string_actions
        if self._commands and not args:
            self.error(f"name a command: {', '.join(self._commands)}")
        value_follows = False
        for arg in args:
            if arg == "--":
                return
            if self._commands and value_follows:
                value_follows = False
                continue
            if arg == "-" or not arg.startswith("-") or _is_number(arg):
                if not self._commands:
                    continue
                if arg not in self._commands:
                    near = _near(arg, [*self._commands, *(name for name in options if name.startswith("--"))])
                    self.error(f"there is no command {printable(arg)}; {near or 'use ' + ', '.join(self._commands)}")
                return  # the rest is for the command's own parser
            name = arg.partition("=")[0]
            long = "--" + name.lstrip("-")
            attached = not arg.startswith("--") and arg[:2] in options  # -oFILE
            if name not in options and not (attached and not any(option.startswith(long) for option in options)):
                near = _near(long, options) or f"a file of that name is ./{printable(arg)}"
                self.error(f"unrecognized option {printable(name)}; {near}")
            # Before the command, what follows an option may be its value, which is no command.
            value_follows = arg in options and options[arg].nargs is None


def add_quiet(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors")


def add_progress(parser: argparse.ArgumentParser) -> None:
    words = "show progress (default: for several files on a terminal)"
    parser.add_argument("--progress", action=argparse.BooleanOptionalAction, help=words)


class _HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """The examples as they are typed, and the defaults that the help of an option does not tell itself."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        plain = action.default in (None, argparse.SUPPRESS) or isinstance(action.default, (bool, list))
        return action.help if plain or not action.help else f"{action.help} (default: %(default)s)"


def _near(name: str, known: Iterable[str]) -> str:
    """A question after what may be meant; "" if nothing is near."""
    name = name.lower().replace("_", "-")
    bare = name.lstrip("-")
    longer = [other for other in known if bare and other.lstrip("-").startswith(bare)]
    near = longer or difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {' or '.join(near[:3])}?" if near else ""


def _is_number(text: str) -> bool:
    with contextlib.suppress(ValueError):
        return math.isfinite(float(text))
    return False


# Kinds of values. Of a ValueError argparse would tell the name of the function, hence its own errors.


def number(text: str, kind: type = float) -> float:
    try:
        return kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not {'an integer' if kind is int else 'a number'}") from None


def positive_int(text: str) -> int:
    value = number(text, int)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive integer")
    return int(value)


def seed(text: str) -> int:
    value = number(text, int)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} is not an integer from 0")
    return int(value)


def finite(text: str) -> float:
    value = number(text)
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text} is not a finite number")
    return value


def not_negative(text: str) -> float:
    value = finite(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} is below 0")
    return value


def positive_float(text: str) -> float:
    value = number(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return int(value) if value.is_integer() else value


def not_negative_or_none(text: str) -> float | None:
    return None if text.lower() == "none" else not_negative(text)


def positive_int_or_all(text: str) -> int | str:
    return "all" if text.lower() == "all" else positive_int(text)


def finite_or_auto(text: str) -> float | None:
    return None if text.lower() == "auto" else finite(text)


def distance_or_share(text: str) -> tuple[bool, float]:
    """``40``, or ``30%``; whether it is a share comes first."""
    return text.endswith("%"), not_negative(text.removesuffix("%"))


def size_of_picture(text: str) -> tuple[float, float]:
    """``10x4``."""
    width, _, height = text.lower().partition("x")
    try:
        size = float(width), float(height)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no size; write WIDTHxHEIGHT in inches, for instance 10x4"
        ) from None
    if not all(1 <= side <= 100 for side in size):
        raise argparse.ArgumentTypeError(f"{text!r} is out of range; each side is from 1 to 100 inches")
    return size


def dpi(text: str) -> int:
    value = positive_int(text)
    if not 10 <= value <= 1200:
        raise argparse.ArgumentTypeError(f"{text} is out of range; use 10 to 1200")
    return value


def note_or_hertz(text: str) -> float:
    if not text[:1].isalpha() or _is_number(text):
        return positive_float(text)
    try:
        return float(fastspec.note_to_hz(text))
    except fastspec.ParameterError as error:
        raise argparse.ArgumentTypeError(error) from None


def positive_or_max(text: str) -> float | str:
    return "max" if text.lower() == "max" else float(positive_float(text))


def norm(text: str) -> float | str | None:
    if text.lower() in ("slaney", "none"):
        return "slaney" if text.lower() == "slaney" else None
    return number(text)


def window(text: str) -> float | str | tuple[Any, ...]:
    """``hann``, ``gaussian:64`` (name and parameters) or ``14.0`` (kaiser's beta)."""
    with contextlib.suppress(ValueError):
        return float(text)
    name, *parameters = text.split(":")
    return (name, *map(number, parameters)) if parameters else name

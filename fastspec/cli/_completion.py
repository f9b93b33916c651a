"""``fastspec --print-completion SHELL``: what makes a shell complete commands, options and names of files."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from . import _terminal

SHELLS = ("bash", "zsh", "tcsh")

# What stands in the help for the name of a file.
_FILES = {"INPUT", "OUTPUT", "OUT", "SOURCE", "FILE", "[NAME=]RECIPE", "RECIPE"}


class Print(argparse.Action):
    """Print the script, and end."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: Any = None) -> None:
        try:
            import shtab
        except ImportError:
            parser.error(f"{option_string} needs shtab: pip install 'fastspec-audio[cli]'")
        for action in _actions(parser):
            if action.metavar in _FILES and not action.choices:
                action.complete = shtab.FILE  # type: ignore[attr-defined]  # shtab looks for it
        script = shtab.complete(parser, shell=values)
        _terminal.send(script.encode() + b"\n")
        parser.exit()


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """All arguments of a parser and of its commands."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _actions(command)

"""The command ``fastspec``: features of sound files from the shell.

Each sub-command translates its options into keyword arguments of the API function it stands for.
"""

from __future__ import annotations

from collections.abc import Sequence

import fastspec

from . import (
    _compare,
    _completion,
    _convert,
    _cqt,
    _extract,
    _features,
    _mel,
    _mfcc,
    _plot,
    _recipes,
    _stats,
    _terminal,
)
from ._parser import Parser

_EPILOG = """\
examples:
  fastspec mel speech.wav -o speech.png
  fastspec mel speech.wav -o speech.npz --sr 16000 --n-fft 400 --hop-length 160 --n-mels 80
  fastspec mel recordings/*.flac -o features/ --format npy --ref max
  fastspec cqt music.wav -o music.png
  fastspec stats recordings/*.flac
  fastspec plot music.wav -o music.pdf --kind chroma --start 10 --end 20
  fastspec compare calls/*.wav -o distances.png
  fastspec mel speech.wav -o speech.npy --recipe whisper
  fastspec diff whisper nemo
  fastspec extract recordings/ -o features.h5 --recipe whisper
  fastspec convert speech.flac speech.wav --bits 8 --encoding unsigned

completion:
  fastspec --print-completion bash > ~/.local/share/bash-completion/completions/fastspec
  fastspec --print-completion zsh > ~/.zfunc/_fastspec

exit status: 0 all is done, 1 a file failed, 2 misuse (nothing was done), 130 interrupted by Ctrl-C
"""

_WRITERS = _features.WRITERS


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the status is 0, or 1 if a file failed, 2 for misuse, 130 for Ctrl-C."""
    try:
        status = _run(argv)
    except SystemExit as end:  # help, the version, or misuse
        if end.code or not _terminal.finish():
            raise
        return 1
    except KeyboardInterrupt:
        status = 130
    return status or _terminal.finish()


def _run(argv: Sequence[str] | None) -> int:
    parser = build_parser()
    args = parser.parse_args(argv)
    try:
        return args.command(args)
    except (_terminal.UsageError, fastspec.ParameterError) as error:
        _terminal.say(f"error: {error}")
        raise SystemExit(2) from None


def build_parser() -> Parser:
    parser = Parser(prog="fastspec", description="Audio features, fast.", epilog=_EPILOG)
    parser.add_argument("--version", action="version", version=f"fastspec {fastspec.__version__}")
    parser.add_argument(
        "--print-completion",
        action=_completion.Print,
        choices=_completion.SHELLS,
        help="print what makes a shell complete commands and options (needs shtab)",
    )
    commands = parser.add_commands()
    for command in (_mel, _mfcc, _cqt, _extract, _stats, _plot, _compare, _convert, _recipes):
        command.add(commands)
    return parser

"""What runs here, for a bug report."""

from __future__ import annotations

import numpy as np

from . import install as _install
from . import threads as _threads
from .install import engine as _engine
from .isa import ISA


def show_config() -> None:
    """Print what runs here, for a bug report: version, package and folder, instruction sets, threads.

    Another package has the import name fastspec, too; if it is installed beside this one, that is said.

    See Also
    --------
    show_versions : The versions of Python and the packages that fastspec uses.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.show_config()  # doctest: +ELLIPSIS
    fastspec ...
    """
    from .. import __version__

    names = [name for name in (b"scalar", b"sse2", b"avx2", b"avx512", b"neon") if _engine.has_isa(name)]
    f32, f64 = _engine.lanes(ISA)
    n_threads, reason = _threads.count_and_reason()
    found = _install.installed()
    print(f"fastspec {__version__}")
    print(f"installed: {', '.join(found) or 'no package; these are sources'}")
    print(f"imported from: {_install.FOLDER}")
    print(f"instruction set: {ISA.decode()} ({f32} float32 or {f64} float64 lanes)")
    print(f"available: {', '.join(name.decode() for name in names)} (FASTSPEC_ISA lowers it)")
    print(f"threads: {n_threads} (by {reason}; FASTSPEC_NUM_THREADS, set_num_threads and threads change it)")
    print(f"numpy {np.__version__}")
    if others := _install.warning_of_others(found):
        print(f"warning: {others}")

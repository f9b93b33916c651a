"""Is the wheel what it says it is?  python tests/check_wheel.py WHEEL [--objects FOLDER]

Its tag and contents; what the engine exports and links with; the instructions in the objects that every CPU
runs (FOLDER is setuptools' build/temp.*); what importing the installed package does to a process. Run it with
a Python that has the wheel. Needs binutils; prints a line for each check, exits with 1 if one fails.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

TAG = "cp311-abi3"
LIBRARIES = re.compile(r"lib(c|m|pthread)\.so\.\d+|ld-linux[\w-]*\.so\.\d+")
# GNU_STACK's E and TEXTREL would make pages writable and executable.
UNSAFE = re.compile(r"GNU_STACK.*\bRWE\b|\(TEXTREL\)", re.MULTILINE)

# VEX and EVEX mnemonics start with v; verr and verw are old. The others are VEX instructions on integers.
WIDE = re.compile(
    r"\t(v(?!err\b|erw\b)\w+|andn|bextr|bls[irm]\w*|bzhi|mulx|pdep|pext|rorx|sarx|shlx|shrx)[lq]?\s.*|.*%([yz]mm|k[0-7])\b.*"
)
BASELINE = ("libfsp_core.a", "libfsp_scalar.a", "libfsp_sse2.a", "fastspec/_engine.o")

# What the import and a first call add to a process in which NumPy is at home.
IMPORT = """
import os, sys, time
import numpy as np
def state():
    threads = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1
    return threads, np.float32(1e-45) * np.float32(1) > 0, np.float64(5e-324) * 1.0 > 0
before = state()
started = time.perf_counter()
import fastspec
imported = time.perf_counter() - started
fastspec.stft(np.zeros(4096, np.float32))
called = time.perf_counter() - started
fastspec.stft(np.zeros(1_000_000, np.float32))
assert before[1:] == (True, True), "denormals are zero before the import"
assert state() == before, f"threads and denormals were {before}, are {state()}"
print(imported, called)
"""
IMPORT_MS = 10


def tool(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def names(wheel: Path) -> Iterator[str]:
    """What is wrong with the wheel's tag and contents."""
    if TAG not in wheel.name:
        yield f"the tag is not {TAG}"
    with zipfile.ZipFile(wheel) as archive:
        found = set(archive.namelist())
        purposes = {name for name in found if name.endswith("/WHEEL")}
        if not any(f"Tag: {TAG}" in archive.read(name).decode() for name in purposes):
            yield f"WHEEL does not say Tag: {TAG}"
    packages = {"fastspec/__init__.py"} | {n for n in found if re.fullmatch(r"fastspec/\w+/__init__\.py", n)}
    stubs = {package + "i" for package in packages}
    for missing in sorted({"fastspec/py.typed", "fastspec/_engine.abi3.so", *stubs} - found):
        yield f"{missing} is missing"
    if not any(name.endswith("/LICENSE") for name in found):
        yield "the licence is missing"
    for odd in sorted(n for n in found if not re.search(r"\.(py|pyi|abi3\.so)$|py\.typed$|\.dist-info/", n)):
        yield f"{odd} has no business in a wheel"
    for top in {name.split("/")[0] for name in found}:
        if top != "fastspec" and not top.endswith(".dist-info"):
            yield f"{top} would be installed beside the package"


def linkage(engine: Path) -> Iterator[str]:
    """What the engine exports and needs beyond what it may."""
    exported = [line.split()[-1] for line in tool("nm", "-D", "--defined-only", engine).splitlines()]
    if exported != ["PyInit__engine"]:
        yield f"exports {', '.join(exported)}"
    needed = re.findall(r"NEEDED.*\[(.*)\]", tool("readelf", "-dW", engine))
    for library in needed:
        if not LIBRARIES.fullmatch(library):
            yield f"needs {library}"
    for found in UNSAFE.findall(tool("readelf", "-dlW", engine)):
        yield f"{found.split()[0]} in its program headers"


def glibc(engine: Path) -> str:
    """The oldest C library that has what the engine asks for."""
    versions = re.findall(r"GLIBC_(\d+)\.(\d+)", tool("readelf", "--dyn-syms", "-W", engine))
    return "{}.{}".format(*max((int(major), int(minor)) for major, minor in versions))


def instructions(folder: Path) -> Iterator[str]:
    """Instructions in objects for every x86-64 that not every x86-64 has."""
    for name in BASELINE:
        symbol = ""
        for line in tool("objdump", "-d", "--no-show-raw-insn", folder / name).splitlines():
            if line.endswith(">:"):
                symbol = line.split("<")[1][:-2]
            elif (colon := line.find(":\t")) >= 0 and WIDE.fullmatch(line[colon + 1 :]):
                yield f"{name} {symbol}: {line[colon + 2 :]}"


def imports() -> Iterator[str]:
    """What importing does to a process, and how long it takes after NumPy: the best of several."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "LD_PRELOAD")}
    best = (float("inf"), float("inf"))
    for _ in range(9):
        run = subprocess.run([sys.executable, "-P", "-c", IMPORT], env=environment, capture_output=True, text=True)
        if run.returncode:
            yield run.stderr.splitlines()[-1]
            return
        best = tuple(map(min, best, map(float, run.stdout.split())))
    imported, called = (seconds * 1e3 for seconds in best)
    print(f"    after numpy: {imported:.1f} ms, with a first stft {called:.1f} ms")
    if imported > IMPORT_MS:
        yield f"{imported:.1f} ms are more than {IMPORT_MS}"


def report(what: str, problems: Iterator[str]) -> bool:
    found = list(problems)
    print(f"{'not ok' if found else 'ok'}: {what}")
    for problem in found[:20]:
        print(f"    {problem}")
    return not found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--objects", type=Path, help="setuptools' build/temp.* of this wheel")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(args.wheel) as archive:
        engine = Path(archive.extract("fastspec/_engine.abi3.so", folder))
        good = [
            report(f"{args.wheel.name}: tag and contents", names(args.wheel)),
            report("the engine exports its entry and needs the C library alone", linkage(engine)),
        ]
        print(f"    glibc {glibc(engine)} or newer, {engine.stat().st_size / 1e6:.1f} MB")
    if args.objects and "x86_64" in args.wheel.name:
        good.append(report("no VEX or EVEX instruction where every CPU goes", instructions(args.objects)))
    good.append(report("an import starts no thread, keeps denormals, is quick", imports()))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())

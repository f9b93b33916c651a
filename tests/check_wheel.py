"""Are the wheels what they say they are?  python tests/check_wheel.py WHEEL... [--objects FOLDER...] [--installed]

Tag, size and contents; what the engine exports, links with and asks of the C library; the instructions in the objects
that every x86-64 runs (FOLDERs are build/objects/linux-x86_64-*); what importing the installed package does to a
process (run it with a Python that has it). Needs binutils, of whatever processor; prints a line for each check, exits
with 1 if one fails.
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

# What an index takes: the oldest glibc (manylinux_2_17 is manylinux2014) or musl that the wheel runs on.
NAME = re.compile(r"fastspec_audio-[\w.]+-cp311-abi3-(?:\w+\.)*(many|musl)linux_(\d+)_(\d+)_(x86_64|aarch64)\.whl")
PROMISED = {"many": [(2, 17), (2, 28)], "musl": [(1, 2)]}
LARGEST = 1_450_000
LIBRARIES = re.compile(r"lib(c|m|pthread)\.so(\.\d+)?|libc\.musl-\w+\.so\.1|ld-linux[\w-]*\.so\.\d+")
# GNU_STACK's E and TEXTREL would make pages writable and executable.
UNSAFE = re.compile(r"GNU_STACK.*\bRWE\b|\(TEXTREL\)", re.MULTILINE)

# VEX and EVEX mnemonics start with v; verr and verw are old. The others are VEX instructions on integers.
WIDE = re.compile(
    r"\t(v(?!err\b|erw\b)\w+|andn|bextr|bls[irm]\w*|bzhi|mulx|pdep|pext|rorx|sarx|shlx|shrx)[lq]?\s.*|.*%([yz]mm|k[0-7])\b.*"
)
ABOVE_BASELINE = re.compile(r"(avx2|avx512)_f(32|64)-")

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


def tags(wheel: Path) -> Iterator[str]:
    """What is wrong with the wheel's name, its tags and its size."""
    match = NAME.fullmatch(wheel.name)
    if not match:
        yield "the name is none that an index takes from us"
        return
    kind, version, processor = match[1], (int(match[2]), int(match[3])), match[4]
    if version not in PROMISED[kind]:
        yield f"{kind}linux {version} is not among {PROMISED[kind]}"
    with zipfile.ZipFile(wheel) as archive:
        (about,) = (archive.read(name).decode() for name in archive.namelist() if name.endswith(".dist-info/WHEEL"))
    expected = f"Tag: cp311-abi3-{kind}linux_{version[0]}_{version[1]}_{processor}"
    if expected not in about.splitlines():
        yield f"WHEEL does not say {expected}"
    if (size := wheel.stat().st_size) > LARGEST:
        yield f"{size} bytes are more than {LARGEST}"


def contents(wheel: Path) -> Iterator[str]:
    """What is missing from the wheel, or has no business in it."""
    with zipfile.ZipFile(wheel) as archive:
        found = set(archive.namelist())
        (about,) = (archive.read(name).decode() for name in found if name.endswith(".dist-info/METADATA"))
    description = about.partition("\n\n")[2]
    if not description.startswith("# fastspec") or re.search(r"\]\((?!https://)", description):
        yield "its description is not the README, or links to files that an index does not have"
    packages = {"fastspec/__init__.py"} | {n for n in found if re.fullmatch(r"fastspec/\w+/__init__\.py", n)}
    # Commands are no functions to call, and rooms with an underscore export nothing.
    stubs = {package + "i" for package in packages if not re.search(r"/(cli|_\w+)/__init__", package)}
    for missing in sorted({"fastspec/py.typed", "fastspec/_engine/_c.abi3.so", *stubs} - found):
        yield f"{missing} is missing"
    if not any(name.endswith("/LICENSE") for name in found):
        yield "the licence is missing"
    known = r"\.(py|pyi|abi3\.so)$|/_recipes/named\.json$|py\.typed$|\.dist-info/|/$"
    for odd in sorted(n for n in found if not re.search(known, n)):
        yield f"{odd} has no business in a wheel"
    for top in {name.split("/")[0] for name in found}:
        if top != "fastspec" and not top.endswith(".dist-info"):
            yield f"{top} would be installed beside the package"


def linkage(wheel: Path, engine: Path) -> Iterator[str]:
    """What the engine exports, needs and carries beyond what it may."""
    listed = tool("readelf", "--dyn-syms", "-W", engine)
    exported = re.findall(r"^ *\d+:(?: +\S+){5} +\d+ (\S+)", listed, re.MULTILINE)
    if exported != ["PyInit__c"]:
        yield f"exports {', '.join(exported)}"
    for library in re.findall(r"NEEDED.*\[(.*)\]", tool("readelf", "-dW", engine)):
        if not LIBRARIES.fullmatch(library):
            yield f"needs {library}"
    for section in re.findall(r"\] (\.(?:symtab|debug\w*)) ", tool("readelf", "-SW", engine)):
        yield f"has a section {section}"
    for path in re.findall(r"(?:RPATH|RUNPATH).*", tool("readelf", "-dW", engine)):
        yield f"looks for libraries where it was built: {path}"
    for found in UNSAFE.findall(tool("readelf", "-dlW", engine)):
        yield f"{found.split()[0]} in its program headers"
    newest = max(((int(a), int(b)) for a, b in re.findall(r"@GLIBC_(\d+)\.(\d+)", listed)), default=None)
    match = NAME.fullmatch(wheel.name)
    if match and match[1] == "many" and (newest is None or newest > (int(match[2]), int(match[3]))):
        yield f"needs glibc {newest}"
    if match and match[1] == "musl" and newest:
        yield f"needs glibc {newest}, and musl has none"


def instructions(folder: Path) -> Iterator[str]:
    """Instructions in objects for every x86-64 that not every x86-64 has."""
    baseline = [path for path in sorted(folder.glob("*.o")) if not ABOVE_BASELINE.match(path.name)]
    if not {"cpu", "sse2_f32", "_c"} <= {path.name.rpartition("-")[0] for path in baseline}:
        yield f"{folder} lacks objects"
    for path in baseline:
        symbol = ""
        for line in tool("objdump", "-d", "--no-show-raw-insn", path).splitlines():
            if line.endswith(">:"):
                symbol = line.split("<")[1][:-2]
            elif (colon := line.find(":\t")) >= 0 and WIDE.fullmatch(line[colon + 1 :]):
                yield f"{path.name} {symbol}: {line[colon + 2 :]}"


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
    parser.add_argument("wheels", type=Path, nargs="+", metavar="WHEEL")
    parser.add_argument("--objects", type=Path, nargs="+", default=[], help="what x86-64 wheels were linked from")
    parser.add_argument("--installed", action="store_true", help="import the package, too")
    args = parser.parse_args()
    good = []
    for wheel in args.wheels:
        print(f"{wheel.name}, {wheel.stat().st_size / 1e6:.2f} MB")
        good.append(report("tag and size", tags(wheel)))
        good.append(report("contents", contents(wheel)))
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as archive:
            engine = Path(archive.extract("fastspec/_engine/_c.abi3.so", folder))
            what = "the engine is stripped, exports its entry, needs the C library alone"
            good.append(report(what, linkage(wheel, engine)))
    for folder in args.objects:
        good.append(report("no VEX or EVEX instruction where every CPU goes", instructions(folder)))
    if args.installed:
        good.append(report("an import starts no thread, keeps denormals, is quick", imports()))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())

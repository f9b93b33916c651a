"""Build: the C core and its kernels, once for each instruction set, then one extension module out of their objects.

Nothing here looks at the CPU that builds: every wheel holds every instruction set of its architecture, and the
one to use is chosen at import. `pyproject.toml` has the metadata, `tools/build_wheels.py` builds for other systems.
"""

import glob
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sysconfig
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build import build
from setuptools.command.build_ext import build_ext

if sysconfig.get_config_var("Py_GIL_DISABLED"):
    raise SystemExit("fastspec has not been tried without the GIL, so it is not built for free-threaded Python; "
                     "use the same version of Python with the GIL")  # fmt: skip

MACHINE = (os.environ.get("_PYTHON_HOST_PLATFORM") or sysconfig.get_platform() or platform.machine()).lower()
if "universal2" in MACHINE:  # kernels are compiled for one architecture at a time: this one, and the wheel says so
    os.environ.setdefault("ARCHFLAGS", f"-arch {platform.machine()}")
    os.environ["_PYTHON_HOST_PLATFORM"] = MACHINE = MACHINE.replace("universal2", platform.machine())

# Arithmetic is exactly what the source says: no contraction into FMA, no reordering. The first warning is a false alarm
# about arrays that a loop of unknown length fills; the others are clang's, about flags that GCC alone knows.
CFLAGS = ["-std=c11", "-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-fvisibility=hidden",
          "-Wno-maybe-uninitialized", "-Wno-unknown-warning-option", "-Wno-ignored-optimization-argument"]  # fmt: skip

# Kernels say themselves what is unrolled and what are vectors: -O3 makes their objects a quarter larger and nothing
# faster (measured on every instruction set), but for loops over neighbours in phase_vocoder and lpc. GCC makes vectors
# of those by -O3's cost model, which -fvect-cost-model asks for; clang makes them anyway and ignores the flag.
# The other files stay at -O3: pyin takes 1.7 times as long by -O2.
KERNEL = ["-O2", "-fvect-cost-model"]

# Plain C is for other architectures. On these two it serves tests alone: -Os halves its time to compile and its size.
ISA_FLAGS = {"scalar": ["-O3"]}
if "x86_64" in MACHINE or "amd64" in MACHINE:
    ISA_FLAGS |= {
        "scalar": ["-Os"],
        "sse2": ["-msse2"],
        "avx2": ["-mavx2", "-mfma"],
        "avx512": [
            "-mavx512f",
            "-mavx512dq",
            "-mavx512bw",
            "-mavx512vl",
            "-mavx2",
            "-mfma",
            "-mprefer-vector-width=512",
        ],
    }
elif "aarch64" in MACHINE or "arm64" in MACHINE:
    ISA_FLAGS |= {"scalar": ["-Os"], "neon": []}

if os.environ.get("FASTSPEC_WITHOUT_SCALAR"):  # for wheels: an eighth of the engine, which nobody there would run
    del ISA_FLAGS["scalar"]
    CFLAGS.append("-DFSP_WITHOUT_SCALAR")

# Python's own flags ask for debug sections, which triple the file and double the time, and nobody unwinds stacks of C
# without them. CFLAGS=-g keeps both.
DEBUG = any(flag.startswith("-g") and flag != "-g0" for flag in os.environ.get("CFLAGS", "").split())
LEAN = [] if DEBUG else ["-g0", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables"]
STRIP = [] if DEBUG else ["-Wl,-x" if MACHINE.startswith("macosx") else "-Wl,-s"]


class Build(build):
    def run(self):
        # What an earlier build left there would be installed, too: modules that have since been renamed.
        shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()


class BuildEngine(build_ext):
    """Compiles side by side, and only what changed. An object's name is a hash of all that it is made of, so that the
    next build in this folder finds it, whichever command and environment that is started from."""

    def get_ext_filename(self, fullname):
        if MACHINE.startswith("win"):  # the name differs when another system builds
            return os.path.join(*fullname.split(".")) + ".pyd"
        return super().get_ext_filename(fullname)

    def build_extension(self, ext):
        if self.compiler.compiler_type == "msvc":
            raise SystemExit("MSVC cannot compile fastspec's kernels; use gcc or clang (docs/platforms.md)")
        includes = [f"-I{path}" for path in (*ext.include_dirs, *self.compiler.include_dirs)]
        macros = [f"-D{name}={value}" for name, value in ext.define_macros]
        jobs = [(source, [*ext.extra_compile_args, *includes, *macros]) for source in ext.sources]
        for isa, flags in ISA_FLAGS.items():
            jobs += [(f"csrc/isa/{isa}_{real}.c", [*CFLAGS, *KERNEL, *flags]) for real in ("f32", "f64")]
        jobs += [(source, CFLAGS) for source in sorted(glob.glob("csrc/*.c"))]
        ext.extra_objects = self.objects_of(jobs)
        ext.sources = []
        self.force = True  # linked each time, which takes no time
        super().build_extension(ext)

    def objects_of(self, jobs):
        """The paths of the objects of (source, flags), compiled where they are missing."""
        compiler = self.compiler.compiler_so
        try:
            version = subprocess.run([*compiler, "--version"], check=True, capture_output=True).stdout
        except OSError as error:
            raise SystemExit(f"fastspec is compiled by gcc or clang, and {compiler[0]} does not run: {error}") from None
        folder = Path("build", "objects", f"{self.plat_name}-{digest(version, *map(os.fsencode, compiler))}")
        folder.mkdir(parents=True, exist_ok=True)
        headers = [Path(path).read_bytes() for path in sorted(glob.glob("csrc/**/*.h", recursive=True))]
        commands = {}
        for source, flags in jobs:
            flags = [*flags, *LEAN]
            key = digest(*map(os.fsencode, flags), Path(source).read_bytes(), *headers)
            commands[folder / f"{Path(source).stem}-{key}.o"] = [*compiler, *flags, "-c", source]
        self.run_all({made: command for made, command in commands.items() if not made.exists()}, len(commands))
        for old in set(folder.iterdir()) - set(commands):
            old.unlink()
        return list(map(str, commands))

    def run_all(self, commands, n_files):
        workers = self.parallel if isinstance(self.parallel, int) else os.cpu_count() or 1
        print(f"fastspec: compiling {len(commands)} of {n_files} C files, {workers} at a time (all of them take a CPU "
              "about a minute); the others have not changed since the last build here", flush=True)  # fmt: skip
        started = time.perf_counter()
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(compile_one, commands.items()))
        print(f"fastspec: compiled in {time.perf_counter() - started:.0f} s", flush=True)


def digest(*parts):
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:16]


def compile_one(job):
    made, command = job
    unfinished = made.with_suffix(".part")
    subprocess.run([*command, "-o", str(unfinished)], check=True)
    os.replace(unfinished, made)


def description():
    """The README for a package index, which has none of the files that it links to: the links lead to the repository
    if pyproject.toml says where that is. If not, their words stay and the pictures go."""
    text = Path("README.md").read_text(encoding="utf-8")
    source = tomllib.loads(Path("pyproject.toml").read_text())["project"].get("urls", {}).get("Source")
    if source:
        return re.sub(r"\]\((?!\w+://)", rf"]({source}/raw/HEAD/", text)
    text = re.sub(r"!\[.*?\]\((?!\w+://).*?\)\n+", "", text)
    return re.sub(r"\[([^]]*)\]\((?!\w+://).*?\)", r"\1", text)


engine = Extension(
    "fastspec._engine._c",
    ["fastspec/_engine/_c.pyx"],
    include_dirs=["csrc"],
    define_macros=[("Py_LIMITED_API", "0x030B0000")],
    py_limited_api=True,
    libraries=[] if MACHINE.startswith("win") else ["m"],
    extra_compile_args=["-fvisibility=hidden", "-Os"],
    extra_link_args=["-pthread", *STRIP],
)

setup(
    long_description=description(),
    long_description_content_type="text/markdown",
    ext_modules=cythonize([engine], language_level=3),
    cmdclass={"build": Build, "build_ext": BuildEngine},
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)

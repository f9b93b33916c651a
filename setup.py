"""Build: the C core and one static library per instruction set, then one extension module over them.

Nothing here looks at the CPU that builds: every wheel holds every instruction set of its architecture, and the
one to use is chosen at import. `pyproject.toml` has the metadata.
"""

import glob
import os
import platform
import sysconfig

from Cython.Build import cythonize
from setuptools import Extension, setup

if sysconfig.get_config_var("Py_GIL_DISABLED"):
    raise SystemExit("fastspec needs the limited API, which free-threaded Python does not have; use another Python")

MACHINE = (os.environ.get("_PYTHON_HOST_PLATFORM") or sysconfig.get_platform() or platform.machine()).lower()
if "universal2" in MACHINE:  # kernels are compiled for one architecture at a time: this one, and the wheel says so
    os.environ.setdefault("ARCHFLAGS", f"-arch {platform.machine()}")
    os.environ["_PYTHON_HOST_PLATFORM"] = MACHINE = MACHINE.replace("universal2", platform.machine())

# Arithmetic is exactly what the source says: no contraction into FMA, no reordering. The warning is a false alarm
# about arrays that a loop of unknown length fills.
CFLAGS = ["-std=c11", "-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math",
          "-fvisibility=hidden", "-Wno-maybe-uninitialized", "-Wno-unknown-warning-option"]  # fmt: skip

ISA_FLAGS = {"scalar": []}
if "x86_64" in MACHINE or "amd64" in MACHINE:
    ISA_FLAGS |= {
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
    ISA_FLAGS["neon"] = []

HEADERS = sorted(glob.glob("csrc/*.h") + glob.glob("csrc/kernels/*.h"))


def library(name, sources, flags=()):
    # "" as a key of obj_deps: every object depends on these headers.
    return name, {"sources": sources, "cflags": [*CFLAGS, *flags], "obj_deps": {"": HEADERS}}


SOURCES = sorted(glob.glob("csrc/*.c"))
libraries = [library("fsp_core", SOURCES)]
for isa, flags in ISA_FLAGS.items():
    libraries.append(library(f"fsp_{isa}", [f"csrc/isa/{isa}_f32.c", f"csrc/isa/{isa}_f64.c"], flags))

engine = Extension(
    "fastspec._engine",
    ["fastspec/_engine.pyx"],
    include_dirs=["csrc"],
    # Whatever the libraries are made of: the extension is linked again when one of these changes.
    depends=[*HEADERS, *SOURCES, *glob.glob("fastspec/*.pxi")],
    define_macros=[("Py_LIMITED_API", "0x030B0000")],
    py_limited_api=True,
    extra_compile_args=["-fvisibility=hidden", "-O2"],
    extra_link_args=["-pthread"],
)

setup(
    libraries=libraries,
    ext_modules=cythonize([engine], language_level=3),
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)

"""What the kernels take: by stage and instruction set, beside scipy's FFTs and MKL's, one build beside another.

    python benchmarks/kernels.py stages sizes floor checks
    python benchmarks/kernels.py builds --builds gcc,clang   # folders of `CC=... pip install --target FOLDER .`

All on one CPU. Stages are told apart by what the public API leaves out: a mel spectrogram with one narrow
band is frames, window, FFT and power; with all bands, the bank on top; and so on.
"""

from __future__ import annotations

import argparse
import ctypes
import ctypes.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from builds import report as builds_report
from measure import CPUs, headline, interleave, ratio_of_medians, table

ISAS = ("scalar", "sse2", "avx2", "avx512", "neon")
SR = 22050
N_FRAMES = 1024

# n_fft, hop_length, n_mels
SETTINGS = [
    (400, 160, 80),
    (512, 160, 80),
    (1024, 256, 80),
    (2048, 512, 128),
    (4096, 1024, 128),
    (441, 220, 40),
]

# Powers of two, speech and music frames of 10 to 100 ms, odd lengths, primes, prime factors above 31.
SIZES = [
    16, 31, 32, 64, 100, 101, 127, 128, 160, 200, 240, 255, 256, 257, 300, 320, 384, 400, 401, 441, 480,
    500, 509, 511, 512, 513, 551, 600, 640, 661, 720, 750, 768, 800, 882, 960, 999, 1000, 1001, 1009,
    1023, 1024, 1025, 1102, 1103, 1200, 1280, 1323, 1411, 1500, 1536, 1600, 1764, 1920, 2000, 2039, 2047,
    2048, 2049, 2205, 2206, 2400, 2401, 2500, 3000, 3072, 4000, 4095, 4096, 4097, 4099, 4410, 4800, 5000,
    6144, 8000, 8191, 8192, 10000, 11025, 16000, 16384, 22050, 32768, 44100, 65536,
]  # fmt: skip


def noise(n: int, dtype) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(n).astype(dtype)


# stages


def stage_calls(n_fft: int, hop_length: int, n_mels: int, dtype: str) -> dict:
    """Calls of which each does a stage more than the one before, and the STFT."""
    import fastspec

    y = noise(N_FRAMES * hop_length, dtype)
    framing = {"sr": SR, "n_fft": n_fft, "hop_length": hop_length}
    mel = fastspec.feature.melspectrogram
    logmel = fastspec.feature.logmel
    out = fastspec.stft(y, n_fft=n_fft, hop_length=hop_length)
    return {
        "spectrum": lambda: mel(y=y, **framing, n_mels=1, fmin=SR / 8, fmax=SR / 6),
        "bands": lambda: mel(y=y, **framing, n_mels=n_mels),
        "levels": lambda: logmel(y=y, **framing, n_mels=n_mels, top_db=None),
        "top_db": lambda: logmel(y=y, **framing, n_mels=n_mels),
        "stft": lambda: fastspec.stft(y, n_fft=n_fft, hop_length=hop_length),
        "stft out=": lambda: fastspec.stft(y, n_fft=n_fft, hop_length=hop_length, out=out),
    }


def measure_stages(dtypes: list[str]) -> None:
    """In a process of its own, whose FASTSPEC_ISA is set: one line of JSON."""
    found = []
    for dtype in dtypes:
        for setting in SETTINGS:
            times = interleave(stage_calls(*setting, dtype), rounds=15, budget=2.0)
            medians = {name: 1e9 * float(np.median(values)) / (N_FRAMES + 1) for name, values in times.items()}
            found.append({"dtype": dtype, "setting": setting, "ns": medians})
    print(json.dumps(found))


def _isas(options) -> list[str]:
    from fastspec._engine import install as _install

    return options.isa or [name for name in ISAS if _install.engine.has_isa(name.encode())]


def stages(options) -> Iterator[str]:
    rows = []
    for isa in _isas(options):
        child = subprocess.run(
            [sys.executable, __file__, "--stages-of-this-process", "--dtype", ",".join(options.dtype)],
            env={**os.environ, "FASTSPEC_ISA": isa}, stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
        rows += [(isa, found) for found in json.loads(child.stdout)]
    rows.sort(key=lambda row: (options.dtype.index(row[1]["dtype"]), SETTINGS.index(tuple(row[1]["setting"]))))
    header = [
        "n_fft/hop/n_mels",
        "dtype",
        "isa",
        "spectrum",
        "+ bands",
        "+ levels",
        "+ top_db",
        "= log-mel",
        "stft",
        "out=",
    ]
    yield "ns per frame, medians; the stages are differences of whole calls"
    yield table(header, [_stage_row(isa, found) for isa, found in rows], markdown=options.markdown, left=3)


def _stage_row(isa: str, found: dict) -> list[str]:
    ns = found["ns"]
    steps = [
        ns["spectrum"],
        ns["bands"] - ns["spectrum"],
        ns["levels"] - ns["bands"],
        ns["top_db"] - ns["levels"],
    ]
    cells = [f"{value:.0f}" for value in (*steps, ns["top_db"], ns["stft"], ns["stft out="])]
    return ["/".join(map(str, found["setting"])), found["dtype"], isa, *cells]


# sizes


def size_calls(n_fft: int, dtype: str) -> tuple[int, dict]:
    """A whole stft (frames, window, FFT), and scipy's rfft alone of frames cut and windowed already."""
    import scipy.fft

    import fastspec

    n_frames = max(32, 2**18 // n_fft)
    hop_length = max(1, n_fft // 4)
    y = noise(n_fft + (n_frames - 1) * hop_length, dtype)
    window = fastspec.filters.get_window("hann", n_fft).astype(dtype)
    frames = np.lib.stride_tricks.sliding_window_view(y, n_fft)[::hop_length] * window
    return n_frames, {
        "fastspec": lambda: fastspec.stft(y, n_fft=n_fft, hop_length=hop_length, center=False),
        "scipy": lambda: scipy.fft.rfft(frames),
    }


def sizes(options) -> Iterator[str]:
    for dtype in options.dtype:
        found = sorted(_measure_size(n_fft, dtype) for n_fft in options.n_fft or SIZES)
        slower = sum(value < 1 for value, _ in found)
        header = ["n_fft", "factors", "stft ns", "scipy.fft.rfft ns", "ratio", "90 %", "differs by"]
        yield f"{dtype}: stft beside scipy.fft.rfft alone, ns per frame; {slower} of {len(found)} lose"
        yield table(header, [row for _, row in found], markdown=options.markdown, left=2)


def _measure_size(n_fft: int, dtype: str) -> tuple[float, list[str]]:
    """scipy's time over ours, and the row of the table."""
    n_frames, calls = size_calls(n_fft, dtype)
    ours, theirs = calls["fastspec"](), calls["scipy"]()
    error = float(np.abs(ours.T - theirs).max() / np.abs(theirs).max())
    times = interleave(calls, rounds=11, budget=1.0)
    ratio = ratio_of_medians(times["scipy"], times["fastspec"])
    interval = f"{ratio.low:.2f}-{ratio.high:.2f}"
    per_frame = [f"{1e9 * float(np.median(times[name])) / n_frames:.0f}" for name in calls]
    return ratio.value, [
        str(n_fft),
        _factors(n_fft),
        *per_frame,
        f"{ratio.value:.2f}x",
        interval,
        f"{error:.0e}",
    ]


def _factors(n: int) -> str:
    factors, divisor = [], 2
    while n > 1:
        while n % divisor == 0:
            factors.append(str(divisor))
            n //= divisor
        divisor += 1
    return "·".join(f"{f}^{k}" if (k := factors.count(f)) > 1 else f for f in dict.fromkeys(factors))


# floor


class MKL:
    """Batched real forward FFTs by MKL's DFTI interface, out of place, on one thread."""

    _REAL, _SINGLE, _DOUBLE = 33, 35, 36
    _THREADS, _TRANSFORMS, _STORAGE, _COMPLEX, _PLACEMENT, _APART, _IN, _OUT = 27, 7, 10, 39, 11, 44, 14, 15

    def __init__(self) -> None:
        self._library = ctypes.CDLL(self._path())

    @staticmethod
    def _path() -> str:
        installed = sorted(Path(sys.prefix, "lib").glob("libmkl_rt.so*"))
        return str(installed[-1]) if installed else ctypes.util.find_library("mkl_rt") or "libmkl_rt.so"

    def rfft(self, frames: np.ndarray, times: int):
        """A call that transforms `frames` so many times; its result is overwritten by every call."""
        n = frames.shape[1]
        single = frames.dtype == np.float32
        out = np.empty((len(frames), n // 2 + 1), np.complex64 if single else np.complex128)
        plan = ctypes.c_void_p()
        create = getattr(self._library, f"DftiCreateDescriptor_{'s' if single else 'd'}_1d")
        self._check(create(ctypes.byref(plan), self._REAL, ctypes.c_long(n)))
        settings = {
            self._THREADS: 1, self._TRANSFORMS: len(frames), self._STORAGE: self._COMPLEX,
            self._PLACEMENT: self._APART, self._IN: n, self._OUT: n // 2 + 1,
        }  # fmt: skip
        for key, value in settings.items():
            self._check(self._library.DftiSetValue(plan, key, ctypes.c_long(value)))
        self._check(self._library.DftiCommitDescriptor(plan))
        forward = self._library.DftiComputeForward
        source, target = (a.ctypes.data_as(ctypes.c_void_p) for a in (frames, out))  # keeps the arrays alive

        def call() -> np.ndarray:
            for _ in range(times):
                forward(plan, source, target)
            return out

        return call

    @staticmethod
    def _check(status: int) -> None:
        if status:
            raise RuntimeError(f"MKL's DFTI reports {status}")


def floor_calls(mkl: MKL, n_fft: int, hop_length: int, n_mels: int, dtype: str) -> dict:
    """Log-mel without arguments, allocation, finiteness and top_db; MKL's FFT of as many frames.

    MKL is given frames that are cut and windowed, half a megabyte of them again and again, so that they and
    their spectra stay in the second-level cache.
    """
    from fastspec._engine import plans as _plans
    from fastspec._engine.spec import Spectrum, precision_of
    from fastspec._front import specs

    y = noise(n_fft + (N_FRAMES - 1) * hop_length, dtype)
    arguments = specs.stft_arguments(n_fft, hop_length, None, "hann", False, "constant")
    bank, _ = specs.mel_bank(sr=SR, n_fft=n_fft, n_mels=n_mels, stacklevel=1)
    spec = specs.mel_spec(arguments, precision_of(y.dtype), Spectrum.POWER, bank, (10.0, 1e-10, 0.0))
    out = _plans.allocate(spec, (), N_FRAMES, frame_major=False)
    batch = min(64, 2**19 // (n_fft * y.itemsize))
    frames = np.lib.stride_tricks.sliding_window_view(y, n_fft)[::hop_length][:batch].copy()
    rfft = mkl.rfft(frames, N_FRAMES // batch)
    expected = np.fft.rfft(frames)
    if np.abs(rfft() - expected).max() > 1e-5 * np.abs(expected).max():
        raise RuntimeError("MKL's result is wrong: its interface has changed")
    return {"log-mel": lambda: _plans.run(spec, y, out, check_finite=False), "MKL": rfft}


def floor(options) -> Iterator[str]:
    try:
        mkl = MKL()
    except OSError:
        yield "floor: MKL is not installed (pip install mkl)"
        return
    rows = []
    for dtype in options.dtype:
        for setting in SETTINGS:
            times = interleave(floor_calls(mkl, *setting, dtype), rounds=31, budget=2.0)
            ratio = ratio_of_medians(times["log-mel"], times["MKL"])
            cells = [f"{1e9 * float(np.median(times[name])) / N_FRAMES:.0f}" for name in ("log-mel", "MKL")]
            interval = f"{ratio.low:.2f}-{ratio.high:.2f}"
            rows.append(["/".join(map(str, setting)), dtype, *cells, f"{ratio.value:.2f}", interval])
    header = ["n_fft/hop/n_mels", "dtype", "whole log-mel ns", "MKL FFT ns", "log-mel / FFT", "90 %"]
    yield "the whole log-mel, kernel alone, beside MKL's FFT alone; ns per frame; to reach: 0.75"
    yield table(header, rows, markdown=options.markdown, left=2)


# builds


def builds(options) -> Iterator[str]:
    if not options.builds:
        yield "builds: name the folders with --builds"
        return
    from jobs import JOBS

    names = [job.name for job in JOBS if re.search(options.jobs, job.name)]
    yield "whole jobs of versus.py on one thread, times over the first build's; 1.00 is as fast"
    yield builds_report(
        options.builds, _isas(options), names, rounds=options.rounds, budget=options.budget, markdown=options.markdown
    )


# checks


def checks(options) -> Iterator[str]:
    """The calls of tests/c, the same for any build: a kernel is measured where it is checked."""
    root = Path(__file__).resolve().parents[1]
    build = ["sh", "tests/c/build.sh", "plain", "build/check", "--quick", "--benchmark"]
    ran = subprocess.run(build, cwd=root, stdout=subprocess.PIPE, text=True, check=True)
    found = re.findall(r"^(\w+) (\w+) f(32|64) (\d+) (\d+)$", ran.stdout, re.MULTILINE)
    isas = [isa for isa in ISAS if isa in {row[1] for row in found}]
    ns = {(kernel, bits, isa): int(total) / int(calls) for kernel, isa, bits, calls, total in found}
    yield "ns per call of each kernel, mean of the shortest runs over the calls that its check makes"
    kernels = dict.fromkeys((kernel, bits) for kernel, _, bits, _, _ in found if f"float{bits}" in options.dtype)
    rows = [[*key, *(f"{ns[*key, isa]:.0f}" if (*key, isa) in ns else "" for isa in isas)] for key in kernels]
    yield table(["kernel", "bits", *isas], rows, markdown=options.markdown, left=2)


def main() -> int:
    parts = {"stages": stages, "sizes": sizes, "floor": floor, "builds": builds, "checks": checks}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help=f"any of {', '.join(parts)} (default: all)")
    parser.add_argument("--dtype", type=lambda text: text.split(","), default=["float32", "float64"], metavar="D[,D]")
    parser.add_argument(
        "--isa", type=lambda text: text.split(","), metavar="I[,I]", help="default: all that this CPU has"
    )
    parser.add_argument(
        "--n-fft", type=lambda text: [int(n) for n in text.split(",")], metavar="N[,N]", help="for sizes"
    )
    parser.add_argument(
        "--builds", type=lambda text: [Path(name) for name in text.split(",")], metavar="F,F", help="their folders"
    )
    parser.add_argument("--jobs", default="", metavar="PATTERN", help="names of jobs, for builds (default: all)")
    parser.add_argument("--rounds", type=int, default=31, help="for builds (default: 31)")
    parser.add_argument("--budget", type=float, default=5.0, help="seconds a job, for builds (default: 5)")
    parser.add_argument("--markdown", action="store_true", help="print Markdown tables")
    parser.add_argument("--stages-of-this-process", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := set(options.parts) - set(parts):
        parser.error(f"unknown parts: {', '.join(sorted(unknown))}")
    CPUs().use(1)
    if options.stages_of_this_process:
        measure_stages(options.dtype)
        return 0
    print(headline(), flush=True)
    for name in options.parts or parts:
        for block in parts[name](options):
            print(f"\n{block}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

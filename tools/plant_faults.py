"""Plants faults into a copy of the tree, one at a time, and says which of them the tests catch.

    python tools/plant_faults.py              all; ends with 1 if one was missed
    python tools/plant_faults.py --list       their names
    python tools/plant_faults.py NAME ...     these alone

Each is applied, built and tested by the quick tests that should notice it, and taken back. The tree itself stays as it
is. It needs what building and testing need; CC="ccache gcc" makes it faster.
"""

from __future__ import annotations

import argparse
import functools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Fault:
    """`old`, which is in the file exactly once, becomes `new`; `tests` should then fail."""

    name: str
    path: str
    old: str
    new: str
    tests: str


FAULTS = [
    Fault("a symmetric window for a periodic one", "fastspec/_front/windows.py",
          "n = length + 1 if periodic else length", "n = length", "test_spectrum.py test_filters.py"),
    Fault("a window turned by half", "fastspec/_front/windows.py",
          "window += coefficient * np.cos(k * phase)", "window -= coefficient * np.cos(k * phase)", "test_filters.py"),
    Fault("a twiddle's sign", "csrc/fft.c", "case 2: c = -c; s = octant & 1 ? s : -s; break;",
          "case 2: c = -c; s = octant & 1 ? -s : s; break;", "test_spectrum.py"),
    Fault("a twiddle's octant", "csrc/fft.c", "case 3: t = c; c = octant & 1 ? -s : s; s = -t; break;",
          "case 3: t = c; c = octant & 1 ? s : -s; s = -t; break;", "test_spectrum.py"),
    Fault("reflection repeats the edge", "csrc/frames.c", "s->margin.padding == FSP_PAD_SYMMETRIC; /*",
          "s->margin.padding != FSP_PAD_CONSTANT; /*", "test_frames.py test_spectrum.py"),
    Fault("padding one sample short", "csrc/frames.c", "const ptrdiff_t stop = end < last ? end : last;",
          "const ptrdiff_t stop = end < last ? end : last - 1;", "test_frames.py test_spectrum.py"),
    Fault("a ramp off by one", "csrc/frames.c", "(after - 1 - (double)(i - n)) / after",
          "(after - (double)(i - n)) / after",
          "test_frames.py test_spectrum.py"),
    Fault("dither forgets its place", "csrc/frames.c", "c->dither_key, s->place + i);", "c->dither_key, i);",
          "test_recipes.py"),
    Fault("emphasis across a block", "csrc/frames.c", "i ? noisy_sample_at(s, i - 1) : 0", "0",
          "test_recipes.py"),
    Fault("a missing tail of an array", "csrc/levels.c", "return left < job->chunk ? left : job->chunk;",
          "return left < job->chunk ? left - (left > 1) : job->chunk;", "test_levels.py"),
    Fault("the range of levels forgotten", "csrc/levels.c",
          "job.lower = extent.highest - scale->range;", "job.lower = scale->lower;", "test_levels.py"),
    Fault("the last frame of an inverse", "csrc/inverse.c", "if (q >= in->n_frames) continue;",
          "if (q + 1 >= in->n_frames) continue;", "test_inverse.py"),
    Fault("a decoder's first state", "csrc/decode.c", "which = cost > best ? k : which;",
          "which = cost >= best ? k : which;",
          "test_sequence.py"),
    Fault("a decoder without its run", "csrc/decode.c", "for (size_t f = first; f < end; f++) {",
          "for (size_t f = first + 1; f < end; f++) {", "test_sequence.py"),
    Fault("Ward's weights", "csrc/segment.c", "distance * (a * b / (a + b))", "distance * (a * b)", "test_segment.py"),
    Fault("a cluster too large", "csrc/segment.c", "c->sizes[left] += c->sizes[right];", "c->sizes[left] += 1;",
          "test_segment.py"),
    Fault("peaks: the wait is one too long", "csrc/events.c", "        i += p->wait;", "        i += p->wait + 1;",
          "test_onset.py test_util.py"),
    Fault("peaks of spectra: plateaus", "csrc/events.c", "(x > before) & (x >= after)", "(x >= before) & (x >= after)",
          "test_pitch.py"),
    Fault("a vocoder one frame late", "csrc/vocoder.c", "const size_t step = t ? t - 1 : 0;", "const size_t step = t;",
          "test_inverse.py test_effects.py"),
    Fault("a path that goes straight", "csrc/alignment.c", "path[2 * *length + 1] = column;",
          "path[2 * *length + 1] = column + (column > 1);", "test_sequence.py"),
    Fault("a gap on the way back costs nothing", "csrc/alignment.c", "const int on = sim[i * s->n_columns + j] > 0;",
          "const int on = sim[i * s->n_columns + j] >= 0;", "test_sequence.py"),
    Fault("a block that two results share", "csrc/blocks.c",
          "            found = kept[i];\n            kept[i] = (block){NULL, 0};",
          "            found = kept[i];", "test_memory.py test_threads.py"),
    Fault("a prediction's reflection", "csrc/prediction.c", "if (low < high) a[high] = y + reflection * x;",
          "if (low < high) a[high] = y - reflection * x;", "test_effects.py test_recursion.py test_audio.py"),
    Fault("a lost fsync", "fastspec/_soundfiles/whole_file.py", "        os.fsync(descriptor)", "        pass",
          "test_writing.py test_whole_file.py"),
    Fault("a lost fsync of a data set", "fastspec/dataset/_run.py", "            to_disk(descriptor)",
          "            pass", "test_dataset.py"),
    Fault("a stale hash of a job", "fastspec/dataset/_job.py", "hashlib.sha256(self.to_json().encode())",
          'hashlib.sha256(b"job")', "test_dataset.py"),
    Fault("a stale hash of a recipe", "fastspec/dataset/_job.py", "hashlib.sha256(self.to_json().encode())",
          "hashlib.sha256(json.dumps(sorted(self.features)).encode())", "test_dataset.py"),
    Fault("an unlocked cache", "fastspec/_engine/kept.py", "        with self.lock:", "        if self.lock:",
          "test_caches.py"),
    Fault("a plan that forgets its job", "fastspec/dataset/_run.py", "json.dumps(now, sort_keys=True)",
          'json.dumps(now["items"])',
          "test_dataset.py"),
    Fault("files that changed are not noticed", "fastspec/dataset/_run.py",
          '"stamp": list(item.stamp)', '"stamp": [0, 0]', "test_dataset.py"),
    Fault("lines count a frame too many", "fastspec/_front/lines.py", "max(0, 1 + (n_samples", "max(0, 2 + (n_samples",
          "test_logfreq.py test_compat_nnaudio.py"),
]  # fmt: skip


def run(command: list[str], tree: Path) -> subprocess.CompletedProcess:
    environment = os.environ | {"PYTHONPATH": str(tree), "CCACHE_NOHASHDIR": "1"}
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)


def build(tree: Path) -> bool:
    return run([sys.executable, "setup.py", "-q", "build_ext", "--inplace"], tree).returncode == 0


def pytest(tests: str, tree: Path) -> int:
    """What it ends with: 0 if all pass, 1 if one fails, a negative one for a signal, others if it could not test."""
    files = [f"tests/{name}" for name in tests.split()]
    return run([sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *files], tree).returncode


@functools.cache
def passes(tests: str, tree: Path) -> bool:
    """Whether the sound tree passes them; where it does not, a failure says nothing about a fault."""
    return build(tree) and pytest(tests, tree) == 0


def outcome(fault: Fault, tree: Path) -> str:
    """`caught`, or what happened instead."""
    path = tree / fault.path
    sound = path.read_text(encoding="utf-8")
    if sound.count(fault.old) != 1:
        return f"NOT PLANTED: its line is there {sound.count(fault.old)} times"
    if not passes(fault.tests, tree):
        return "NOT PLANTED: its tests fail without it"
    path.write_text(sound.replace(fault.old, fault.new), encoding="utf-8")
    try:
        if not build(tree):  # also for Python, since the extension may still have the fault before
            return "NOT PLANTED: it does not build"
        code = pytest(fault.tests, tree)
        if code == 0:
            return "MISSED"
        return "caught" if code == 1 or code < 0 else f"NOT PLANTED: pytest ends with {code}"
    finally:
        path.write_text(sound, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="of a fault; all, if none is given")
    parser.add_argument("--list", action="store_true", help="print the names")
    options = parser.parse_args()
    if options.list:
        print(*(fault.name for fault in FAULTS), sep="\n")
        return 0
    if unknown := set(options.names) - {fault.name for fault in FAULTS}:
        parser.error(f"no such fault: {', '.join(sorted(unknown))}")
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".git", "__pycache__"))
        for fault in FAULTS:
            if options.names and fault.name not in options.names:
                continue
            start = time.monotonic()
            found = outcome(fault, tree)
            missed += found != "caught"
            print(f"{fault.name:40} {time.monotonic() - start:4.0f} s  {found}", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())

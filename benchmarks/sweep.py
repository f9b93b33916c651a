"""What docs/performance.md draws: versus.py over lengths, sizes of frames, threads and instruction sets.

    python benchmarks/sweep.py --python A/bin/python --python B/bin/python -o docs/performance.json

Each Python brings libraries to compare with: librosa and torch need not fit into one environment. The Python that runs
this script measures the instruction sets, which need no other library. All but `threads` is CPU time, so that a busy
machine does less harm; `threads` wants a quiet one.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = ("job", "seconds", "threads", "contender", "median", "min", "ratio")
FEW_JOBS = "^(log-mel 2048/512/128|mfcc 20|stft complex64 2048/512|istft|cqt|yin)$"
INSTRUCTION_SETS = ("scalar", "sse2", "avx2", "avx512", "neon")
TURNS = 3

# Jobs of all kinds, in which fastspec wins and loses, and no library takes seconds.
KINDS = (
    "log-mel [^s]*$|log-mel .*float64|melspectrogram|mfcc|stft complex64 2048/512$|stft of one|istft"
    "|power_to_db|mel bank|int16 to float32,|float32 to int16,|yin$|cqt$|feature.spectral_(centroid|flatness|rolloff)"
    "|feature.chroma_stft|feature.rms|feature.zero_crossing_rate|adaptive_|compat.(scipy.stft|torchaudio.MelS)"
)

# What is varied, and versus.py's options for it.
SWEEPS = {
    "length": ["--jobs", "^log-mel 2048/512/128$", "--seconds", "0.1,0.3,1,3,10,30,100"],
    "n_fft": ["--jobs", "^stft n_fft="],
    "threads": ["--jobs", FEW_JOBS, "--threads", "1,2"],
    "jobs": ["--jobs", rf"^(?!.*\(\))({KINDS})"],
}


def versus(python: str, *options: str, **environment: str) -> dict:
    """One run of versus.py: what it writes, without the single times."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out.json")
        command = [python, str(ROOT / "benchmarks" / "versus.py"), *options, "--json", str(out)]
        variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
        subprocess.run(command, check=True, env=variables, stdout=subprocess.DEVNULL)
        told = json.loads(out.read_text(encoding="utf-8"))
    results = [{key: result[key] for key in KEPT} for result in told["results"]]
    return {"machine": told["machine"], "versions": told["versions"], "results": results}


def instruction_sets(options: list[str]) -> list[dict]:
    """fastspec alone, in turns, so that a busy minute does not fall to one of them."""
    from fastspec._engine.install import engine

    usable = [name for name in INSTRUCTION_SETS if engine.has_isa(name.encode())]
    runs = []
    for _ in range(TURNS):
        for isa in usable:
            run = versus(sys.executable, "--jobs", FEW_JOBS, *options, FASTSPEC_ISA=isa)
            run["results"] = [result for result in run["results"] if result["contender"] == "fastspec"]
            runs.append({"sweep": "isa", **run})
    return runs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", default=[], help="an interpreter with librosa, torch or others")
    parser.add_argument("--rounds", default="9", help="rounds of each measurement (default: 9)")
    parser.add_argument("--budget", default="4", help="seconds for each measurement, about (default: 4)")
    parser.add_argument("-o", type=Path, required=True, metavar="FILE", help="the JSON to write")
    parser.add_argument("--only", choices=[*SWEEPS, "isa"], help="measure this, and keep the rest of the file")
    given = parser.parse_args()
    options = ["--rounds", given.rounds, "--budget", given.budget]
    runs = json.loads(given.o.read_text(encoding="utf-8"))["runs"] if given.only else []
    runs = [run for run in runs if run["sweep"] != given.only]
    for sweep in [given.only] if given.only else [*SWEEPS, "isa"]:
        clock = [] if sweep == "threads" else ["--cpu-time"]
        if sweep == "isa":
            runs += instruction_sets([*options, *clock])
        else:
            runs += [{"sweep": sweep, **versus(each, *SWEEPS[sweep], *options, *clock)} for each in given.python]
        measured = {"date": date.today().isoformat(), "runs": runs}
        given.o.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

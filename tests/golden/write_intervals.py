"""Writes intervals.npz: run with librosa 1.0 installed, ``python tests/golden/write_intervals.py``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def stack_calls():
    for bins in (0, 1, 2, 3, 7, 12, 19, 53):
        for options in ("", ", sort=False", ", return_factors=True", ", sort=False, return_factors=True"):
            yield f"lib.pythagorean_intervals(bins_per_octave={bins}{options})"
    yield "lib.pythagorean_intervals()"
    yield "lib.pythagorean_intervals(bins_per_octave=-2)"
    yield "lib.pythagorean_intervals(bins_per_octave='12')"
    yield "lib.pythagorean_intervals(12)"


def crystal_calls():
    for primes in (
        "[3]",
        "[3, 5]",
        "[3, 5, 7]",
        "[5, 7]",
        "[7, 5, 3]",
        "[3, 7, 11]",
        "[3, 5, 7, 11, 13]",
        "[3, 5, 15]",
        "[2]",
    ):
        for bins in (1, 2, 5, 12, 24):
            for options in ("", ", sort=False", ", return_factors=True", ", sort=False, return_factors=True"):
                yield f"lib.plimit_intervals(primes={primes}, bins_per_octave={bins}{options})"
    for primes in ("3", "(3, 5)", "np.array([3, 5])"):
        yield f"lib.plimit_intervals(primes={primes})"
        yield f"lib.plimit_intervals(primes={primes}, return_factors=True)"
    yield "lib.plimit_intervals(primes=[3, 5], bins_per_octave=72, return_factors=True, sort=False)"
    yield "lib.plimit_intervals(primes=[3], bins_per_octave=0)"
    yield "lib.plimit_intervals(primes=[], bins_per_octave=1)"
    yield "lib.plimit_intervals(primes='ab')"
    yield "lib.plimit_intervals(primes=None)"
    yield "lib.plimit_intervals(bins_per_octave=12)"
    yield "lib.plimit_intervals([3])"


def axis_calls():
    for intervals in (
        "'equal'",
        "'pythagorean'",
        "'ji3'",
        "'ji5'",
        "'ji7'",
        "[1, 4/3, 3/2]",
        "np.array([1, 1.9, 1.2])",
        "(1, 3)",
    ):
        for options in (
            "",
            ", bins_per_octave=17",
            ", sort=False",
            ", tuning=0.4",
            ", bins_per_octave=5, sort=False, tuning=-1",
        ):
            yield f"lib.interval_frequencies(29, fmin=55.3, intervals={intervals}{options})"
        for n_bins in (0, 1, 12, 13):
            yield f"lib.interval_frequencies({n_bins}, fmin=100, intervals={intervals})"
    yield "lib.interval_frequencies(-1, fmin=1, intervals='equal')"
    yield "lib.interval_frequencies(12, fmin=np.float32(55), intervals='equal')"
    yield "lib.interval_frequencies(3.5, fmin=1, intervals='equal')"
    yield "lib.interval_frequencies(12, fmin='a', intervals='equal')"
    yield "lib.interval_frequencies(12, intervals='equal')"
    yield "lib.interval_frequencies(12, fmin=55)"
    yield "lib.interval_frequencies(12, 55, 'equal')"
    yield "lib.interval_frequencies(12, fmin=55, intervals=None)"


if __name__ == "__main__":
    import librosa
    from support.calls import save

    calls = [*stack_calls(), *crystal_calls(), *axis_calls()]
    save(__file__, "intervals", calls, librosa)

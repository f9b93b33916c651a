"""Every argument of every public function, found by introspection, against every row of the table of bad input.

What makes no sense ends in a `ParameterError` of one line that names the argument (its class is a ValueError, too), or
in a result where it does no harm; never in an exception of Python's, NumPy's or SciPy's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest
from support import arguments, everything

import fastspec
from fastspec import DTypeError, ParameterError

pytestmark = pytest.mark.filterwarnings("ignore")

# By what the annotation says of an argument: what cannot be meant, and what a function may make sense of.
NO_NUMBERS = {"text": "512", "bytes": b"5", "a dict": {}, "an object": object(), "a date": np.datetime64("2020-01-01")}
ODD_NUMBERS = {"nan": np.nan, "infinity": np.inf, "0": 0, "-1": -1, "two": [1.0, 2.0], "tiny": 1e-300, "a complex": 1j}
ODD_INTEGERS = {"2.5": 2.5, "0": 0, "-3": -3, "2**64": 2**64, "int8": np.int8(5), "int8 below 0": np.int8(-3)}
ODD_NAMES = {"no such name": "nonsense", "nothing": "", "3": 3}
ODD_DTYPES = {"no such dtype": "nonsense", "a number": 3, "text": "U3", "dates": "M8[s]"}
ODD_WINDOWS = {"no such window": "nonsense", "no samples": lambda n: "x", "not finite": np.nan}
ODD_FUNCTIONS = {"text": "max", "a number": 3, "of nothing": lambda: 1}

# Taken for what they are: lengths alone count, or the argument has no part in this call.
FREE = {
    "compat.huggingface._spectrogram.spectrogram_batch": {"waveform_list"},  # of any lengths
    "compat.whisper.log_mel_spectrogram": {"audio"},  # the name of a file, too
    "core.convert._time_units.samples_like": {"X"},
    "core.convert._time_units.times_like": {"X"},
    "core.spectrum._pcen.pcen": {"max_axis"},  # of a matrix
    "_sequences.dtw.dtw": {"band_rad"},  # without a band
    "decompose.decompose": {"n_components"},  # with a transformer
    "core.spectrum._inverse.phase_vocoder": {"hop_length", "n_fft"},  # deprecated
    "core.audio._synthesis.clicks": {"frames", "hop_length", "click_freq", "click_duration"},
    "core.spectrum._fmt_iirt.iirt": {"tuning", "sr"},  # with the frequencies given
    "core.audio._files.get_duration": {"y", "S", "sr", "n_fft", "hop_length"},
    "core.convert._weighting.Z_weighting": {"frequencies"},  # 0 for each
    "core.intervals.interval_frequencies": {"tuning"},
    "pcm.float_to_pcm": {"rng"},  # without dither
    "pcm.pcm_convert": {"rng"},
    "core.spectrum._inverse.istft": {"length"},  # none, if false
    "core.spectrum._inverse.griffinlim": {"length"},
    "core.constantq._inverse.icqt": {"length"},
    "core.constantq._inverse.griffinlim_cqt": {"length"},
    "feature.inverse.mel_to_audio": {"length"},
    "feature._energy.rms": {"S", "hop_length"},
    "onset.onset_detect": {"energy"},  # without backtracking
    "_front.windows.window_bandwidth": {"n"},  # of a window in the table
    "util._matrices.count_unique": {"data"},  # labels, of any kind
    "util._matrices.is_unique": {"data"},
    "util.utils.tiny": {"x"},
    "util.utils.is_positive_int": {"x"},
    "util.utils.valid_int": {"cast"},
    "util.utils.buf_to_float": {"x"},
}
for _name in ("axis_sort", "cyclic_gradient", "roll_sparse"):
    FREE.setdefault(f"util._matrices.{_name}", set()).add("axis")
# Of no account where there is a spectrogram or an envelope already; `fill_value` may be a word of SciPy's.
OF_SAMPLES = {"y", "sr", "n_fft", "hop_length", "win_length", "power"}
# As many rounds as asked for; rates so far apart that soxr takes ages.
SLOW = {"path", "n_iter", "orig_sr", "target_sr"}


def of_arrays(x) -> Iterator[tuple[str, object, bool]]:
    x = np.asarray(x)
    if x.dtype.kind not in "fciub":
        return
    yield "array of text", x.astype(str), True
    yield "array of objects", x.astype(object), True
    yield "array of dates", (x.real * 100).astype("i8").astype("M8[s]"), True
    yield "masked", np.ma.masked_array(x, mask=np.ones(x.shape, bool)), True
    yield "records", np.zeros(x.shape or (2,), [("a", "f4")]), True
    yield "text", "music.wav", True
    yield "a dict", {"y": 1}, True
    yield "ragged", [[1.0, 2.0], [3.0]], True
    yield "one number", np.array(x.flat[0]), False
    yield "nothing", np.zeros(0), False
    yield "one dimension", np.ravel(x)[:9], False
    yield "complex", x + 1j, False
    yield "beyond double", x.real.astype(np.longdouble), False


def rows(annotation: str, good) -> Iterator[tuple[str, object, bool]]:
    """What is passed, and whether it must be refused."""
    words = set(re.findall(r"\w+", annotation))
    numbers = words & {"ndarray", "ArrayLike"}
    if numbers:
        yield from of_arrays(np.arange(1.0, 4.0) if good is None else good)
    elif words & {"Sequence", "Iterable", "Collection", "Any"}:
        return
    if words & {"int", "float"} and not words & {"str", "Window", "Literal"}:
        yield from ((row, value, True) for row, value in NO_NUMBERS.items())
        odd = ODD_INTEGERS if "int" in words else ODD_NUMBERS
        yield from ((row, value, False) for row, value in odd.items())
    for word, odd in (
        ("str", ODD_NAMES),
        ("Literal", ODD_NAMES),
        ("DTypeLike", ODD_DTYPES),
        ("Window", ODD_WINDOWS),
        ("Callable", ODD_FUNCTIONS),
    ):
        if word in words:
            yield from ((row, value, False) for row, value in odd.items())


CALLS = arguments.calls()


def complaints(call) -> Iterator[str]:
    for parameter in call.parameters.values():
        name = parameter.name
        free = name in FREE.get(call.name, ()) or name in SLOW or name == "fill_value"
        free |= name in OF_SAMPLES and not call.arguments.keys().isdisjoint({"S", "onset_envelope"})
        for row, value, never in rows(str(parameter.annotation), call.arguments.get(name)):
            if free:
                continue
            what = f"{call.name}, {name}: {row}"
            try:
                result = call(**{name: value})
            except ParameterError as error:
                if "\n" in str(error):
                    yield f"{what}: several lines: {error}"
                if not call.parameters.keys() & set(re.findall(r"\w+", str(error))):
                    yield f"{what}: not named: {error}"
                if never and not isinstance(error, DTypeError):
                    yield f"{what}: no DTypeError: {error}"
            except MemoryError:
                pass
            except Exception as error:
                yield f"{what}: {type(error).__name__}: {error}"
            else:
                if never and not (row == "masked" and isinstance(result, np.ma.MaskedArray)):
                    yield f"{what}: taken"


@pytest.mark.parametrize("call", CALLS, ids=[f"{call.name}-{i}" for i, call in enumerate(CALLS)])
def test_every_argument(call):
    call()
    assert list(complaints(call)) == []


def test_every_argument_of_files_and_streams(tmp_path, monkeypatch):
    """Rates apart, which a resampler may work on for long, and what `test_audio` tries with files."""
    monkeypatch.chdir(tmp_path)
    fastspec.write("y.wav", everything.Y.astype(np.float32), everything.SR)
    calls = [
        arguments.Call("load", fastspec.load, {"path": "y.wav"}),
        arguments.Call("read", fastspec.read, {"path": "y.wav"}),
        arguments.Call("logmel_file", fastspec.feature.logmel_file, {"path": "y.wav"}),
        arguments.Call("Stream", fastspec.Stream, {}),
    ]
    found = []
    for call in calls:
        call()
        call.parameters = {name: p for name, p in call.parameters.items() if name not in ("sr", "offset")}
        found += complaints(call)
    assert found == []

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
from support.odd_values import SLOW, rows

import fastspec
from fastspec import DTypeError, ParameterError

pytestmark = pytest.mark.filterwarnings("ignore")

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

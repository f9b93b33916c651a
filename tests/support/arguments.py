"""One call of every public function, found by introspection: the arguments that it must have, by their names.

A function added tomorrow is called as soon as its required arguments have a place here.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from functools import reduce

import numpy as np

import fastspec

from . import everything

_RNG = np.random.default_rng(11)
HZ = np.array([100.0, 200.0, 400.0])
FREQS = np.arange(1.0, 66.0)

# What a required argument of this name is, unless the function says otherwise below.
BY_NAME = {
    "A": np.abs(_RNG.normal(size=(6, 4))),
    "A4": 432.0,
    "B": np.abs(_RNG.normal(size=(6, 5))),
    "S_db": -everything.S,
    "Sa": 60,
    "C": everything.D,
    "D": everything.D,
    "M": everything.S,
    "X": everything.S,
    "X_ref": everything.S[::-1].copy(),
    "amplitude": HZ,
    "angles": HZ,
    "array": everything.S,
    "arrays": [HZ, HZ],
    "audio": everything.Y,
    "axes": 0,
    "block_length": 4,
    "blocks": np.arange(3),
    "bpm": HZ,
    "cast": np.floor,
    "chroma": np.abs(_RNG.normal(size=(12, 9))),
    "data": everything.S,
    "delta": 0.1,
    "dtype": np.int16,
    "duration": 0.1,
    "energy": everything.ENVELOPE,
    "events": np.array([10, 30]),
    "events_from": np.array([1.0, 2.0]),
    "events_to": np.array([1.0, 3.0]),
    "f0": np.linspace(1.0, 20.0, 12),
    "factor": 1,
    "feat": everything.S,
    "fifths": 3,
    "fmax": 2000.0,
    "fmin": 300.0,
    "frame_length": 128,
    "frames": np.arange(3),
    "freq": HZ,
    "freqs": FREQS,
    "frequencies": HZ,
    "frequency": 440.0,
    "harmonics": [1.0, 2.0],
    "hop_length": 64,
    "idx": np.array([3, 6]),
    "interval": 1.5,
    "intervals": np.array([[0.0, 1.0], [1.0, 2.0]]),
    "intervals_from": np.array([[0.0, 1.0], [1.0, 2.0]]),
    "intervals_to": np.array([[0.0, 1.5], [1.0, 2.0]]),
    "key": "C:maj",
    "left": everything.Y,
    "mela": 22,
    "mels": HZ,
    "max_frequency": 4000.0,
    "mfcc": everything.S[:20],
    "min_frequency": 0.0,
    "midi": np.array([60.0, 61.0]),
    "n": 4,
    "n_bins": 12,
    "n_fft": 128,
    "n_input": 24,
    "n_frames": 5,
    "ndim": 3,
    "num_chroma": 12,
    "num_frequency_bins": 65,
    "num_mel_filters": 8,
    "note": ["C4", "A4"],
    "notes": np.array([60.0, 61.0]),
    "Nx": 64,
    "octs": np.array([1.0, 2.0]),
    "order": 4,
    "output_size": 4,
    "lag": np.eye(9),
    "n_states": 3,
    "path": np.array([[2, 2], [1, 1], [0, 0]]),
    "phase": HZ,
    "post_avg": 3,
    "post_max": 3,
    "pre_avg": 3,
    "pre_max": 3,
    "primes": [3, 5],
    "prob": np.full((2, 9), 0.5),
    "radius": 0.2,
    "rec": np.eye(9),
    "right": everything.Y[::-1].copy(),
    "sampling_rate": everything.SR,
    "samples": np.arange(3) * 1000,
    "shift": 1,
    "signal": everything.Y,
    "size": 70,
    "sr": everything.SR,
    "S": everything.S,
    "steps": np.array([[-1, 1], [2, 0]]),
    "thaat": "bilaval",
    "tg": np.abs(_RNG.normal(size=(65, 12))),
    "times": np.array([0.01, 0.02]),
    "transition": np.full((2, 2), 0.5),
    "tuning": 0.1,
    "unison": "C",
    "wait": 2,
    "waveform": everything.Y,
    "waveform_list": [everything.Y[:999], everything.Y[-999:]],
    "window_length": 64,
    "width": 3,
    "window": "hann",
    "x": everything.S,
    "x1": everything.S,
    "x1_pos": FREQS,
    "x2": everything.S,
    "x2_pos": FREQS,
    "y": everything.Y,
}

# What functions of `compat.torchaudio` have in common.
_FRAMES = {"window": "hann", "n_fft": 128, "hop_length": 32, "win_length": 128}
_BANK = {"n_freqs": 65, "f_min": 0.0, "f_max": 8000.0, "sample_rate": 16000}
_MASK = {"mask_param": 4, "mask_value": 0.0}
_WHOLE_FRAMES = {"window": np.hanning(128), "frame_length": 128}

# Where the name alone does not say it, or other arguments make the call a short one.
BY_FUNCTION = {
    "compat.python_speech_features._audio.logfbank_to_audio": {"feat": -everything.S[:9], "n_iter": 1},
    "compat.python_speech_features._audio.mfcc_to_audio": {"feat": everything.S[:9, :5], "n_iter": 1},
    "compat.python_speech_features.base.calculate_nfft": {"samplerate": 8000, "winlen": 0.03},
    "compat.python_speech_features.base.delta": {"N": 2},
    "compat.python_speech_features.base.mel2hz": {"mel": HZ},
    "compat.python_speech_features.base.hz2mel": {"hz": HZ},
    "compat.python_speech_features.base.lifter": {"cepstra": everything.S},
    "compat.python_speech_features.sigproc.deframesig": {
        "frames": everything.S[:8], "siglen": 70, "frame_len": everything.S.shape[1], "frame_step": 3,
    },
    "compat.python_speech_features.sigproc.framesig": {"sig": everything.Y, "frame_len": 128, "frame_step": 64},
    "compat.python_speech_features.sigproc.logpowspec": {"frames": everything.S, "NFFT": 16},
    "compat.python_speech_features.sigproc.magspec": {"frames": everything.S, "NFFT": 16},
    "compat.python_speech_features.sigproc.powspec": {"frames": everything.S, "NFFT": 16},
    "compat.python_speech_features.sigproc.rolling_window": {"a": everything.Y, "window": 64},
    "compat.python_speech_features.sigproc.round_half_up": {"number": 2.5},
    "compat.scipy._functions.istft": {"Zxx": everything.D},
    "compat.huggingface._levels.amplitude_to_db": {"spectrogram": everything.S},
    "compat.huggingface._levels.amplitude_to_db_batch": {"spectrogram": everything.S[np.newaxis]},
    "compat.huggingface._levels.power_to_db": {"spectrogram": everything.S},
    "compat.huggingface._levels.power_to_db_batch": {"spectrogram": everything.S[np.newaxis]},
    "compat.huggingface._spectrogram.spectrogram": _WHOLE_FRAMES,
    "compat.huggingface._spectrogram.spectrogram_batch": _WHOLE_FRAMES,
    "core.audio._channels.to_mono": {"signals": everything.Y},
    "core.audio._channels.to_multi": {"signals": everything.Y},
    "core.convert._svaras.note_to_svara_c": {"notes": ["C4", "D4"], "Sa": "C4"},
    "core.convert._svaras.note_to_svara_h": {"notes": ["C4", "D4"], "Sa": "C4"},
    "core.spectrum._pcen.perceptual_weighting": {"frequencies": FREQS},
    "core.audio._sinusoids.isinusoids": {"frequency": HZ, "length": 100},
    "core.audio._synthesis.clicks": {"times": np.array([0.01, 0.02])},
    "core.audio._synthesis.tone": {"duration": 0.1},
    "core.audio._synthesis.chirp": {"duration": 0.1},
    "core.spectrum._fmt_iirt.fmt": {"n_fmt": 64},
    "feature.inverse.mel_to_audio": {"n_iter": 1},
    "feature.inverse.mfcc_to_audio": {"n_iter": 1},
    "feature.utils.stack_memory": {"n_steps": 2},
    "core.intervals.interval_frequencies": {"intervals": "pythagorean"},
    "filters.diagonal_filter": {"n": 8},
    "onset.onset_backtrack": {"events": np.array([10, 30]), "energy": everything.ENVELOPE},
    "pooling.adaptive_avg_pool1d": {"x": everything.S},
    "pooling.adaptive_avg_pool3d": {"x": everything.S[np.newaxis]},
    "pooling.interpolate_area": {"x": everything.S[np.newaxis, np.newaxis], "size": 4},
    "util._matrices.fill_off_diagonal": {"x": everything.S[:12].copy()},
    "util._matrices.shear": {"X": everything.S},
    "util._peaks.peak_pick": {"x": everything.ENVELOPE},
    "util._segments.fix_frames": {"frames": np.array([3, 6])},
    "util.utils.buf_to_float": {"x": b"0123"},
    "util.utils.expand_to": {"x": np.arange(3.0), "ndim": 3, "axes": 1},
    "util.utils.tiny": {"x": 1.0},
    "util.utils.valid_int": {"x": 2.5},
    "util.utils.is_positive_int": {"x": 3},
    "_front.wavelets.constant_q": {"n_bins": 12},
    "_front.wavelets.constant_q_lengths": {"n_bins": 12},
    "_front.wavelets.relative_bandwidth": {"freqs": HZ},
    "_front.wavelets.wavelet": {"freqs": 10 * HZ},
    "_front.wavelets.wavelet_lengths": {"freqs": 10 * HZ},
    "core.audio._time_domain.mu_expand": {"x": everything.Y, "quantize": False},
    "core.audio._time_domain.mu_compress": {"x": everything.Y},
    "feature.inverse.chroma_to_stft": {"C": np.abs(_RNG.normal(size=(12, 9)))},
    "_sequences.dtw.dtw": {"C": np.abs(_RNG.normal(size=(6, 9)))},
    "_sequences.dtw.dtw_backtracking": {"steps": np.zeros((3, 3), np.int32)},
    "_sequences.viterbi.viterbi_binary": {"prob": np.full((2, 9), 0.5)},
    "segment.timelag_filter": {"function": abs},
    "sequence.transition_cycle": {"prob": 0.5},
    "sequence.transition_loop": {"prob": 0.5},
    "pcm.float_to_pcm": {"x": everything.Y},
    "pcm.pcm_convert": {"x": everything.Y},
    "pcm.pcm_to_float": {"x": np.arange(100, dtype=np.int16)},
    "core.constantq._forward.vqt": {"intervals": "equal"},
    "feature._chroma.chroma_vqt": {"intervals": "equal"},
    "compat.kaldi._batch.fbank": {"waveform": everything.Y[np.newaxis]},
    "compat.kaldi._batch.mfcc": {"waveform": everything.Y[np.newaxis]},
    "compat.kaldi._batch.spectrogram": {"waveform": everything.Y[np.newaxis]},
    "effects.remix": {"intervals": [(100, 900), (30, 400)]},
    "compat.torchaudio.functional._bands.DB_to_amplitude": {"x": -everything.S, "ref": 1.0, "power": 0.5},
    "compat.torchaudio.functional._bands.amplitude_to_DB": {
        "x": everything.S, "multiplier": 10.0, "amin": 1e-10, "db_multiplier": 0.0, "top_db": 80.0,
    },
    "compat.torchaudio.functional._bands.create_dct": {"n_mfcc": 5, "n_mels": 12, "norm": "ortho"},
    "compat.torchaudio.functional._bands.linear_fbanks": {**_BANK, "n_filter": 12},
    "compat.torchaudio.functional._bands.melscale_fbanks": {**_BANK, "n_mels": 12},
    "compat.torchaudio.functional._frames.compute_deltas": {"specgram": everything.S},
    "compat.torchaudio.functional._frames.mask_along_axis": {**_MASK, "specgram": everything.S, "axis": 1},
    "compat.torchaudio.functional._frames.mask_along_axis_iid": {**_MASK, "specgrams": everything.S[None], "axis": 2},
    "compat.torchaudio.functional._frames.sliding_window_cmn": {"specgram": everything.S},
    "compat.torchaudio.functional._samples.mu_law_decoding": {"x_mu": np.arange(9), "quantization_channels": 256},
    "compat.torchaudio.functional._samples.mu_law_encoding": {"x": everything.Y, "quantization_channels": 256},
    "compat.torchaudio.functional._samples.resample": {"waveform": everything.Y, "orig_freq": 3, "new_freq": 2},
    "compat.torchaudio.functional._spectra.griffinlim": {
        **_FRAMES, "specgram": everything.S, "power": 2.0, "n_iter": 1, "momentum": 0.9, "length": None,
        "rand_init": True,
    },
    "compat.torchaudio.functional._spectra.inverse_spectrogram": {
        **_FRAMES, "spectrogram": everything.D, "length": None, "pad": 0, "normalized": False,
    },
    "compat.torchaudio.functional._spectra.phase_vocoder": {
        "complex_specgrams": everything.D, "rate": 1.5, "phase_advance": np.zeros((len(everything.D), 1)),
    },
    "compat.torchaudio.functional._spectra.spectral_centroid": {
        **_FRAMES, "waveform": everything.Y, "sample_rate": 22050, "pad": 0,
    },
    "compat.torchaudio.functional._spectra.spectrogram": {
        **_FRAMES, "waveform": everything.Y, "pad": 0, "power": 2.0, "normalized": False,
    },
}  # fmt: skip

# Files, clocks of versions, and what describes functions, have tests of their own.
NOT_CALLED = re.compile(
    r"_soundfiles\.|_recipes\.|dataset\.|display\.|threads\.|decorators\.|deprecation\.|util\.files\.|show_|\.Stream\.|"
    r"logmel_file|get_samplerate|audio\._files\.(load|loadx|stream)|load_audio|from_preprocessor_config|cache|list_|"
    r"dtype_[rc]2"
)


def public_functions() -> dict:
    """Functions that the public modules export, by their full names without the package's."""
    names = ["fastspec", *(module.name for module in pkgutil.walk_packages(fastspec.__path__, "fastspec."))]
    modules = [importlib.import_module(name) for name in names if not re.search(r"\._|\.cli$|__main__", name)]
    things = [getattr(module, name) for module in modules for name in module.__all__]
    functions = [thing for thing in things if inspect.isfunction(thing)]
    return {f"{f.__module__}.{f.__qualname__}".removeprefix("fastspec."): f for f in functions}


def _tables():
    """The calls that `everything` has, by the function itself and the name of its array."""
    for argument, table, x in (
        ("y", everything.OF_SAMPLES, everything.Y),
        ("S", everything.OF_SPECTRA, everything.S),
        ("D", everything.OF_COMPLEX, everything.D),
        ("onset_envelope", everything.OF_ENVELOPES, everything.ENVELOPE),
    ):
        for name, options in table.items():
            function = reduce(getattr, name.split("."), fastspec)
            parameters = inspect.signature(function).parameters
            first = next(iter(parameters.values()))
            if argument in parameters:
                key = argument
            else:
                key = "S" if first.kind is first.KEYWORD_ONLY else first.name
            yield function, {key: x, **options}


class Call:
    """A function and arguments, by name, with which it runs."""

    def __init__(self, name: str, function, arguments: dict) -> None:
        self.name, self.function, self.arguments = name, function, arguments
        self.parameters = inspect.signature(function).parameters

    def __call__(self, **changed):
        arguments = self.arguments | changed
        positional, named = [], {}
        takes_many = any(parameter.kind is parameter.VAR_POSITIONAL for parameter in self.parameters.values())
        for parameter in self.parameters.values():
            if parameter.name in arguments:
                by_place = takes_many and parameter.kind is not parameter.KEYWORD_ONLY
                if by_place or parameter.kind is parameter.POSITIONAL_ONLY:
                    positional.append(arguments[parameter.name])
                else:
                    named[parameter.name] = arguments[parameter.name]
        named |= {name: value for name, value in arguments.items() if name not in self.parameters}
        return self.function(*positional, **named)


def plain(result):
    """What can be compared bit by bit; of objects their class alone."""
    if isinstance(result, (tuple, list)):
        return tuple(map(plain, result))
    if isinstance(result, dict):
        return tuple((name, plain(value)) for name, value in result.items())
    if isinstance(result, np.ndarray) and result.dtype.kind != "O":
        return result.shape, str(result.dtype), result.tobytes()
    return repr(result) if isinstance(result, (str, int, float, complex, type(None))) else type(result).__name__


def calls() -> list[Call]:
    made = []
    known = list(_tables())
    for name, function in sorted(public_functions().items()):
        if NOT_CALLED.search(name):
            continue
        tabled = [arguments for f, arguments in known if f is function]
        if tabled:
            made += [Call(name, function, arguments) for arguments in tabled]
            continue
        own = BY_FUNCTION.get(name, {})
        required = dict(own)
        for p in inspect.signature(function).parameters.values():
            if p.name not in own and p.default is p.empty and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL):
                required[p.name] = BY_NAME[p.name]  # a new name? give it a value in BY_NAME
        made.append(Call(name, function, required))
    return made

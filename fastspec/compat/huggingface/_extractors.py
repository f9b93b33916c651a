"""transformers' feature extractors, by their ``preprocessor_config.json``, as recipes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np

from ..._front.recipe import Recipe
from ..._gate.samples import DTypeError, ParameterError, as_index
from ..._recipes import recipe
from .._peer import peer
from ._spectrogram import optimal_fft_length

_WINDOWS = {"hann_window": "hann", "hamming_window": "hamming", "hanning": "hann"}


@peer()
def from_preprocessor_config(path_or_dict: str | os.PathLike[str] | Mapping[str, Any]) -> Recipe:
    """The recipe of a model of transformers, from its ``preprocessor_config.json``.

    What the feature extractor computes of one clip when it is called without options (Qwen3-ASR's, as its processor
    calls it): padding and cutting to a length is `samples`, which ``recipe.replace(samples=0)`` takes away. Noise
    (`dither`) has the same size but is drawn otherwise. Clips that an extractor splits or joins (CLAP's fusion of long
    ones, Cohere ASR's chunks) are one here.

    Parameters
    ----------
    path_or_dict : str, path-like or dict
        The file, the folder that it is in, or what it holds. What a file leaves out has the extractor's default.

    Returns
    -------
    Recipe

    Raises
    ------
    ParameterError
        If it is of an extractor that is not known here, or has an option that no recipe has. A ValueError.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> from fastspec.compat import huggingface
    >>> config = {"feature_extractor_type": "ParakeetFeatureExtractor", "feature_size": 128}
    >>> recipe = huggingface.from_preprocessor_config(config)
    >>> recipe.n_mels, recipe.frames
    (128, 'first')
    """
    config = path_or_dict if isinstance(path_or_dict, Mapping) else _read(path_or_dict)
    config = config.get("feature_extractor", config)  # of a processor's file, which holds those of images as well
    kind = config.get("feature_extractor_type") if isinstance(config, Mapping) else None
    if not isinstance(kind, str):
        raise ParameterError(
            "path_or_dict has no feature_extractor_type; pass the preprocessor_config.json of an audio model"
        )
    if kind not in _EXTRACTORS:
        near = get_close_matches(kind, _EXTRACTORS, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise ParameterError(
            f"feature_extractor_type={kind!r} is not known; {hint}Known are {', '.join(sorted(_EXTRACTORS))}"
        )
    name, defaults, translate = _EXTRACTORS[kind]
    options = _Options({**defaults, **{key: config[key] for key in defaults if key in config}}, kind)
    options.refuse("padding_side", "right", config.get("padding_side", "right"))
    return recipe(name, **translate(options))


def _read(path: str | os.PathLike[str]) -> Mapping[str, Any]:
    if not isinstance(path, (str, os.PathLike)):
        raise DTypeError(f"path_or_dict={path!r} must be the name of a file, or what it holds")
    file = Path(path)
    if file.is_dir():
        file = file / "preprocessor_config.json"
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ParameterError(f"path_or_dict={str(file)!r} is no text: {error}") from error
    except (ValueError, RecursionError) as error:
        raise ParameterError(f"path_or_dict={str(file)!r} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise ParameterError(f"path_or_dict={str(file)!r} holds no JSON object; pass a preprocessor_config.json")
    return found


class _Options(dict[str, Any]):
    """An extractor's options, by name."""

    def __init__(self, values: dict[str, Any], kind: str) -> None:
        super().__init__(values)
        self.kind = kind

    def refuse(self, name: str, but: Any, value: Any) -> None:
        if value != but:
            raise ParameterError(f"{name}={value!r} of {self.kind} has no place in a recipe, which has {name}={but!r}")

    def samples(self, milliseconds: float) -> int:
        """As Kaldi and the others have it: whole ones, rounded down."""
        return int(self["sampling_rate"] * 0.001 * milliseconds)

    def kaldi(self, **more: Any) -> dict[str, Any]:
        """Frames of 25 ms every 10 ms, whatever the rate."""
        length = self.samples(25)
        sizes = {"hop_length": self.samples(10), "frame_length": length, "n_fft": optimal_fft_length(length)}
        return {"sr": self["sampling_rate"], **sizes, **more}


def _whisper(o: _Options) -> dict[str, Any]:
    o.refuse("padding_value", 0.0, o["padding_value"])
    length = o["chunk_length"] * o["sampling_rate"] if o.get("chunk_length") else 0
    return {**_slaney(o), "fmax": 8000.0, "samples": length, "dither": o["dither"]}


def _slaney(o: _Options) -> dict[str, Any]:
    names = {"sampling_rate": "sr", "feature_size": "n_mels", "hop_length": "hop_length", "n_fft": "n_fft"}
    return {ours: o[theirs] for theirs, ours in names.items()}


def _qwen3_asr(o: _Options) -> dict[str, Any]:
    window = 2 * (o["n_window"] or 0)
    # As the model's processor calls it: not padded to `chunk_length`, which nothing is cut to either.
    return {
        **_whisper(o), "samples": 0, "min_samples": o["min_length"], "frames_multiple": window or 1,
        "tokens_chunk": window,
    }  # fmt: skip


def _voxtral_realtime(o: _Options) -> dict[str, Any]:
    o.refuse("win_length", o["n_fft"], o["win_length"])
    return {**_slaney(o), "fmax": 8000.0, "top_of": o["global_log_mel_max"]}


def _granite(o: _Options) -> dict[str, Any]:
    window, rate = o["projector_window_size"], o["projector_downsample_rate"]
    sizes = {name: o[name] for name in ("n_fft", "win_length", "hop_length", "n_mels")}
    return {"sr": o["sampling_rate"], **sizes, "tokens": ((1, window, 0, window // rate),)}


def _granite5(o: _Options) -> dict[str, Any]:
    sizes = {name: o[name] for name in ("n_fft", "win_length", "hop_length")}
    half = (as_index(o["delta_win_length"], name="delta_win_length", minimum=3) - 1) // 2
    levels = {"top": o["logmel_floor_db"], "delta_width": 2 * half + 1}
    return {"sr": o["sampling_rate"], "n_mels": o["num_mel_bins"], **sizes, **levels}


def _speech2text(o: _Options) -> dict[str, Any]:
    means, variances = (bool(o["do_ceptral_normalize"] and o[f"normalize_{what}"]) for what in ("means", "vars"))
    o.refuse("normalize_means", True, means or not variances)
    norm = "standard" if variances else "mean" if means else None
    # Noise there is of the scaled samples.
    return o.kaldi(n_mels=o["num_mel_bins"], norm=norm, dither=o["dither"] / 32768)


def _seamless(o: _Options) -> dict[str, Any]:
    o.refuse("stride", 2, o["stride"])
    return {"sr": o["sampling_rate"], "n_mels": o["num_mel_bins"], "stack_fill": float(o["padding_value"])}


def _codec(o: _Options) -> dict[str, Any]:
    half = o["hop_length"] // 2
    pads = {"pad": (half, half)} if o.kind.startswith("Xcodec") else {}
    return o.kaldi(multiple=o["hop_length"], stack_fill=float(o["padding_value"]), **pads)


def _ast(o: _Options) -> dict[str, Any]:
    affine = {"shift": -o["mean"], "gain": 1 / (2 * o["std"])} if o["do_normalize"] else {"shift": 0.0, "gain": 1.0}
    return o.kaldi(n_mels=o["num_mel_bins"], cut=o["max_length"], **affine)


def _fun_asr_nano(o: _Options) -> dict[str, Any]:
    length, n = o.samples(o["frame_length"]), o["num_frames_lfr"]
    return {
        "sr": o["sampling_rate"], "n_mels": o["feature_size"], "frame_length": length,
        "n_fft": optimal_fft_length(length), "hop_length": o.samples(o["frame_shift"]),
        "window": _WINDOWS.get(o["window"], o["window"]), "stack": n, "stack_step": o["stride_lfr"],
        "stack_before": (n - 1) // 2,
    }  # fmt: skip


def _nemo(o: _Options) -> dict[str, Any]:
    if "mel_filters_dtype" in o:
        o.refuse("mel_filters_dtype", "float32", o["mel_filters_dtype"])
    sizes = {"win_length": o["win_length"], "preemphasis": o["preemphasis"] or 0.0}
    return {**_slaney(o), **sizes, "frames": "first", "dither": o.get("dither", 0.0)}


def _phi4(o: _Options) -> dict[str, Any]:
    rate = o["audio_compression_rate"] * o["audio_downsample_rate"]
    return {
        **_slaney(o), "frame_length": o["win_length"], "preemphasis": o["preemphasis"], "fmin": o["mel_min_frequency"],
        "fmax": o["mel_max_frequency"], "tokens": ((1, rate, 0),),
    }  # fmt: skip


def _gemma(o: _Options) -> dict[str, Any]:
    o.refuse("preemphasis_htk_flavor", True, o["preemphasis_htk_flavor"] or not o["preemphasis"])
    length, hop = (round(o["sampling_rate"] * o[f"{what}_length_ms"] / 1000.0) for what in ("frame", "hop"))
    mean, deviation = (None if o[name] is None else np.ravel(o[name]) for name in ("per_bin_mean", "per_bin_stddev"))
    options = {
        "sr": o["sampling_rate"], "n_mels": o["feature_size"], "frame_length": length, "hop_length": hop,
        "n_fft": optimal_fft_length(length) * (2 if o["fft_overdrive"] else 1), "fmin": o["min_frequency"],
        "fmax": o["max_frequency"], "preemphasis": o["preemphasis"], "dither": o["dither"],
        "scale": o["input_scale_factor"], "shift": 0.0 if mean is None else -mean,
        "gain": 1.0 if deviation is None else 1 / deviation,
    }  # fmt: skip
    if o.kind.startswith("Gemma4"):
        return {**options, "log_add": o["mel_floor"], "pad": (length // 2, 0)}
    return {**options, "log_floor": o["mel_floor"]}


def _lasr(o: _Options) -> dict[str, Any]:
    return {**_slaney(o), "frame_length": o["win_length"]}


def _inkling(o: _Options) -> dict[str, Any]:
    hop = round(o["audio_token_duration_s"] * o["sampling_rate"])
    length = round(o["audio_token_duration_s"] * o["window_size_multiplier"] * o["sampling_rate"])
    n_fft = o["n_fft"] or length
    sizes = {"hop_length": hop, "n_fft": n_fft, "win_length": length, "pad": (max(n_fft - hop, 0), 0)}
    return {"sr": o["sampling_rate"], "n_mels": o["feature_size"], **sizes}


def _clap(o: _Options) -> dict[str, Any]:
    o.refuse("padding", "repeatpad", o["padding"])
    # Fused ones are cut nowhere; of clips no longer than `samples` all four channels are the same.
    fused = {"mel_scale": "htk", "mel_norm": None} if o["truncation"] == "fusion" else {}
    return {
        "sr": o["sampling_rate"], "n_mels": o["feature_size"], "hop_length": o["hop_length"],
        "n_fft": o["fft_window_size"], "fmin": o["frequency_min"], "fmax": o["frequency_max"],
        "samples": o["max_length_s"] * o["sampling_rate"], **fused,
    }  # fmt: skip


def _speecht5(o: _Options) -> dict[str, Any]:
    length, hop = (o[name] * o["sampling_rate"] // 1000 for name in ("win_length", "hop_length"))
    return {
        "sr": o["sampling_rate"], "n_mels": o["num_mel_bins"], "fmin": o["fmin"], "fmax": o["fmax"], "hop_length": hop,
        "frame_length": length, "n_fft": optimal_fft_length(length), "pad": (length // 2, length // 2),
        "window": _WINDOWS.get(o["win_function"], o["win_function"]), "log_floor": o["mel_floor"],
    }  # fmt: skip


def _univnet(o: _Options) -> dict[str, Any]:
    o.refuse("compression_factor", 1.0, o["compression_factor"])
    o.refuse("center", False, o["center"])
    n_fft = o["filter_length"] or optimal_fft_length(o["win_length"])
    o.refuse("win_length", n_fft, o["win_length"])
    low, high = o["normalize_min"], o["normalize_max"]
    # 2 (x - low) / (high - low) - 1
    affine = {"shift": -(low + high) / 2, "gain": 2 / (high - low)} if o["do_normalize"] else {}
    return {
        "sr": o["sampling_rate"], "n_mels": o["num_mel_bins"], "hop_length": o["hop_length"], "n_fft": n_fft,
        "window": _WINDOWS.get(o["win_function"], o["win_function"]), "fmin": o["fmin"],
        "fmax": None if o["fmax"] == o["sampling_rate"] / 2 else o["fmax"],
        "root_add": o["mel_floor"], "log_floor": o["compression_clip_val"], "frames": "first", **affine,
    }  # fmt: skip


def _clvp(o: _Options) -> dict[str, Any]:
    gain = 1.0 if o["mel_norms"] is None else 1 / np.ravel(o["mel_norms"])
    return {**_slaney(o), "fmax": 8000.0, "gain": gain, "samples": o["default_audio_length"] * o["sampling_rate"]}


def _musicgen_melody(o: _Options) -> dict[str, Any]:
    return {
        "sr": o["sampling_rate"], "n_mels": o["num_chroma"], "hop_length": o["hop_length"], "n_fft": o["n_fft"],
        "min_samples": o["n_fft"], "samples": o["chunk_length"] * o["sampling_rate"],
    }  # fmt: skip


def _pop2piano(o: _Options) -> dict[str, Any]:
    names = {"sampling_rate": "sr", "feature_size": "n_mels", "hop_length": "hop_length", "window_size": "n_fft"}
    return {ours: o[theirs] for theirs, ours in names.items()} | {"fmin": o["min_frequency"]}


_WHISPER = {
    "feature_size": 80, "sampling_rate": 16000, "hop_length": 160, "chunk_length": 30, "n_fft": 400,
    "padding_value": 0.0, "dither": 0.0,
}  # fmt: skip
_NEMO = {
    "feature_size": 80, "sampling_rate": 16000, "hop_length": 160, "n_fft": 512, "win_length": 400, "preemphasis": 0.97,
}  # fmt: skip
_GEMMA = {
    "feature_size": 128, "sampling_rate": 16000, "frame_length_ms": 32.0, "hop_length_ms": 10.0, "min_frequency": 125.0,
    "max_frequency": 7600.0, "preemphasis": 0.97, "preemphasis_htk_flavor": True, "fft_overdrive": True, "dither": 0.0,
    "input_scale_factor": 1.0, "mel_floor": 1e-5, "per_bin_mean": None, "per_bin_stddev": None,
}  # fmt: skip
_GEMMA4 = _GEMMA | {
    "frame_length_ms": 20.0, "min_frequency": 0.0, "max_frequency": 8000.0, "preemphasis": 0.0, "fft_overdrive": False,
    "mel_floor": 1e-3,
}  # fmt: skip
_CODEC = {"sampling_rate": 16000, "hop_length": 320, "padding_value": 1.0}

# An extractor: the recipe that is nearest, its own options and their defaults, and what they mean in a recipe's words.
_EXTRACTORS: dict[str, tuple[str, dict[str, Any], Callable[[_Options], dict[str, Any]]]] = {
    "WhisperFeatureExtractor": ("whisper", _WHISPER, _whisper),
    "MossTranscribeDiarizeFeatureExtractor": ("whisper", _WHISPER, _whisper),
    "Qwen3ASRFeatureExtractor": (
        "qwen3-asr", _WHISPER | {"feature_size": 128, "n_window": 50, "min_length": 8000}, _qwen3_asr,
    ),
    "VoxtralRealtimeFeatureExtractor": (
        "voxtral-realtime",
        {"feature_size": 128, "sampling_rate": 16000, "hop_length": 160, "n_fft": 400, "win_length": 400,
         "global_log_mel_max": 1.5},
        _voxtral_realtime,
    ),
    "GraniteSpeechFeatureExtractor": (
        "granite",
        {"sampling_rate": 16000, "n_fft": 512, "win_length": 400, "hop_length": 160, "n_mels": 80,
         "projector_window_size": 15, "projector_downsample_rate": 5},
        _granite,
    ),
    "GraniteSpeech5FeatureExtractor": (
        "granite5",
        {"sampling_rate": 16000, "n_fft": 512, "win_length": 400, "hop_length": 160, "num_mel_bins": 80,
         "delta_win_length": 3, "logmel_floor_db": 8.0},
        _granite5,
    ),
    "MusicgenMelodyFeatureExtractor": (
        "musicgen-melody",
        {"sampling_rate": 32000, "hop_length": 4096, "chunk_length": 30, "n_fft": 16384, "num_chroma": 12},
        _musicgen_melody,
    ),
    "Speech2TextFeatureExtractor": (
        "speech2text",
        {"sampling_rate": 16000, "num_mel_bins": 80, "dither": 0.0, "do_ceptral_normalize": True,
         "normalize_means": True, "normalize_vars": True},
        _speech2text,
    ),
    "SeamlessM4TFeatureExtractor": (
        "seamless", {"sampling_rate": 16000, "num_mel_bins": 80, "padding_value": 0.0, "stride": 2}, _seamless,
    ),
    "Xcodec2FeatureExtractor": ("xcodec2", _CODEC, _codec),
    "NeuCodecFeatureExtractor": ("neucodec", _CODEC, _codec),
    "ASTFeatureExtractor": (
        "ast",
        {"sampling_rate": 16000, "num_mel_bins": 128, "max_length": 1024, "do_normalize": True, "mean": -4.2677393,
         "std": 4.5689974},
        _ast,
    ),
    "FunAsrNanoFeatureExtractor": (
        "fun-asr-nano",
        {"feature_size": 80, "sampling_rate": 16000, "frame_length": 25, "frame_shift": 10, "num_frames_lfr": 7,
         "stride_lfr": 6, "window": "hamming"},
        _fun_asr_nano,
    ),
    "ParakeetFeatureExtractor": ("nemo", _NEMO, _nemo),
    "CohereAsrFeatureExtractor": ("nemo", _NEMO | {"feature_size": 128, "dither": 1e-5}, _nemo),
    "NemotronAsrStreamingFeatureExtractor": (
        "nemotron-streaming", _NEMO | {"mel_filters_dtype": "float32"}, _nemo,
    ),
    "Phi4MultimodalFeatureExtractor": (
        "phi4",
        _NEMO | {"audio_compression_rate": 8, "audio_downsample_rate": 1, "mel_min_frequency": 0.0,
                 "mel_max_frequency": 7690.0},
        _phi4,
    ),
    "Gemma3nAudioFeatureExtractor": ("gemma3n", _GEMMA, _gemma),
    "Gemma4AudioFeatureExtractor": ("gemma4", _GEMMA4, _gemma),
    "LasrFeatureExtractor": (
        "lasr",
        {"feature_size": 128, "sampling_rate": 16000, "hop_length": 160, "n_fft": 512, "win_length": 400},
        _lasr,
    ),
    "InklingFeatureExtractor": (
        "inkling",
        {"feature_size": 80, "sampling_rate": 16000, "audio_token_duration_s": 0.05, "window_size_multiplier": 2.0,
         "n_fft": None},
        _inkling,
    ),
    "ClapFeatureExtractor": (
        "clap",
        {"feature_size": 64, "sampling_rate": 48000, "hop_length": 480, "max_length_s": 10, "fft_window_size": 1024,
         "frequency_min": 0.0, "frequency_max": 14000.0, "truncation": "fusion", "padding": "repeatpad"},
        _clap,
    ),
    "SpeechT5FeatureExtractor": (
        "speecht5",
        {"sampling_rate": 16000, "num_mel_bins": 80, "hop_length": 16, "win_length": 64, "win_function": "hann_window",
         "fmin": 80.0, "fmax": 7600.0, "mel_floor": 1e-10},
        _speecht5,
    ),
    "UnivNetFeatureExtractor": (
        "bigvgan",
        {"sampling_rate": 24000, "do_normalize": False, "num_mel_bins": 100, "hop_length": 256, "win_length": 1024,
         "win_function": "hann_window", "filter_length": 1024, "fmin": 0.0, "fmax": None, "mel_floor": 1e-9,
         "center": False, "compression_factor": 1.0, "compression_clip_val": 1e-5,
         "normalize_min": -11.512925148010254, "normalize_max": 2.3143386840820312},
        _univnet,
    ),
    "ClvpFeatureExtractor": (
        "clvp",
        {"feature_size": 80, "sampling_rate": 22050, "default_audio_length": 6, "hop_length": 256, "n_fft": 1024,
         "mel_norms": None},
        _clvp,
    ),
    "Pop2PianoFeatureExtractor": (
        "pop2piano",
        {"sampling_rate": 22050, "window_size": 4096, "hop_length": 1024, "min_frequency": 10.0, "feature_size": 512},
        _pop2piano,
    ),
}  # fmt: skip

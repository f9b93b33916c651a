"""Recipes beside the front ends that they stand for: one entry a model."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable

import numpy as np
from peers import Factory


def recipe_call(name: str, **changes) -> Factory:
    """The recipe, made once."""

    def prepare(y: np.ndarray) -> Callable[[], object]:
        import fastspec

        recipe = fastspec.recipe(name, **changes)
        return lambda: recipe(y)

    return prepare


def asrfront_call(model: str, function: str, **options) -> Factory:
    def prepare(y: np.ndarray) -> Callable[[], object]:
        call = getattr(importlib.import_module(f"asrfront.{model}"), function)
        return lambda: call(y, **options)

    return prepare


def extractor_call(kind: str, key: str, **call) -> Factory:
    """A feature extractor of transformers."""

    def prepare(y: np.ndarray) -> Callable[[], object]:
        extractor = getattr(_transformers(), f"{kind}FeatureExtractor")()
        return lambda: np.asarray(extractor([y], sampling_rate=extractor.sampling_rate, **call)[key][0])

    return prepare


def whisper_in_numpy(y: np.ndarray) -> Callable[[], object]:
    """The path that transformers takes where torch is not installed."""
    extractor = _transformers().WhisperFeatureExtractor()
    return lambda: extractor._np_extract_fbank_features(y[np.newaxis], "cpu")[0]


def audio_utils_call(package: str) -> Factory:
    """A log-mel spectrogram by transformers' functions, or by ours of the same names."""

    def prepare(y: np.ndarray) -> Callable[[], object]:
        module = _transformers().audio_utils if package == "transformers" else importlib.import_module(package)
        window = module.window_function(400)
        bank = module.mel_filter_bank(201, 80, 0.0, 8000.0, 16000, norm="slaney", mel_scale="slaney")
        options = {"power": 2.0, "mel_filters": bank, "log_mel": "log10"}
        return lambda: module.spectrogram(y, window, 400, 160, **options)

    return prepare


def _transformers():
    """A torchaudio that was built for another torch counts as none."""
    try:
        import torchaudio  # noqa: F401
    except (ImportError, OSError):
        sys.modules["torchaudio"] = None
    transformers = importlib.import_module("transformers")
    importlib.import_module("transformers.utils.import_utils").is_torchaudio_available.cache_clear()
    importlib.import_module("transformers.audio_utils")
    transformers.logging.set_verbosity_error()
    return transformers


# A model: the recipe, and the peers with the ratios to reach on 30 s.
_PADDED = {"padding": "longest", "return_tensors": "np"}
MODELS: dict[str, tuple[Factory, dict[str, tuple[Factory, float]]]] = {
    "Whisper": (
        recipe_call("whisper"),
        {
            "asrfront": (asrfront_call("whisper", "log_mel", pad_or_trim=False), 3.5),
            "transformers (torch)": (extractor_call("Whisper", "input_features", **_PADDED), 15),
            "transformers (NumPy)": (whisper_in_numpy, 40),
        },
    ),
    "Qwen3-ASR": (
        recipe_call("qwen3-asr"),
        {
            "asrfront": (asrfront_call("qwen3_asr", "log_mel"), 3.5),
            "transformers (torch)": (extractor_call("Qwen3ASR", "input_features", **_PADDED), 15),
        },
    ),
    "SenseVoice": (recipe_call("paraformer"), {"asrfront": (asrfront_call("sensevoice", "fbank"), 3.5)}),
    "Gemma 4": (
        recipe_call("gemma4"),
        {
            "asrfront": (asrfront_call("gemma4", "log_mel"), 3.5),
            "transformers (NumPy)": (extractor_call("Gemma4Audio", "input_features"), 40),
        },
    ),
    "Gemma 3n": (
        recipe_call("gemma3n"),
        {"transformers (NumPy)": (extractor_call("Gemma3nAudio", "input_features"), 40)},
    ),
    "S2T": (
        recipe_call("speech2text"),
        {"transformers (NumPy)": (extractor_call("Speech2Text", "input_features"), 40)},
    ),
    "Seamless": (
        recipe_call("seamless"),
        {"transformers (NumPy)": (extractor_call("SeamlessM4T", "input_features", return_tensors="np"), 40)},
    ),
    "AST": (recipe_call("ast"), {"transformers (NumPy)": (extractor_call("AST", "input_values"), 40)}),
    "Parakeet": (
        recipe_call("nemo", frames="first"),
        {"transformers (torch)": (extractor_call("Parakeet", "input_features", return_tensors="np"), 15)},
    ),
    "Phi-4": (
        recipe_call("phi4"),
        {"transformers (torch)": (extractor_call("Phi4Multimodal", "audio_input_features"), 15)},
    ),
    "LASR": (recipe_call("lasr"), {"transformers (torch)": (extractor_call("Lasr", "input_features"), 15)}),
    "audio_utils.spectrogram": (
        audio_utils_call("fastspec.compat.huggingface"),
        {"transformers (NumPy)": (audio_utils_call("transformers"), 40)},
    ),
}

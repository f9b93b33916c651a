"""`from_preprocessor_config`: transformers' feature extractors, beside their goldens and themselves where installed."""

from __future__ import annotations

import json

import numpy as np
import pytest
from support.other_libraries import peer
from support.recipe_goldens import close, golden, noise

from fastspec import ParameterError, recipe
from fastspec.compat.huggingface import from_preprocessor_config


def of(kind: str, **options):
    return from_preprocessor_config({"feature_extractor_type": f"{kind}FeatureExtractor", **options})


# What it must be equal to, of defaults.
EQUAL = {
    "Whisper": recipe("whisper", samples=480000), "Qwen3ASR": recipe("qwen3-asr"),
    "VoxtralRealtime": recipe("voxtral-realtime"), "GraniteSpeech": recipe("granite"),
    "GraniteSpeech5": recipe("granite5"), "MusicgenMelody": recipe("musicgen-melody"),
    "Speech2Text": recipe("speech2text"), "SeamlessM4T": recipe("seamless"), "AST": recipe("ast"),
    "FunAsrNano": recipe("fun-asr-nano"), "Parakeet": recipe("parakeet", frames="first"),
    "CohereAsr": recipe("cohere-asr", n_mels=128, frames="first", dither=1e-5), "Phi4Multimodal": recipe("phi4"),
    "NemotronAsrStreaming": recipe("nemotron-streaming", n_mels=80), "Gemma3nAudio": recipe("gemma3n"),
    "Gemma4Audio": recipe("gemma4", fmax=8000.0), "Lasr": recipe("lasr"),
    "Inkling": recipe("inkling", win_length=1600), "Xcodec2": recipe("xcodec2"),
    "SpeechT5": recipe("speecht5", pad=(512, 512), frame_length=1024),
    "NeuCodec": recipe("neucodec"), "Pop2Piano": recipe("pop2piano"), "Clvp": recipe("clvp", samples=132300),
    "UnivNet": recipe("bigvgan", frames="first"),
    "Clap": recipe("clap", mel_scale="htk", mel_norm=None), "MossTranscribeDiarize": recipe("whisper", samples=480000),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(EQUAL))
def test_defaults_are_the_named_recipes(kind):
    got, want = of(kind), EQUAL[kind]
    differing = {name: pair for name, pair in got.diff(want).items() if name not in ("fmax", "win_length")}
    assert differing == {}
    y = noise(20000)
    assert np.array_equal(got(y), want(y))


CASES = {
    "hf_whisper_0": ("Whisper", {"chunk_length": 2}), "hf_ast_0": ("AST", {"max_length": 128}),
    "hf_ast_numpy": ("AST", {"max_length": 80, "mean": -6.6, "std": 5.4}), "hf_speech2text_0": ("Speech2Text", {}),
    "hf_speech2text_numpy": ("Speech2Text", {}), "hf_seamless_0": ("SeamlessM4T", {}),
    "hf_phi4": ("Phi4Multimodal", {}),
    "hf_fun_asr_nano": ("FunAsrNano", {}), "hf_parakeet_0": ("Parakeet", {}), "hf_gemma3n_0": ("Gemma3nAudio", {}),
    "hf_gemma4_0": ("Gemma4Audio", {}), "hf_granite_speech": ("GraniteSpeech", {}),
    "hf_granite_speech5": ("GraniteSpeech5", {"num_mel_bins": 40}), "hf_musicgen_melody": ("MusicgenMelody", {}),
    "hf_inkling": ("Inkling", {}),
    "hf_lasr": ("Lasr", {}), "hf_voxtral_realtime_0": ("VoxtralRealtime", {}), "hf_speecht5": ("SpeechT5", {}),
    "hf_nemotron_streaming_0": ("NemotronAsrStreaming", {"feature_size": 128}), "hf_univnet": ("UnivNet", {}),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(CASES))
def test_goldens(shared, case):
    """3e-4 (1 + |value|), the originals' own float32."""
    kind, options = CASES[case]
    (clip,), want = golden(shared, case)
    close(of(kind, **options)(clip), want, 3e-4)


# Options besides the defaults, how to call, and the name of the result. What needs torchaudio has goldens above.
LIVE = {
    "Whisper": ({"feature_size": 128, "hop_length": 200, "n_fft": 512, "chunk_length": 1}, {}, "input_features"),
    "Qwen3ASR": ({"n_window": 20, "min_length": 3000}, {"padding": "longest"}, "input_features"),
    "VoxtralRealtime": ({"feature_size": 80, "global_log_mel_max": 0.5}, {}, "input_features"),
    "SeamlessM4T": ({"num_mel_bins": 60}, {}, "input_features"),
    "Parakeet": ({"preemphasis": 0.9, "win_length": 320}, {}, "input_features"),
    "NemotronAsrStreaming": ({"preemphasis": None}, {}, "input_features"),
    "Phi4Multimodal": ({"mel_min_frequency": 100, "feature_size": 40}, {}, "audio_input_features"),
    "Gemma3nAudio": ({"fft_overdrive": False, "min_frequency": 60.0}, {}, "input_features"),
    "Gemma4Audio": (
        {"per_bin_mean": [0.1 * i for i in range(128)], "per_bin_stddev": [2.0] * 128, "input_scale_factor": 2.0},
        {}, "input_features",
    ),
    "Lasr": ({"feature_size": 64}, {}, "input_features"),
    "Inkling": ({"audio_token_duration_s": 0.02, "n_fft": 800}, {}, "input_features"),
    "Clap": ({"max_length_s": 1, "truncation": "rand_trunc"}, {}, "input_features"),
    "SpeechT5": ({"win_length": 50, "num_mel_bins": 40, "fmin": 20}, {}, "labels"),
    "UnivNet": ({"do_normalize": True, "num_mel_bins": 60}, {"padding": False, "return_noise": 0}, "input_features"),
    "Clvp": ({"default_audio_length": 1, "mel_norms": [2.0] * 80}, {"return_tensors": "np"}, "input_features"),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(LIVE))
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("defaults", [True, False])
def test_beside_transformers(kind, defaults):
    """Clips of odd lengths; 3e-4 (1 + |value|)."""
    transformers = peer("transformers")
    options, call, key = LIVE[kind]
    if kind == "Clap" and defaults:
        options = {"truncation": "rand_trunc"}
    elif defaults:
        options = {}
    extractor = getattr(transformers, f"{kind}FeatureExtractor")(**options)
    config, ours = json.loads(extractor.to_json_string()), of(kind, **options)
    if options.keys() <= config.keys():  # transformers forgets some of Phi-4's
        assert from_preprocessor_config(config) == ours
    for n in (16129, 17000, 12345):
        y = noise(n, seed=n)
        if kind == "SpeechT5":
            theirs = extractor(audio=y, audio_target=y, sampling_rate=16000)[key]
        else:
            theirs = extractor([y], sampling_rate=ours.sr, **call)[key]
        want = np.asarray(theirs[0], np.float64)
        got = ours(y)
        close(got, want.reshape(got.shape) if kind == "Clap" else want, 3e-4)


def test_files_and_folders(tmp_path):
    config = {"feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 128, "mel_filters": [[0.0]]}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(config))
    want = from_preprocessor_config(config)
    assert from_preprocessor_config(tmp_path) == from_preprocessor_config(str(tmp_path / "preprocessor_config.json"))
    assert from_preprocessor_config(tmp_path) == want == from_preprocessor_config({"feature_extractor": config})
    assert want.n_mels == 128
    with pytest.raises(FileNotFoundError):
        from_preprocessor_config(tmp_path / "none.json")


def test_what_is_refused(tmp_path):
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "text.json").write_text("whisper")
    (tmp_path / "sound.json").write_bytes(b"\x00\xff\xfe")
    for config, message in (
        ({"feature_extractor_type": "Wav2Vec2FeatureExtractor"}, "FeatureExtractor' is not known.*Known are AST"),
        ({"feature_extractor_type": "WhisperFeatureExtracter"}, "did you mean WhisperFeatureExtractor"),
        ({"image_processor_type": "CLIPImageProcessor"}, "no feature_extractor_type"),
        ({"feature_extractor_type": "WhisperFeatureExtractor", "padding_side": "left"}, "padding_side='left'"),
        ({"feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 0.5}, "feature_size=0.5|n_mels=0.5"),
        ({"feature_extractor_type": "SeamlessM4TFeatureExtractor", "stride": 3}, "stride=3"),
        ({"feature_extractor_type": "Speech2TextFeatureExtractor", "normalize_means": False}, "normalize_means"),
        ({"feature_extractor_type": "NemotronAsrStreamingFeatureExtractor", "mel_filters_dtype": "bfloat16"},
         "bfloat16"),
        ({"feature_extractor_type": "Gemma4AudioFeatureExtractor", "preemphasis": 0.9, "preemphasis_htk_flavor": False},
         "preemphasis_htk_flavor"),
        (tmp_path / "list.json", "no JSON object"),
        (tmp_path / "text.json", "is no JSON"),
        (tmp_path / "sound.json", "is no text: 'utf-8' codec"),
        (3, "path_or_dict=3"),
    ):  # fmt: skip
        with pytest.raises(ParameterError, match=message):
            from_preprocessor_config(config)

"""Writes convert.npz: run with librosa 1.0 installed, ``python tests/golden/write_convert.py``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def time_calls():
    for value in (
        "7",
        "np.int64(7)",
        "7.75",
        "-3",
        "[0, 7]",
        "[0.5, 2.75, -0.3]",
        "np.arange(12).reshape(3, 4)",
    ):
        yield f"lib.frames_to_samples({value})"
        yield f"lib.frames_to_samples({value}, hop_length=160, n_fft=401)"
        yield f"lib.samples_to_frames({value}, hop_length=2)"
        yield f"lib.samples_to_frames({value}, hop_length=3, n_fft=5)"
        yield f"lib.frames_to_time({value})"
        yield f"lib.frames_to_time({value}, sr=16000, hop_length=160, n_fft=400)"
        yield f"lib.time_to_frames({value})"
        yield f"lib.time_to_frames({value}, sr=16000, hop_length=160, n_fft=400)"
        yield f"lib.time_to_samples({value})"
        yield f"lib.time_to_samples({value}, sr=44100.5)"
        yield f"lib.samples_to_time({value})"
        yield f"lib.samples_to_time({value}, sr=48000)"
        yield f"lib.blocks_to_frames({value}, block_length=16)"
        yield f"lib.blocks_to_samples({value}, block_length=16, hop_length=512)"
        yield f"lib.blocks_to_time({value}, block_length=16, hop_length=512, sr=22050)"
    for value in (
        "True",
        "np.float32(2.5)",
        "np.arange(4, dtype=np.float32)",
        "np.array(3)",
        "[]",
        "float('nan')",
    ):
        yield f"lib.frames_to_samples({value})"
        yield f"lib.samples_to_frames({value})"
        yield f"lib.time_to_samples({value})"
        yield f"lib.samples_to_time({value})"
    for value in ("None", "'abc'", "['a']", "b'x'"):
        for name in ("frames_to_samples", "samples_to_frames", "time_to_samples", "samples_to_time"):
            yield f"lib.{name}({value})"
    yield "lib.samples_to_frames([1, 2], hop_length=0)"
    yield "lib.samples_to_time([0, 1], sr=0)"
    yield "lib.frames_to_samples(1, 512)"
    yield "lib.blocks_to_frames(1)"
    yield "lib.samples_to_time(1, sr='x')"
    for name, rate in (("samples_like", ""), ("times_like", ", sr=16000")):
        for X in ("np.zeros((4, 9))", "9", "0", "10.5", "np.int32(3)"):
            yield f"lib.{name}({X})"
            yield f"lib.{name}({X}, hop_length=160, n_fft=400{rate})"
        yield f"lib.{name}(np.zeros((4, 9)), axis=0)"
        yield f"lib.{name}(-1)"


SCALE_VALUES = (
    "0",
    "1",
    "999.9999",
    "1000",
    "1000.0",
    "-5.5",
    "440.0",
    "np.float32(440)",
    "np.float32(4400)",
    "np.float64(11025)",
    "[0, 60, 1000, 8000]",
    "[[100.0, 900.0], [1100.0, 20000.0]]",
    "np.linspace(0, 24000, 257)",
    "np.array(2000.0)",
    "np.linspace(0, 16000, 33, dtype=np.float32)",
    "np.array([1, 2000], dtype=np.int16)",
    "[]",
    "True",
    "[float('nan'), float('inf')]",
)
BAD_VALUES = ("None", "'440'", "['a', 'b']", "b'1'", "[None]")


def scale_calls():
    for value in SCALE_VALUES:
        for htk in ("", ", htk=True"):
            yield f"lib.hz_to_mel({value}{htk})"
    for value in (
        "0",
        "15",
        "14.999",
        "15.001",
        "-2.0",
        "[0, 1, 2, 30.5]",
        "np.linspace(-3, 60, 127)",
        "np.float32(3)",
        "np.linspace(0, 60, 33, dtype=np.float32)",
        "np.float32(30)",
        "np.arange(24).reshape(2, 3, 4)",
        "[]",
        "[float('nan'), float('inf')]",
    ):
        for htk in ("", ", htk=True"):
            yield f"lib.mel_to_hz({value}{htk})"
    for value in (
        "440",
        "440.0",
        "[27.5, 55, 432.1]",
        "np.linspace(20, 20000, 64)",
        "0",
        "np.float32(442)",
        "[]",
        "np.linspace(20, 20000, 9, dtype=np.float32)",
        "-1.0",
    ):
        yield f"lib.hz_to_midi({value})"
        yield f"lib.A4_to_tuning({value})"
        yield f"lib.A4_to_tuning({value}, bins_per_octave=36)"
        yield f"lib.hz_to_octs({value})"
        yield f"lib.hz_to_octs({value}, tuning=0.25)"
        yield f"lib.hz_to_octs({value}, tuning=-1.5, bins_per_octave=24)"
    for value in (
        "0",
        "69",
        "-12.5",
        "[0, 1.5, 4]",
        "np.linspace(-3, 9, 25)",
        "np.float32(1.25)",
        "[]",
        "np.arange(6, dtype=np.int8).reshape(2, 3)",
        "np.linspace(0, 9, 9, dtype=np.float32)",
    ):
        yield f"lib.midi_to_hz({value})"
        yield f"lib.tuning_to_A4({value})"
        yield f"lib.tuning_to_A4({value}, bins_per_octave=36)"
        yield f"lib.octs_to_hz({value})"
        yield f"lib.octs_to_hz({value}, tuning=0.25)"
        yield f"lib.octs_to_hz({value}, tuning=-1.5, bins_per_octave=24)"
    yield "lib.tuning_to_A4(0.5, bins_per_octave=0)"
    for name in (
        "hz_to_mel",
        "mel_to_hz",
        "hz_to_midi",
        "midi_to_hz",
        "hz_to_octs",
        "octs_to_hz",
        "A4_to_tuning",
        "tuning_to_A4",
        "A_weighting",
        "D_weighting",
    ):
        for value in BAD_VALUES:
            yield f"lib.{name}({value})"
        yield f"lib.{name}(1.0, True)"


def axis_calls():
    yield "lib.fft_frequencies()"
    yield "lib.cqt_frequencies(84, fmin=32.703)"
    yield "lib.mel_frequencies()"
    yield "lib.tempo_frequencies(384)"
    yield "lib.fourier_tempo_frequencies()"
    for sr in (8000, 16000, 44100, 22050.5):
        for n_fft in (1, 2, 15, 16, 512):
            yield f"lib.fft_frequencies(sr={sr}, n_fft={n_fft})"
    yield "lib.fft_frequencies(n_fft=np.int32(8))"
    yield "lib.fft_frequencies(n_fft=512.0)"
    yield "lib.fft_frequencies(n_fft='512')"
    yield "lib.fft_frequencies(22050)"
    for options in (
        "bins_per_octave=24",
        "tuning=0.3",
        "tuning=-0.5, bins_per_octave=36",
        "bins_per_octave=12.5",
    ):
        yield f"lib.cqt_frequencies(30, fmin=55, {options})"
    yield "lib.cqt_frequencies(0, fmin=55)"
    yield "lib.cqt_frequencies(3.5, fmin=55)"
    yield "lib.cqt_frequencies(3, fmin=np.float32(55))"
    yield "lib.cqt_frequencies(3)"
    yield "lib.cqt_frequencies('3', fmin=55)"
    for n_mels in (0, 1, 2, 40, 130):
        for options in (
            "",
            ", fmin=20, fmax=8000",
            ", htk=True",
            ", fmin=133.3333, fmax=6855.4976, htk=True",
            ", fmin=4000.0, fmax=100.0",
        ):
            yield f"lib.mel_frequencies({n_mels}{options})"
    yield "lib.mel_frequencies(5, fmin=np.float32(20), fmax=np.float32(8000))"
    yield "lib.mel_frequencies(3, fmin=[0, 10], fmax=[100, 2000])"
    yield "lib.mel_frequencies(-1)"
    yield "lib.mel_frequencies(40.0)"
    yield "lib.mel_frequencies('40')"
    yield "lib.mel_frequencies(40, fmax=None)"
    for n_bins in ("1", "2", "100", "8.0", "np.int64(5)"):
        yield f"lib.tempo_frequencies({n_bins})"
        yield f"lib.tempo_frequencies({n_bins}, hop_length=160, sr=16000)"
    yield "lib.tempo_frequencies(-1)"
    yield "lib.tempo_frequencies(2.5)"
    for options in ("sr=16000, hop_length=160", "win_length=383", "win_length=1", "win_length=8.0"):
        yield f"lib.fourier_tempo_frequencies({options})"


WEIGHTED = (
    "0",
    "0.0",
    "1000",
    "440.5",
    "[0, 20, 1000, 20000]",
    "np.linspace(0, 24000, 65)",
    "np.array(100.0)",
    "np.arange(1, 7).reshape(2, 3) * 1000",
    "np.linspace(10, 12000, 17, dtype=np.float32)",
    "[]",
    "[float('nan'), -1000.0]",
)


def weighting_calls():
    for kind in "ABCD":
        for value in WEIGHTED:
            for limit in ("", ", min_db=None", ", min_db=-20"):
                yield f"lib.{kind}_weighting({value}{limit})"
    for value in ("[0, 100]", "np.linspace(0, 1, 5)", "[]", "(1, 2, 3)"):
        for limit in ("", ", min_db=-80", ", min_db=3.5"):
            yield f"lib.Z_weighting({value}{limit})"
    for kind in ("'A'", "'b'", "'C'", "'d'", "'Z'", "None", "'Q'", "'AA'", "3"):
        yield f"lib.frequency_weighting([0, 50, 5000.0], kind={kind})"
        yield f"lib.frequency_weighting([50, 5000.0], kind={kind}, min_db=-10)"
    yield "lib.frequency_weighting(100.0)"
    yield "lib.frequency_weighting([1.0], 'A')"
    yield "lib.frequency_weighting([1.0], max_db=3)"
    yield "lib.multi_frequency_weighting([0, 50, 5000.0])"
    yield "lib.multi_frequency_weighting([0, 50, 5000.0], kinds='abcdz', min_db=-30)"
    yield "lib.multi_frequency_weighting([50, 5000.0], kinds=['A', None], min_db=None)"
    yield "lib.multi_frequency_weighting([50.0], kinds='AQ')"
    yield "lib.multi_frequency_weighting([50.0], kinds='')"


NOTE_NAMES = (
    "C",
    "c4",
    "C#4",
    "Cb4",
    "C!3",
    "B#3",
    "E♯5",
    "F𝄪2",
    "B♭1",
    "D𝄫6",
    "G♮4",
    "A4",
    "a-1",
    "A+2",
    "A4+15",
    "A4-50",
    "Bb3+5",
    "C##b4",
    "G10",
    "C-1-20",
    "F#####2",
    "C4+50",
    "D4+50",
)
BAD_NOTES = ("H", "", "4", "C4.5", "C 4", "CC", "4C", "#C4", "C4++3", "C4+3x")


def note_calls():
    for note in (*NOTE_NAMES, *BAD_NOTES):
        yield f"lib.note_to_midi({note!r})"
        yield f"lib.note_to_hz({note!r})"
        yield f"lib.note_to_hz({note!r}, round_midi=True)"
    for note in ("C", "A4+15", "D4+50", "a-1", ""):
        yield f"lib.note_to_midi({note!r}, round_midi=False)"
    for notes in (
        "['C4', 'Eb3']",
        "('A4', '')",
        "np.array(['C4', 'D#5'])",
        "[['C1', 'C2'], ['C3', 'C4']]",
        "[]",
        "['C4', 'X']",
    ):
        for options in ("", ", round_midi=False", ", round_midi=True"):
            yield f"lib.note_to_midi({notes}{options})"
            yield f"lib.note_to_hz({notes}{options})"
    yield "lib.note_to_midi(n for n in ['C4', 'A4'])"
    yield "lib.note_to_midi(60)"
    yield "lib.note_to_midi(None)"
    yield "lib.note_to_midi([60])"
    midis = (
        "60",
        "61.0",
        "60.29",
        "59.5",
        "60.5",
        "np.float32(66.4)",
        "-1",
        "-13",
        "0",
        "11",
        "127.49",
        "[60, 61.3, 62.5]",
        "np.arange(48, 72)",
        "np.linspace(40, 50, 41)",
        "[[60, 61], [62, 63]]",
        "np.array(60)",
        "float('nan')",
        "[60, float('nan'), float('inf'), -float('inf')]",
        "np.arange(58, 64, dtype=np.int8)",
    )
    for midi in midis:
        for options in (
            "",
            ", cents=True",
            ", octave=False",
            ", key='F#:min'",
            ", unicode=False",
            ", key='Eb:dorian', unicode=False, cents=True",
        ):
            yield f"lib.midi_to_note({midi}{options})"
    yield "lib.midi_to_note(60, octave=False, cents=True)"
    yield "lib.midi_to_note(60, key='Q')"
    yield "lib.midi_to_note(float('nan'), key='Q')"
    yield "lib.midi_to_note(None)"
    yield "lib.midi_to_note('60')"
    yield "lib.midi_to_note(60, True)"
    for hz in ("440", "[32.7, 441.5, 0]", "np.geomspace(30, 4000, 50)", "np.array(440.0)", "-3.0"):
        yield f"lib.hz_to_note({hz})"
        yield f"lib.hz_to_note({hz}, cents=True, unicode=False, key='Bb:maj')"
    yield "lib.hz_to_note(440, foo=1)"


def svara_calls():
    numbers = (
        "60",
        "np.arange(30, 100)",
        "[60.4, 71.6, 72, 47]",
        "[[60, 61], [84, 47.5]]",
        "float('nan')",
        "[60, float('inf')]",
        "np.array(61)",
    )
    options = (
        "",
        ", abbr=False",
        ", octave=False",
        ", unicode=False",
        ", abbr=False, unicode=False, octave=False",
        ", abbr=False, unicode=False",
    )
    for number in numbers:
        for option in options:
            yield f"lib.midi_to_svara_h({number}, Sa=60{option})"
            for mela in ("1", "'mechakalyani'"):
                yield f"lib.midi_to_svara_c({number}, Sa=60, mela={mela}{option})"
    for option in options:
        yield f"lib.hz_to_svara_h([220, 233, 330.0, 441, 109, 1000], Sa=220{option})"
        yield f"lib.hz_to_svara_c([220, 233, 330.0, 441, 109, 1000], Sa=220, mela=36{option})"
        yield f"lib.note_to_svara_h(['C4', 'Eb4', 'G5', 'B3'], Sa='C4'{option})"
        yield f"lib.note_to_svara_c(['C4', 'Eb4', 'G5', 'B3'], Sa='C4', mela='Kanakangi'{option})"
    for mela in range(1, 73, 5):
        yield f"lib.midi_to_svara_c(np.arange(60, 72), Sa=60.3, mela={mela})"
    yield "lib.hz_to_svara_h(300, Sa=220)"
    yield "lib.note_to_svara_h('E4', Sa='D4')"
    yield "lib.hz_to_svara_c(300, Sa=220, mela=5)"
    yield "lib.note_to_svara_c('E4', Sa='D4', mela=5)"
    yield "lib.midi_to_svara_h(60)"
    yield "lib.midi_to_svara_h(60, Sa=None)"
    yield "lib.midi_to_svara_h(60, Sa=[60, 61])"
    yield "lib.midi_to_svara_h(None, Sa=60)"
    yield "lib.midi_to_svara_c(60, Sa=60)"
    yield "lib.midi_to_svara_c(60, Sa=60, mela=73)"
    yield "lib.midi_to_svara_c(60, Sa=60, mela='nothing')"
    yield "lib.note_to_svara_h('E4', Sa='H')"


def fjs_calls():
    for hz in (
        "[440, 660, 550.0, 770]",
        "440",
        "np.array(660.0)",
        "[[100.0, 150], [125, 175]]",
        "100 * np.array([1, 9/8, 11/8])",
    ):
        for options in (
            "",
            ", fmin=110",
            ", unison='D'",
            ", unicode=True",
            ", fmin=55, unison='Bb3', unicode=True",
        ):
            yield f"lib.hz_to_fjs({hz}{options})"
    yield "lib.hz_to_fjs([100, 123.4])"
    yield "lib.hz_to_fjs([])"
    yield "lib.hz_to_fjs(None)"
    yield "lib.hz_to_fjs([100, -200])"


if __name__ == "__main__":
    import librosa
    from support.calls import save

    groups = (time_calls, scale_calls, axis_calls, weighting_calls, note_calls, svara_calls, fjs_calls)
    save(__file__, "convert", [call for group in groups for call in group()], librosa)

"""A voice over its accompaniment: what comes again elsewhere is accompaniment, what is left is the voice.

python repetition_filter.py fastspec music.flac voice.npz

After Rafii and Pardo (REPET-SIM, ISMIR 2012).
"""

import importlib
import sys

import numpy as np


def main(library: str, source: str, target: str) -> None:
    librosa = importlib.import_module(library)
    y, sr = librosa.load(source)
    magnitudes, phases = librosa.magphase(librosa.stft(y))
    again = librosa.decompose.nn_filter(
        magnitudes, aggregate=np.median, metric="cosine", width=int(librosa.time_to_frames(0.5, sr=sr))
    )
    again = np.minimum(magnitudes, again)
    voice_mask = librosa.util.softmask(magnitudes - again, 10 * again, power=2)
    accompaniment_mask = librosa.util.softmask(again, 2 * (magnitudes - again), power=2)
    voice = librosa.istft(voice_mask * magnitudes * phases, length=len(y))
    accompaniment = librosa.istft(accompaniment_mask * magnitudes * phases, length=len(y))
    # Weighted by how alike the neighbours are, in place of their median.
    links = librosa.segment.recurrence_matrix(magnitudes, mode="affinity", metric="cosine", sparse=True)
    weighted = librosa.decompose.nn_filter(magnitudes, rec=links, aggregate=np.average)
    np.savez(target, again=again, weighted=weighted, voice_mask=voice_mask, voice=voice, accompaniment=accompaniment)


if __name__ == "__main__":
    main(*sys.argv[1:])

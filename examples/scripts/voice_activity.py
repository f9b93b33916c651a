"""Where somebody speaks: a frame's level says how likely, Viterbi's best path says where.

python voice_activity.py fastspec speech.flac activity.npz
"""

import importlib
import sys

import numpy as np


def main(library: str, source: str, target: str) -> None:
    librosa = importlib.import_module(library)
    y, sr = librosa.load(source)
    y = np.concatenate([np.zeros(sr // 2), y, np.zeros(sr // 2)]).astype(np.float32)
    level = librosa.feature.rms(y=y)[0]
    score = (level - 0.02) / np.std(level)
    speech = 1 / (1 + np.exp(-score))
    guess = speech >= 0.5
    both = np.vstack([1 - speech, speech])
    transition = librosa.sequence.transition_loop(2, [0.5, 0.6])
    decoded, logp = librosa.sequence.viterbi_discriminative(both, transition, return_logp=True)
    binary = librosa.sequence.viterbi_binary(speech, librosa.sequence.transition_loop(2, [0.9, 0.95]))[0]
    # The states as words of a chain: silence, speech that begins, speech that goes on.
    chain = librosa.sequence.transition_cycle(3, [0.9, 0.8, 0.95])
    likelihood = np.vstack([1 - speech, speech, speech]) + 1e-3
    path = librosa.sequence.viterbi(likelihood / likelihood.max(), chain, p_init=np.array([1, 0, 0]))
    intervals = librosa.effects.split(y, top_db=30)
    np.savez(target, guess=guess, decoded=decoded, logp=logp, binary=binary, path=path, intervals=intervals)
    print(f"{np.mean(decoded):.1%} of {len(level)} frames are speech")


if __name__ == "__main__":
    main(*sys.argv[1:])

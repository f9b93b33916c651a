"""Writes segment.npz: run with librosa 1.0 installed, ``python tests/golden/write_segment.py``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

DATA = "np.sin(np.arange(75) ** 1.3).reshape(3, 25)"
REFERENCE = "np.cos(np.arange(60) ** 1.2).reshape(3, 20)"
BANDWIDTHS = ("med_k_scalar", "mean_k", "gmean_k", "mean_k_avg", "gmean_k_avg", "mean_k_avg_and_pair")


def neighbour_calls():
    options = (
        "",
        ", k=3",
        ", mode='distance'",
        ", mode='distance', k=4, metric='cityblock'",
        ", mode='affinity'",
        ", mode='affinity', metric='cosine', k=5",
        ", mode='distance', full=True",
        ", mode='affinity', full=True, k=4",
        ", mode='affinity', bandwidth=0.4",
        *(f", mode='affinity', k=5, bandwidth='{bandwidth}'" for bandwidth in BANDWIDTHS),
    )
    for option in options:
        yield f"lib.segment.recurrence_matrix({DATA}{option})"
        yield f"lib.segment.cross_similarity({REFERENCE}, {DATA}[:, :20]{option})"
        yield f"lib.segment.recurrence_matrix({DATA}, width=3, sym=True, self=True{option})"
    yield f"lib.segment.cross_similarity({DATA}, {REFERENCE}, k=2, sparse=True).toarray()"
    yield f"lib.segment.recurrence_matrix({DATA}, k=2, sparse=True).toarray()"
    yield f"lib.segment.recurrence_matrix({DATA}.T, axis=0)"
    yield f"lib.segment.recurrence_matrix(np.stack([{DATA}, {DATA} ** 2]), k=4, mode='distance')"
    yield f"lib.segment.recurrence_matrix({DATA}, mode='affinity', bandwidth=np.linspace(1, 2, 625).reshape(25, 25))"
    for wrong in (
        "width=0",
        "width=12",
        "mode='no'",
        "mode='affinity', bandwidth='no'",
        "mode='affinity', bandwidth=-1",
        "mode='affinity', bandwidth=np.ones((3, 3))",
        "mode='affinity', bandwidth=np.zeros((25, 25))",
        "k=2, width=3, mode='affinity', bandwidth='mean_k', sym=True",
    ):
        yield f"lib.segment.recurrence_matrix({DATA}, {wrong})"
    yield f"lib.segment.cross_similarity({DATA}, {REFERENCE}[:2])"
    yield f"lib.segment.cross_similarity({DATA}, {REFERENCE}, mode='no')"


def lag_calls():
    rec = "np.arange(16.0).reshape(4, 4)"
    for axis in (-1, 0, 1):
        for pad in (True, False):
            lag = f"lib.segment.recurrence_to_lag({rec}, pad={pad}, axis={axis})"
            yield lag
            yield f"lib.segment.lag_to_recurrence({lag}, axis={axis})"
        yield f"lib.segment.lag_to_recurrence(np.ones((4, 3)), axis={axis})"
        yield f"lib.segment.recurrence_to_lag(np.ones((4, 3)), axis={axis})"
    yield "lib.segment.lag_to_recurrence(np.ones((4, 4)), axis=2)"
    yield "lib.segment.recurrence_to_lag(np.ones(4))"


def cluster_calls():
    for k in (1, 2, 5, 12, 25):
        yield f"lib.segment.agglomerative({DATA}, {k})"
    yield f"lib.segment.agglomerative({DATA}[0], 3)"
    yield f"lib.segment.agglomerative({DATA}, 2, axis=0)"
    yield f"lib.segment.agglomerative(np.round({DATA}), 9)"
    yield f"lib.segment.agglomerative(np.stack([{DATA}, {DATA} ** 2]), 6)"
    for n in (1, 2, 4, 0):
        yield f"lib.segment.subsegment({DATA}, np.array([4, 9, 20]), n_segments={n})"
    yield f"lib.segment.subsegment({DATA}.T, np.array([4, 9, 20]), axis=0)"


def path_calls():
    sim = "np.maximum(0, np.sin(np.arange(900) ** 1.5)).reshape(30, 30)"
    for option in ("", ", zero_mean=True", ", zero_mean=True, clip=False", ", n_filters=2, max_ratio=1.5",
                   ", window='boxcar', min_ratio=0.8, n_filters=4", ", mode='constant', cval=0.5", ", mode='nearest'",
                   ", mode='mirror'", ", mode='wrap'", ", min_ratio=3"):  # fmt: skip
        yield f"lib.segment.path_enhance({sim}, 9{option})"
    yield f"lib.segment.path_enhance(({sim}).astype(np.float32), 9)"
    yield f"lib.segment.path_enhance(np.stack([{sim}, {sim}.T]), 6, n_filters=3)"
    yield f"lib.segment.path_enhance(({sim} * 9).astype(int), 5)"


if __name__ == "__main__":
    import librosa
    from support.calls import save

    calls = [*neighbour_calls(), *lag_calls(), *cluster_calls(), *path_calls()]
    save(__file__, "segment", calls, librosa)

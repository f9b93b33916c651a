"""Recipes in plain NumPy and float64, one line a stage, for one clip of one channel."""

from __future__ import annotations

import numpy as np
import scipy.fft
import scipy.signal

LOGARITHMS = {
    "ln": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "db": lambda x: 10 * np.log10(x),
    "amplitude_db": lambda x: 20 * np.log10(x),
}


def features(r, y) -> np.ndarray:
    own = min(len(y), r.samples or len(y))
    own += r.prepend + (max(0, (r.min_samples - r.prepend - own - r.append) // 2) if r.min_sides == "both" else 0)
    y = signal(r, np.asarray(y, np.float64))
    frames, energy = conditioned(r, cut(r, y))
    X = np.fft.rfft(frames, n=r.n_fft, axis=-1).T * r.scale
    if r.power is None:
        X = X[: len(X) - r.drop_nyquist]
        X = X.T if r.frames == "first" else X
        return np.stack([X.real, X.imag]) if r.parts else X
    P = np.abs(X) ** 2
    S = P if r.power == 2 else np.sqrt(np.maximum(P + r.root_add, r.root_floor))
    B = mel_bank(r) @ S * r.log_gain if r.n_mels else S
    B = np.maximum(B, r.band_floor) if r.band_floor else B
    if r.energy == "spectrum":
        energy = np.maximum(S.sum(axis=0), r.band_floor)
    return finish(r, with_energy(r, cepstrum(r, levels(r, B)), energy), len(y), own)


def signal(r, y):
    if r.sample_norm:
        spread = np.sqrt(y.var() + 1e-7) if r.sample_norm == "standard" else 1
        y = (y - y.mean()) / spread
    if r.samples:
        y = y[: r.samples]
        if r.tile:
            y = np.tile(y, max(r.samples // len(y), 1))
        if r.fill:
            y = np.pad(y, (0, r.samples - len(y)))
    y = np.pad(y, (r.prepend, r.append))
    missing = max(r.min_samples - len(y), 0)
    y = np.pad(y, (missing // 2, missing - missing // 2) if r.min_sides == "both" else (0, missing))
    y = np.pad(y, (0, -len(y) % r.multiple))
    if r.count == "stacks":
        y = np.pad(y, (0, max(0, (in_stacks(r, len(y)) - 1) * r.hop_length + 1 - len(y))))
    if r.preemphasis and r.preemphasis_over == "signal":
        y = np.concatenate([y[:1], y[1:] - r.preemphasis * y[:-1]])
    if r.preemphasis and r.preemphasis_over == "valid":
        y = y[1:] - r.preemphasis * y[:-1]
    return y


def in_stacks(r, n):
    return r.stack * int(np.ceil(n // r.hop_length / r.stack))


def lead(r):
    """Samples before the first one that the first frame begins."""
    if isinstance(r.pad, tuple):
        return r.pad[0]
    kaldi = (r.frame_length or r.n_fft) // 2 - r.hop_length // 2
    return {"center": r.n_fft // 2, "same": (r.n_fft - r.hop_length) // 2, "none": 0, "kaldi": kaldi}[r.pad]


def cut(r, y):
    """Frames (frames, length)."""
    length, hop, n = r.frame_length or r.n_fft, r.hop_length, len(y)
    left = lead(r)
    right = length if r.pad == "kaldi" else r.pad[1] if isinstance(r.pad, tuple) else left
    if r.pad == "kaldi":
        n_frames = (n + hop // 2) // hop
    elif r.count == "partial":
        n_frames = max(1, 1 + -(-(n + left + right - length - r.beyond) // hop))
        right += hop
    else:
        n_frames = max(0, 1 + (n + left + right - length - r.beyond) // hop)
    n_frames -= r.drop_last
    if r.count == "stacks":
        n_frames = min(n_frames, in_stacks(r, n))
    x = np.pad(y, (max(left, 0), right), mode=r.pad_mode) if max(left, 0) + right else y
    x = np.concatenate([x[max(-left, 0) :], np.zeros(n_frames * hop + length)])
    return np.stack([x[i * hop : i * hop + length] for i in range(n_frames)])


def window(r):
    length = r.win_length or r.frame_length or r.n_fft
    if r.window == "sine":
        w = np.sin(np.pi * np.arange(length) / (length - (not r.periodic)))
    elif r.window == "povey":
        w = scipy.signal.get_window("hann", length, fftbins=r.periodic) ** 0.85
    elif isinstance(r.window, tuple) and not isinstance(r.window[0], str):
        w = np.array(r.window)
    else:
        w = scipy.signal.get_window(r.window, length, fftbins=r.periodic)
    divisor = {None: 1, "window": np.sqrt((w**2).sum()), "sum": w.sum(), "n_fft": np.sqrt(r.n_fft)}[r.spectrum_norm]
    frame = r.frame_length or r.n_fft
    return np.pad(w, ((frame - length) // 2, frame - length - (frame - length) // 2)) / divisor


def conditioned(r, frames):
    """Windowed frames, and their energy (of samples that have been scaled)."""
    if r.remove_mean:
        frames = frames - frames.mean(axis=1, keepdims=True)
    energy = (frames**2).sum(axis=1) * r.scale**2
    if r.preemphasis and r.preemphasis_over == "frame":
        before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
        frames = frames - r.preemphasis * before
    frames = frames * window(r)
    return frames, energy if r.energy == "raw" else (frames**2).sum(axis=1) * r.scale**2


def chroma_bank(r):
    """Gaussians over pitch around each class, as wide as the distance of two bins; columns of norm 1, by octaves."""
    k = np.arange(1, r.n_fft // 2 + 2)
    pitch = r.n_mels * np.log2(k * r.sr / r.n_fft / 27.5)
    pitch = np.concatenate([[pitch[0] - 1.5 * r.n_mels], pitch])
    widths = np.maximum(np.diff(pitch), 1)
    pitch, half = pitch[:-1], np.round(r.n_mels / 2)
    away = (pitch - np.arange(r.n_mels)[:, None] + half) % r.n_mels - half
    bank = np.exp(-2 * (away / widths) ** 2)
    bank /= np.sqrt((bank**2).sum(axis=0))
    return np.roll(bank * np.exp(-0.5 * ((pitch / r.n_mels - 5) / 2) ** 2), -3 * (r.n_mels // 12), axis=0)


def mel_bank(r):
    if r.mel_scale == "chroma":
        return chroma_bank(r)
    htk = r.mel_scale != "slaney"
    to_mel = (lambda f: 2595 * np.log10(1 + f / 700)) if htk else slaney
    to_mel = (lambda f: f) if r.mel_scale == "linear" else to_mel
    top = r.sr / 2 if r.fmax is None else r.fmax if r.fmax > 0 else r.sr / 2 + r.fmax
    mels = np.linspace(to_mel(np.float64(r.fmin)), to_mel(np.float64(top)), r.n_mels + 2)
    hertz = 700 * (10 ** (mels / 2595) - 1) if htk else unslaney(mels)
    hertz = mels if r.mel_scale == "linear" else hertz
    if r.warp != 1:
        hertz = np.array([warped(r, f, hertz[0], top) for f in hertz])
        mels = to_mel(hertz)
    freqs = np.arange(r.n_fft // 2 + 1) * r.sr / r.n_fft
    if r.floor_sr:
        freqs = np.linspace(0, r.sr // 2, r.n_fft // 2 + 1)
    bank = np.zeros((r.n_mels, len(freqs)))
    for i in range(r.n_mels):
        for k, f in enumerate(freqs):
            a, b, c, x = (*hertz[i : i + 3], f)
            if r.triangles in ("mel", "htk"):
                a, b, c, x = (*mels[i : i + 3], to_mel(f))
            if r.triangles in ("bins", "inner"):
                a, b, c = np.floor((r.n_fft + 1) * hertz[i : i + 3] / r.sr)
                x = k
                bank[i, k] = (x - a) / (b - a) if a <= x < b else (c - x) / (c - b) if b <= x < c else 0
                if r.triangles == "inner" and x == a:
                    bank[i, k] = 0
            elif r.triangles == "left":
                bank[i, k] = max(0, 1 - abs(x - b) / (b - a))
            else:
                bank[i, k] = max(0, min((x - a) / (b - a), (c - x) / (c - b)))
    if r.triangles in ("mel", "htk") and r.n_fft % 2 == 0:
        bank[:, -1] = 0
    if r.triangles == "htk" and r.fmin:
        bank[0, np.argmax(bank[0] > 0)] = 0
    if r.mel_norm == "slaney":
        if r.triangles in ("bins", "inner"):
            hertz = np.floor((r.n_fft + 1) * hertz / r.sr)
        bank *= (2 / nonzero(hertz[2:] - hertz[:-2]))[:, None]
    if r.mel_norm == "sum":
        bank /= bank.sum(axis=1, keepdims=True)
    return bank


def warped(r, f, low, high):
    """Three straight pieces through (low, low), (l, l / warp), (h, h / warp), (high, high)."""
    turn_low = r.warp_low * max(1, r.warp)
    turn_high = (r.warp_high + (r.sr / 2 if r.warp_high < 0 else 0)) * min(1, r.warp)
    return np.interp(f, [low, turn_low, turn_high, high], [low, turn_low / r.warp, turn_high / r.warp, high])


def slaney(f):
    return np.where(f < 1000, 3 * f / 200, 15 + 27 * np.log(np.maximum(f, 1) / 1000) / np.log(6.4))


def unslaney(m):
    return np.where(m < 15, 200 * m / 3, 1000 * np.exp(np.log(6.4) * (m - 15) / 27))


def levels(r, B):
    if not r.log:
        return B
    if r.log_zero:
        B = np.where(B == 0, r.log_zero, B)
    L = LOGARITHMS[r.log](np.maximum(B + r.log_add, r.log_floor))
    if r.top is not None:
        L = np.maximum(L, (L.max() if r.top_of is None else r.top_of) - r.top)
    return L


def cepstrum(r, L):
    if r.n_mfcc is None:
        return L
    if r.dct_norm == "htk":
        C = scipy.fft.dct(L, axis=0) * np.sqrt(0.5 / len(L))
    else:
        C = scipy.fft.dct(L, axis=0, norm=r.dct_norm)
    n = np.arange(r.first_mfcc, r.first_mfcc + r.n_mfcc)
    C = C[n]
    if r.lifter:
        C = C * (1 + r.lifter / 2 * np.sin(np.pi * (n + r.lifter_from) / r.lifter))[:, None]
    return np.roll(C, -1, axis=0) if r.c0_last else C


def with_energy(r, F, energy):
    if not r.energy:
        return F
    if r.energy == "spectrum":
        row = levels(r, energy)
    else:
        row = LOGARITHMS[r.log or "ln"](np.maximum(energy, r.energy_floor or r.log_floor))
    if r.energy_place == "c0":
        return np.concatenate([row[None], F[1:]])
    return np.concatenate([row[None], F] if r.energy_place == "first" else [F, row[None]])


def nonzero(x):
    return np.where(x == 0, 1, x)


def finish(r, F, n_samples, own):
    if r.least is not None or r.most is not None:
        F = np.clip(F, r.least, r.most)
    n = min(n_samples // r.hop_length, F.shape[1]) if r.valid == "hops" else F.shape[1]
    if r.valid == "inside":
        length = r.frame_length or r.n_fft
        n = sum(t * r.hop_length - lead(r) + length + r.beyond <= own for t in range(F.shape[1]))
    n_made = F.shape[1]
    axis = 1 if r.norm_over == "time" else None
    part = F[:, :n]
    if r.norm == "minmax":
        low, high = part.min(axis=axis, keepdims=True), part.max(axis=axis, keepdims=True)
        F = (F - low) / nonzero(high - low + r.norm_eps)
    elif r.norm:
        mean = part.mean(axis=axis, keepdims=True)
        if r.norm == "standard":
            variance = part.var(axis=axis, keepdims=True, ddof=r.norm_ddof)
            spread = np.sqrt(variance + r.norm_eps) if r.norm_eps_in_root else np.sqrt(variance) + r.norm_eps
        F = (F - mean) / (nonzero(spread) if r.norm == "standard" else 1)
    if r.one_hot:
        F = np.where(np.arange(len(F))[:, None] == F.argmax(axis=0), 1.0, 0.0)
    if r.valid != "all":
        F = np.where(np.arange(F.shape[1]) < n, F, 0)
    columns = lambda x: np.array(x)[:, None] if isinstance(x, tuple) else x  # noqa: E731
    shifted = lambda F: (F + columns(r.shift)) * columns(r.gain)  # noqa: E731
    if r.deltas:
        F = with_deltas(r, shifted(F))
    step = r.stack_step or r.stack
    if r.stack_before:
        n_out = -(-F.shape[1] // step)
        F = np.concatenate([np.repeat(F[:, :1], r.stack_before, axis=1), F], axis=1)
        F = np.concatenate([F, np.repeat(F[:, -1:], max(0, (n_out - 1) * step + r.stack - F.shape[1]), axis=1)], axis=1)
    elif r.stack_fill is not None and r.stack > 1 and F.shape[1]:
        n_out = 1 + max(0, -(-(F.shape[1] - r.stack) // step))
        missing = (n_out - 1) * step + r.stack - F.shape[1]
        F = np.pad(F, ((0, 0), (0, missing)), constant_values=r.stack_fill)
    elif r.stack > 1:
        n_out = 1 + (F.shape[1] - r.stack) // step
    if r.stack > 1:
        F = np.stack([F[:, t * step : t * step + r.stack].T.ravel() for t in range(n_out)], axis=1)
    if r.cut:
        F = np.pad(F[:, : r.cut], ((0, 0), (0, max(r.cut - F.shape[1], 0))))
    F = F if r.deltas else shifted(F)
    if r.stack == 1:
        F[:, n:n_made] = 0
    F = np.pad(F, ((0, 0), (0, -F.shape[1] % r.frames_multiple)))
    return F.T if r.frames == "first" else F


def with_deltas(r, F):
    half = r.delta_width // 2
    steps = np.arange(-half, half + 1)
    parts = [F]
    for _ in range(r.deltas):
        x = np.pad(parts[-1], ((0, 0), (half, half)), mode="edge")
        parts.append(sum(m * x[:, half + m : half + m + F.shape[1]] for m in steps) / (steps**2).sum())
    return np.concatenate(parts)

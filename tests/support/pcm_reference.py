"""SoX 14.4.2's sample arithmetic with NumPy's integers and doubles, step by step: the reference for `fastspec.pcm`."""

from __future__ import annotations

import numpy as np

LOWEST, HIGHEST = -(2**31), 2**31 - 1
PLAIN = {"uint8": 8, "int8": 8, "uint16": 16, "int16": 16, "int32": 32}


def samples_of(x: np.ndarray, encoding: str | None = None) -> tuple[np.ndarray, int]:
    """32-bit samples as int64, and clips."""
    if encoding == "ulaw":
        return np.array([of_mu_law(code) for code in range(256)])[x] << 16, 0
    if encoding == "alaw":
        return np.array([of_a_law(code) for code in range(256)])[x] << 16, 0
    if encoding == "int24":
        low = x.astype(np.int64) & 0xFFFFFF
        return (low - ((low >> 23) << 24)) << 8, 0
    if x.dtype.kind == "f":
        return (samples_of_float32 if x.dtype == np.float32 else samples_of_float64)(x)
    v = x.astype(np.int64) - (2 ** (8 * x.itemsize - 1) if x.dtype.kind == "u" else 0)
    return v << (32 - 8 * x.itemsize), 0


def samples_of_float32(x):
    t = x.astype(np.float64) * 2.0**31
    number = np.where(np.isnan(t), 0.0, t)
    s = np.trunc(np.clip(number, LOWEST, HIGHEST)).astype(np.int64)
    return s, int(np.sum(np.isnan(t)) + np.sum(number > 2.0**31) + np.sum(number < LOWEST))


def samples_of_float64(x):
    with np.errstate(over="ignore"):
        t = x * 2.0**31
    number = np.where(np.isnan(t), 0.0, t)
    r = np.where(number < 0, number - 0.5, number + 0.5)
    s = np.trunc(np.clip(r, LOWEST, HIGHEST)).astype(np.int64)
    return s, int(np.sum(np.isnan(t)) + np.sum(number > 2.0**31) + np.sum(number <= LOWEST - 0.5))


def codes_of(s: np.ndarray, bits: int) -> tuple[np.ndarray, int]:
    """Signed codes."""
    half = 1 << (31 - bits) if bits < 32 else 0
    over = s > HIGHEST - half
    return np.where(over, 2 ** (bits - 1) - 1, (s + half) // 2 ** (32 - bits)), int(over.sum())


def from_samples(s: np.ndarray, dtype: str, encoding: str | None = None) -> tuple[np.ndarray, int]:
    if dtype == "float64":
        return s * 2.0**-31, 0
    if dtype == "float32":
        over = s > HIGHEST - 64
        return np.where(over, 1.0, (s + 64) // 128 * 2.0**-24).astype(np.float32), int(over.sum())
    if encoding in ("ulaw", "alaw"):
        q, clips = codes_of(s, 14 if encoding == "ulaw" else 13)
        law = to_mu_law if encoding == "ulaw" else to_a_law
        values, place = np.unique(q, return_inverse=True)
        return np.array([law(int(v)) for v in values], np.uint8)[place].reshape(q.shape), clips
    bits = 24 if encoding == "int24" else PLAIN[dtype]
    q, clips = codes_of(s, bits)
    return (q + (2 ** (bits - 1) if dtype[0] == "u" else 0)).astype(dtype), clips


def convert(x, dtype: str, from_encoding: str | None = None, to_encoding: str | None = None) -> tuple[np.ndarray, int]:
    s, clips = samples_of(np.asarray(x), from_encoding)
    result, more = from_samples(s, dtype, to_encoding)
    return result, clips + more


# G.711, by its tables' definition: a sign, three bits of exponent, four of mantissa


def of_mu_law(code: int) -> int:
    sign, exponent, mantissa = ~code & 0x80, (~code >> 4) & 7, ~code & 15
    magnitude = (2 * mantissa + 33) * 2 ** (exponent + 2) - 132
    return -magnitude if sign else magnitude


def of_a_law(code: int) -> int:
    code ^= 0x55
    exponent, mantissa = code >> 4 & 7, code & 15
    magnitude = (2 * mantissa + 1) * 8 if exponent == 0 else (2 * mantissa + 33) * 2 ** (exponent + 2)
    return magnitude if code & 0x80 else -magnitude


def to_mu_law(q: int) -> int:
    """Of 14 bits."""
    biased = min(abs(q), 8158) + 33
    exponent = biased.bit_length() - 6
    code = exponent << 4 | (biased >> (exponent + 1)) & 15
    return code ^ (0x7F if q < 0 else 0xFF)


def to_a_law(q: int) -> int:
    """Of 13 bits."""
    magnitude = q if q >= 0 else -1 - q
    exponent = max(magnitude.bit_length() - 5, 0)
    code = exponent << 4 | (magnitude >> max(exponent, 1)) & 15
    return code ^ (0xD5 if q >= 0 else 0x55)

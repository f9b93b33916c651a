"""Whole sound files, read with the conversions of `pcm`: libsndfile only carries the samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import pcm
from .._gate.complaints import public

if TYPE_CHECKING:
    import numpy.typing as npt

    from .sound import AudioSource


@public
def read(path: AudioSource, always_2d: bool = False, dtype: npt.DTypeLike = np.float32) -> tuple[np.ndarray, int]:
    """Read a sound file whole, at its own rate, into samples of any kind.

    `load` mixes and resamples; this gives what is in the file, converted as by `pcm_convert`: integers to integers
    without a detour through floats.

    Parameters
    ----------
    path : str, bytes, path-like, int, binary file object or soundfile.SoundFile
        Anything that `load` reads.
    always_2d : bool, default False
        Whether one channel is (1, n) too, not (n,).
    dtype : {float32, float64, uint8, int8, uint16, int16, int32}, default float32
        Of the samples.

    Returns
    -------
    y : np.ndarray [shape=(n,) or (channels, n)]
        The samples; channels first, as everywhere here (soundfile has them last).
    sr : int
        Sampling rate in Hz.

    Raises
    ------
    AudioFileError
        If the file is missing, no sound file, damaged, shorter than its header says, or longer in a way that cannot be
        read.
    DTypeError
        If `dtype` is none of these.

    Examples
    --------
    >>> import fastspec, os, tempfile
    >>> import numpy as np
    >>> path = os.path.join(tempfile.mkdtemp(), "levels.wav")
    >>> fastspec.write(path, np.array([-1.0, -0.5, 0.0, 0.5]), 8000, subtype="PCM_U8")
    0
    >>> fastspec.read(path, dtype=np.uint8)
    (array([  0,  64, 128, 192], dtype=uint8), 8000)
    """
    from . import sound as _audio_file

    pcm.check_dtype(dtype)
    y, sr, complaint = _audio_file.read(path, dtype=None)
    if complaint:
        raise _audio_file.AudioFileError(_audio_file.name_of(path), complaint)
    y = pcm.as_dtype(y, dtype)
    return (y[np.newaxis] if always_2d and y.ndim == 1 else y), sr

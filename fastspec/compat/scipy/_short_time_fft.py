"""`ShortTimeFFT`: scipy's own class, whose transforms are ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import signal

from ..._engine.spec import Spectrum
from ..._front import segments as _segments
from ..._front.segments import Cut
from ..._gate.samples import ParameterError, as_array, as_hop_length, as_index, as_number, one_of
from .._peer import peer
from ._functions import named_window

_PADDING = {"zeros": "constant", "edge": "edge", "even": "reflect", "odd": "odd"}
_FFT_MODES = ("twosided", "centered", "onesided", "onesided2X")

Detrend = Callable[[np.ndarray], np.ndarray] | str | None


class ShortTimeFFT(signal.ShortTimeFFT):  # type: ignore[misc]  # scipy has no types
    """A short-time Fourier transform and its inverse, as `scipy.signal.ShortTimeFFT` has them.

    It is a subclass: attributes, times, frequencies and ranges of segments are scipy's (see there), `stft`,
    `stft_detrend`, `spectrogram` and `istft` run on fastspec's engine. Windows that are passed in are copied.

    Parameters
    ----------
    win : array_like [shape=(m_num,)]
        The window, real or complex.
    hop : int
        Samples from segment to segment.
    fs : float
        Sampling rate in Hz.
    fft_mode : {'onesided', 'onesided2X', 'twosided', 'centered'}, default 'onesided'
        Which frequencies there are; 'onesided2X' makes up for the missing ones (power, with `scale_to`), 'centered'
        has 0 in the middle.
    mfft : int, optional
        Length of the FFT, with zeros behind the segment. Default: the window's.
    dual_win : array_like [shape=(m_num,)], optional
        The window of `istft`. Default: the canonical one, made when it is wanted.
    scale_to : {'magnitude', 'psd', None}, default None
        Scales the window so that magnitudes, or power densities, are those of the signal.
    phase_shift : int, optional, default 0
        Where the phase's zero lies, in samples from the segment's middle; None: at its first sample.

    Raises
    ------
    ParameterError
        If an argument breaks its rule.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.scipy import ShortTimeFFT
    >>> SFT = ShortTimeFFT(np.hanning(512), hop=128, fs=16000)
    >>> x = np.sin(np.arange(16000) / 3)
    >>> S = SFT.stft(x)
    >>> S.shape, bool(np.allclose(SFT.istft(S, k1=16000), x))
    ((257, 128), True)
    """

    @peer()
    def __init__(
        self,
        win: npt.ArrayLike,
        hop: int,
        fs: float,
        *,
        fft_mode: str = "onesided",
        mfft: int | None = None,
        dual_win: npt.ArrayLike | None = None,
        scale_to: str | None = None,
        phase_shift: int | None = 0,
    ) -> None:
        win = _window(win, "win")
        as_hop_length(as_index(hop, name="hop"))
        _positive(fs)
        mfft = _fft_length(mfft, len(win))
        one_of(fft_mode, _FFT_MODES, name="fft_mode")
        one_of(scale_to, (None, "magnitude", "psd"), name="scale_to")
        if dual_win is not None:
            dual_win = _window(dual_win, "dual_win")
            if len(dual_win) != len(win):
                raise ParameterError(f"dual_win.shape={dual_win.shape} must equal win.shape={win.shape}")
        super().__init__(
            win, hop, fs, fft_mode=fft_mode, mfft=mfft, dual_win=dual_win, scale_to=scale_to, phase_shift=phase_shift
        )

    @classmethod
    @peer()
    def from_dual(
        cls,
        dual_win: npt.ArrayLike,
        hop: int,
        fs: float,
        *,
        fft_mode: str = "onesided",
        mfft: int | None = None,
        scale_to: str | None = None,
        phase_shift: int | None = 0,
    ) -> ShortTimeFFT:
        """A transform of which `dual_win` is the window of the inverse; the other one is its canonical dual.

        Parameters
        ----------
        dual_win : array_like [shape=(m_num,)]
            The window of `istft`.
        hop, fs, fft_mode, mfft, scale_to, phase_shift
            As in `ShortTimeFFT`.

        Returns
        -------
        ShortTimeFFT

        Raises
        ------
        ParameterError
            If an argument breaks its rule, or there is no such window.

        Examples
        --------
        >>> import numpy as np
        >>> from fastspec.compat.scipy import ShortTimeFFT
        >>> ShortTimeFFT.from_dual(np.ones(8), 4, fs=1.0).win.tolist()
        [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]
        """
        dual_win, hop = _window(dual_win, "dual_win"), as_index(hop, name="hop")
        options = {"fft_mode": fft_mode, "mfft": mfft, "scale_to": scale_to, "phase_shift": phase_shift}
        return super().from_dual(dual_win, hop, fs, **options)

    @classmethod
    @peer()
    def from_window(
        cls,
        win_param: str | tuple[Any, ...] | float,
        fs: float,
        nperseg: int,
        noverlap: int,
        *,
        symmetric_win: bool = False,
        fft_mode: str = "onesided",
        mfft: int | None = None,
        scale_to: str | None = None,
        phase_shift: int | None = 0,
    ) -> ShortTimeFFT:
        """A transform with a window by name.

        Parameters
        ----------
        win_param : str, tuple or float
            What `scipy.signal.get_window` takes: a name, one with parameters, or the beta of a Kaiser window.
        fs : float
            Sampling rate in Hz.
        nperseg, noverlap : int
            Length of the window, and how many samples neighbouring segments share.
        symmetric_win : bool, default False
            Whether the window is symmetric rather than periodic.
        fft_mode, mfft, scale_to, phase_shift
            As in `ShortTimeFFT`.

        Returns
        -------
        ShortTimeFFT

        Raises
        ------
        ParameterError
            If an argument breaks its rule, or there is no such window.

        Examples
        --------
        >>> from fastspec.compat.scipy import ShortTimeFFT
        >>> ShortTimeFFT.from_window("hann", 16000, 512, 384, scale_to="magnitude")
        ShortTimeFFT(m_num=512, hop=128, fs=16000, fft_mode='onesided', mfft=512, scaling='magnitude', phase_shift=0)
        """
        nperseg, noverlap = as_index(nperseg, name="nperseg"), as_index(noverlap, name="noverlap", minimum=-(2**60))
        if noverlap >= nperseg:
            raise ParameterError(f"noverlap={noverlap} must be less than nperseg={nperseg}")
        win = named_window(win_param, nperseg, not symmetric_win)
        options: dict[str, Any] = {"fft_mode": fft_mode, "mfft": mfft, "scale_to": scale_to, "phase_shift": phase_shift}
        return cls(win, nperseg - noverlap, fs, **options)

    @classmethod
    @peer()
    def from_win_equals_dual(
        cls,
        desired_win: npt.ArrayLike,
        hop: int,
        fs: float,
        *,
        fft_mode: str = "onesided",
        mfft: int | None = None,
        scale_to: str | None = None,
        phase_shift: int | None = 0,
    ) -> ShortTimeFFT:
        """A transform whose window is its own dual (up to a factor), as near to `desired_win` as can be.

        Parameters
        ----------
        desired_win : array_like [shape=(m_num,)]
            The window wanted.
        hop, fs, fft_mode, mfft, phase_shift
            As in `ShortTimeFFT`.
        scale_to : {'magnitude', 'psd', 'unitary', None}, default None
            'unitary': the transform keeps the energy.

        Returns
        -------
        ShortTimeFFT

        Raises
        ------
        ParameterError
            If an argument breaks its rule, there is no such window, or scipy is older than 1.16.

        Examples
        --------
        >>> import numpy as np
        >>> from fastspec.compat.scipy import ShortTimeFFT
        >>> SFT = ShortTimeFFT.from_win_equals_dual(np.ones(8), 4, fs=1.0)
        >>> bool(np.allclose(SFT.win, SFT.dual_win))
        True
        """
        if not hasattr(super(), "from_win_equals_dual"):
            raise ParameterError("from_win_equals_dual needs scipy 1.16 or newer")
        win, hop = _window(desired_win, "desired_win"), as_index(hop, name="hop")
        one_of(scale_to, (None, "magnitude", "psd", "unitary"), name="scale_to")
        options = {"fft_mode": fft_mode, "mfft": mfft, "scale_to": scale_to, "phase_shift": phase_shift}
        return super().from_win_equals_dual(win, hop, fs, **options)

    def __repr__(self) -> str:
        names = ("m_num", "hop", "fs", "fft_mode", "mfft", "scaling", "phase_shift")
        return f"ShortTimeFFT({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    @peer()
    def stft(
        self,
        x: npt.ArrayLike,
        p0: int | None = None,
        p1: int | None = None,
        *,
        k_offset: int = 0,
        padding: str = "zeros",
        axis: int = -1,
    ) -> np.ndarray:
        """The transform.

        Parameters
        ----------
        x : array_like
            Samples, real or (with a two-sided `fft_mode`) complex.
        p0, p1 : int, optional
            Segments p0 .. p1 - 1. Default: all that touch the signal (`p_range`).
        k_offset : int, default 0
            What is added to the number of each segment's first sample.
        padding : {'zeros', 'edge', 'even', 'odd'}, default 'zeros'
            What stands beyond the ends.
        axis : int, default -1
            Axis of the samples.

        Returns
        -------
        np.ndarray, complex128
            Bins in place of `axis`, segments last.

        Raises
        ------
        ParameterError
            If an argument breaks its rule, or the signal is shorter than half the window.

        Examples
        --------
        >>> import numpy as np
        >>> from fastspec.compat.scipy import ShortTimeFFT
        >>> ShortTimeFFT(np.ones(4), 2, fs=1.0).stft(np.arange(6.0))[0].real.tolist()
        [1.0, 6.0, 14.0, 9.0]
        """
        return self._transform(x, None, p0, p1, k_offset, padding, axis, Spectrum.COMPLEX)

    @peer()
    def stft_detrend(
        self,
        x: npt.ArrayLike,
        detr: Detrend,
        p0: int | None = None,
        p1: int | None = None,
        *,
        k_offset: int = 0,
        padding: str = "zeros",
        axis: int = -1,
    ) -> np.ndarray:
        """The transform of segments that have lost a trend.

        Parameters
        ----------
        x, p0, p1, k_offset, padding, axis
            As in `stft`.
        detr : {'constant', 'linear', None} or callable
            Their mean, their line, or what a function makes of a segment (..., m_num).

        Returns
        -------
        np.ndarray, complex128
            As in `stft`.

        Raises
        ------
        ParameterError
            As in `stft`.

        Examples
        --------
        >>> import numpy as np
        >>> from fastspec.compat.scipy import ShortTimeFFT
        >>> SFT = ShortTimeFFT(np.ones(4), 2, fs=1.0)
        >>> bool(np.abs(SFT.stft_detrend(np.arange(6.0), "linear", 1, 2)).max() < 1e-12)
        True
        """
        return self._transform(x, detr, p0, p1, k_offset, padding, axis, Spectrum.COMPLEX)

    @peer()
    def spectrogram(
        self,
        x: npt.ArrayLike,
        y: npt.ArrayLike | None = None,
        detr: Detrend = None,
        *,
        p0: int | None = None,
        p1: int | None = None,
        k_offset: int = 0,
        padding: str = "zeros",
        axis: int = -1,
    ) -> np.ndarray:
        """Squared magnitudes of the transform, or the cross-spectrogram with another signal.

        Parameters
        ----------
        x, p0, p1, k_offset, padding, axis
            As in `stft`.
        y : array_like, optional
            The other signal, whose transform's conjugate is multiplied.
        detr : {'constant', 'linear', None} or callable, default None
            As in `stft_detrend`.

        Returns
        -------
        np.ndarray
            As in `stft`; float64, or complex128 with `y`.

        Raises
        ------
        ParameterError
            As in `stft`.

        Examples
        --------
        >>> import numpy as np
        >>> from fastspec.compat.scipy import ShortTimeFFT
        >>> ShortTimeFFT(np.ones(4), 2, fs=1.0).spectrogram(np.arange(6.0))[0].tolist()
        [1.0, 36.0, 196.0, 81.0]
        """
        if y is None or y is x:
            return self._transform(x, detr, p0, p1, k_offset, padding, axis, Spectrum.POWER)
        S, other = (self._transform(z, detr, p0, p1, k_offset, padding, axis, Spectrum.COMPLEX) for z in (x, y))
        return S * other.conj()

    def _transform(
        self, x: Any, detr: Any, p0: Any, p1: Any, k_offset: Any, padding: Any, axis: Any, kind: Spectrum
    ) -> np.ndarray:
        x, axis = self._samples_last(x, axis)
        one_of(padding, _PADDING, name="padding")
        if not (detr is None or callable(detr) or (isinstance(detr, str) and detr in ("constant", "linear"))):
            raise ParameterError(f"detr={detr!r} must be 'constant', 'linear', a function or None")
        first, last = self.p_range(x.shape[-1], p0, p1)
        x, cut = self._cut(x, first, last, as_index(k_offset, name="k_offset", minimum=-(2**60)), _PADDING[padding])
        if callable(detr):
            x, cut = self._detrended(x, cut, detr)
        factor = self._factor ** (2 if kind is Spectrum.POWER else 1)
        window = self.win.conj() * self._factor
        options: dict[str, Any] = {"precision": 1, "kind": kind, "turn": self._shift}
        options["two_sided"] = not self.onesided_fft
        if detr == "linear":
            S = _segments.spectra_without_lines(x, window, cut, **options)
        else:
            S = _segments.spectra(x, window, cut, remove_mean=detr == "constant", **options)
        if factor != 1:
            S[..., self._ends, :] /= factor
        if self.fft_mode == "centered":
            S = np.fft.fftshift(S, axes=-2)
        return np.moveaxis(S, -2, axis if axis >= 0 else axis - 1) if S.ndim > 2 else S

    def _samples_last(self, x: Any, axis: Any) -> tuple[np.ndarray, int]:
        x, axis = as_array(x, name="x"), as_index(axis, name="axis", minimum=-64)
        if not x.ndim or not -x.ndim <= axis < x.ndim:
            raise ParameterError(f"axis={axis} is none of x.shape={x.shape}; use -1 for the last one")
        if self.onesided_fft and x.dtype.kind == "c":
            raise ParameterError(
                f"x.dtype={x.dtype} is complex, which fft_mode={self.fft_mode!r} does not allow; "
                "set fft_mode to 'twosided' or 'centered'"
            )
        if x.shape[axis] < (least := self.m_num - self.m_num_mid):
            raise ParameterError(f"x.shape={x.shape}: {x.shape[axis]} samples must be >= ceil(m_num/2) = {least}")
        return np.moveaxis(x, axis, -1), axis

    def _cut(self, x: np.ndarray, first: int, last: int, k_offset: int, mode: str) -> tuple[np.ndarray, Cut]:
        """The samples that segments first .. last - 1 lie in, and one hop more: padding is made of these, as in scipy.

        Of all samples, where an offset takes the segments beside them.
        """
        n, start = x.shape[-1], first * self.hop - self.m_num_mid + k_offset
        end = start + (last - first) * self.hop + self.m_num
        low, high = (max(start, 0), min(end, n)) if start < n and end > 0 else (0, n)
        before, after = max(-start, 0), max(end - n, 0)
        return x[..., low:high], Cut(self.mfft, self.hop, self.m_num, last - first, low - start, mode, before, after)

    @staticmethod
    def _detrended(x: np.ndarray, cut: Cut, detr: Callable[..., Any]) -> tuple[np.ndarray, Cut]:
        frames = _segments.segments(x, cut)
        parts = [np.asarray(detr(frames[..., p, :].copy())) for p in range(cut.n_frames)]
        if any(part.shape != frames[..., 0, :].shape for part in parts):
            raise ParameterError(f"detr must keep the shape of a segment, {frames[..., 0, :].shape}")
        return _segments.end_to_end(np.stack(parts, axis=-2), cut.n_fft)

    @property
    def _factor(self) -> float:
        """What bins are multiplied by, but for the `_ends`, that have no counterpart at a negative frequency."""
        return 1.0 if self.fft_mode != "onesided2X" else np.sqrt(2) if self.scaling == "psd" else 2.0

    @property
    def _ends(self) -> list[int]:
        return [0] if self.mfft % 2 or self.mfft == 1 else [0, self.mfft // 2]

    @property
    def _shift(self) -> int:
        """Samples that go behind the others before the FFT."""
        return 0 if self.phase_shift is None else (self.phase_shift + self.m_num_mid) % self.m_num

    @peer()
    def istft(
        self,
        S: npt.ArrayLike,
        k0: int = 0,
        k1: int | None = None,
        *,
        f_axis: int = -2,
        t_axis: int = -1,
    ) -> np.ndarray:
        """The inverse: segments transformed back, times `dual_win`, added where they overlap.

        Parameters
        ----------
        S : array_like
            Spectra, as `stft` makes them of all segments that touch the signal.
        k0, k1 : int, default 0, None
            Samples k0 .. k1 - 1. Default: up to the end of the last segment. (From a `k0` below 0 on, scipy leaves out
            segments that reach there; here they count.)
        f_axis, t_axis : int, default -2, -1
            Axes of bins and segments.

        Returns
        -------
        np.ndarray
            Samples in place of the bins. float64 for a one-sided `fft_mode`, else complex128.

        Raises
        ------
        ParameterError
            If `S` has other bins or too few segments, if `k0` or `k1` is out of range, or if there is no `dual_win`.

        Examples
        --------
        >>> import numpy as np
        >>> from fastspec.compat.scipy import ShortTimeFFT
        >>> SFT = ShortTimeFFT(np.ones(4), 2, fs=1.0)
        >>> SFT.istft(SFT.stft(np.arange(6.0)), k1=6).round(9).tolist()
        [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
        """
        S, f_place, t_place = self._bins_and_segments(S, f_axis, t_axis)
        q_max = S.shape[-1] + self.p_min
        k_max = (q_max - 1) * self.hop + self.m_num - self.m_num_mid
        k0 = as_index(k0, name="k0", minimum=-(2**60))
        k1 = k_max if k1 is None else as_index(k1, name="k1", minimum=-(2**60))
        if not self.k_min <= k0 < k1 <= k_max:
            raise ParameterError(
                f"k0={k0}, k1={k1} must be k_min={self.k_min} <= k0 < k1 <= {k_max} for {S.shape[-1]} segments"
            )
        if k1 - k0 < (least := self.m_num - self.m_num_mid):
            raise ParameterError(f"k1 - k0 = {k1 - k0} must be at least half the window length, {least}")
        q0 = k0 // self.hop + self.p_min if k0 >= 0 else self.p_min
        q1 = min(self.p_max(k1), q_max)
        x = _segments.samples(
            self._untouched(S[..., q0 - self.p_min : q1 - self.p_min]), self.dual_win / self._factor, n_fft=self.mfft,
            hop=self.hop, lead=k0 - (q0 * self.hop - self.m_num_mid), n_samples=k1 - k0,
            two_sided=not self.onesided_fft,
        )  # fmt: skip
        return np.moveaxis(x, -1, f_place if f_place < x.ndim else t_place) if x.ndim > 1 else x

    def _bins_and_segments(self, S: Any, f_axis: Any, t_axis: Any) -> tuple[np.ndarray, int, int]:
        S = as_array(S, name="S")
        axes = [as_index(axis, name=name, minimum=-64) for name, axis in (("f_axis", f_axis), ("t_axis", t_axis))]
        if S.ndim < 2 or any(not -S.ndim <= axis < S.ndim for axis in axes) or axes[0] % S.ndim == axes[1] % S.ndim:
            raise ParameterError(f"f_axis={f_axis}, t_axis={t_axis} must be two different axes of S.shape={S.shape}")
        if S.shape[f_axis] != self.f_pts:
            raise ParameterError(f"S.shape[f_axis]={S.shape[f_axis]} must be equal to f_pts={self.f_pts}")
        if S.shape[t_axis] < (least := self.p_num(self.m_num - self.m_num_mid)):
            raise ParameterError(f"S.shape[t_axis]={S.shape[t_axis]} needs to have at least {least} segments")
        # The signal's axis: scipy leaves negative numbers as they are where the axes are in their usual places.
        usual = t_axis == S.ndim - 1 and f_axis == S.ndim - 2
        f_place, t_place = (axis if usual else axis % S.ndim for axis in axes)
        return np.moveaxis(S, axes, (-2, -1)), f_place, t_place

    def _untouched(self, S: np.ndarray) -> np.ndarray:
        """Spectra of a plain FFT of segments: `S` itself, or a copy whose order, scale and phase are undone."""
        S = S if S.dtype == np.complex128 else S.astype(np.complex128)
        if self.fft_mode == "centered":
            S = np.fft.ifftshift(S, axes=-2)
        if not self._shift and self._factor == 1:
            return S
        S = np.array(S.swapaxes(-1, -2), order="C").swapaxes(-1, -2)
        if self._factor != 1:
            S[..., self._ends, :] *= self._factor
        _segments.turn_back(S, self.mfft, self._shift)
        return S


def _window(win: Any, name: str) -> np.ndarray:
    """A copy of its samples, since scipy forbids to write to what it is given."""
    win = as_array(win, name=name)
    if win.ndim != 1 or not win.size:
        raise ParameterError(f"{name}.shape={win.shape} must be 1-D, of one sample at least")
    if not np.isfinite(win).all():
        raise ParameterError(
            f"{name} must have finite entries; it is not finite at {np.flatnonzero(~np.isfinite(win))[0]}"
        )
    return win.copy()


def _positive(fs: Any) -> None:
    if not as_number(fs, name="fs") > 0:
        raise ParameterError(f"fs={fs} must be a positive number of samples per second")


def _fft_length(mfft: Any, m_num: int) -> int:
    mfft = m_num if mfft is None else as_index(mfft, name="mfft")
    if mfft < m_num:
        raise ParameterError(f"mfft={mfft} must be at least the window's length m_num={m_num}")
    return mfft

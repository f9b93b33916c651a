"""kaldi-native-fbank's classes of options: attributes that may be changed, until something is made of them."""

from __future__ import annotations

import operator
from typing import Any, ClassVar, Self, get_args, get_type_hints

import numpy as np

from ..._gate.complaints import public
from ..._gate.samples import DTypeError


class Options:
    """What the classes have in common: attributes of fixed names and kinds, a text, a dict, copies.

    Numbers are kept in single precision, as the peer keeps them: what goes in as 0.97 comes out as 0.9700000286.
    Options within options are copied on their way in, and are the thing itself on their way out.
    """

    # The kind of each attribute, in order: those of the arguments, None left out.
    kinds: ClassVar[dict[str, Any]]

    def __init_subclass__(cls) -> None:
        hints = get_type_hints(cls.__init__)
        cls.kinds = {name: (get_args(kind) or [kind])[0] for name, kind in hints.items() if name != "return"}

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.kinds:
            known = ", ".join(self.kinds)
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}; it has {known}")
        object.__setattr__(self, name, _as_kind(self.kinds[name], value, name))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.kinds)})"

    def __str__(self) -> str:
        return "".join(f"{name}: {_text(getattr(self, name))}\n" for name in self.kinds)

    def as_dict(self) -> dict[str, Any]:
        """The options by name; options within them are dicts, too.

        Returns
        -------
        dict

        Examples
        --------
        >>> import fastspec.compat.kaldi
        >>> fastspec.compat.kaldi.MelBanksOptions(num_bins=80).as_dict()["num_bins"]
        80
        """
        values = {name: getattr(self, name) for name in self.kinds}
        return {name: value.as_dict() if isinstance(value, Options) else value for name, value in values.items()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Options of what `as_dict` gave; what is missing has its default, names that are unknown are passed over.

        Parameters
        ----------
        values : dict

        Returns
        -------
        options
            Of this class.

        Raises
        ------
        DTypeError
            If a value is of the wrong kind.

        Examples
        --------
        >>> import fastspec.compat.kaldi
        >>> fastspec.compat.kaldi.FrameExtractionOptions.from_dict({"dither": 0}).dither
        0.0
        """
        if not isinstance(values, dict):
            raise DTypeError(f"values={values!r} must be a dict of options, as as_dict gives")
        options = cls()
        for name in cls.kinds.keys() & values.keys():
            kind, value = cls.kinds[name], values[name]
            if isinstance(kind, type) and issubclass(kind, Options) and isinstance(value, dict):
                value = kind.from_dict(value)
            elif kind is int and isinstance(value, float) and value.is_integer():
                value = int(value)
            setattr(options, name, value)
        return options

    def __getstate__(self) -> dict[str, Any]:
        return self.as_dict()

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(self.from_dict(state).__dict__)


def _as_kind(kind: type, value: Any, name: str) -> Any:
    """The value as it is kept, or a complaint."""
    if issubclass(kind, Options):
        if isinstance(value, kind):
            return kind.from_dict(value.as_dict())
    elif kind is bool:
        if value is None or isinstance(value, (bool, int, np.bool_, np.integer)):
            return bool(value)
    elif kind is str:
        if isinstance(value, str):
            return value
    elif not isinstance(value, (str, bytes)):
        try:
            return operator.index(value) if kind is int else float(np.float32(float(value)))
        except (TypeError, ValueError, OverflowError):
            pass
    raise DTypeError(
        f"{name}={value!r} must be {_NAMED.get(kind, kind.__name__)}; {type(value).__name__} is not accepted"
    )


_NAMED = {bool: "True or False", str: "text", int: "an integer", float: "a number"}


def _text(value: Any) -> str:
    """As C++ writes it: six digits, and 0 or 1."""
    if isinstance(value, Options):
        return f"\n{value}"
    return f"{value:g}" if isinstance(value, float) else str(int(value)) if isinstance(value, bool) else str(value)


class FrameExtractionOptions(Options):
    """How a waveform is cut into frames, and what is done to these before the FFT.

    Parameters
    ----------
    samp_freq : float, default 16000.0
        Sampling rate in Hz.
    frame_shift_ms, frame_length_ms : float, default 10.0, 25.0
        In milliseconds.
    dither : float, default 3e-5
        Standard deviation of Gaussian noise, told by each sample's place (the peer draws new noise for each frame).
    preemph_coeff : float, default 0.97
        Of the pre-emphasis, between 0 and 1.
    remove_dc_offset : bool, default True
        Whether each frame loses its mean.
    window_type : {'povey', 'hanning', 'hann', 'hamming', 'rectangular', 'blackman', 'sine'}, default 'povey'
        'hann' is periodic, all others are symmetric.
    round_to_power_of_two : bool, default True
        Whether zeros behind each frame fill it up to a power of two.
    blackman_coeff : float, default 0.42
        Of the Blackman window.
    snip_edges : bool, default True
        Whether frames lie within the signal; else there is one for each shift, and the signal is mirrored at its ends.

    Raises
    ------
    DTypeError
        If a value is of the wrong kind. Rules about values are those of what is made with the options.

    Examples
    --------
    >>> import fastspec.compat.kaldi
    >>> options = fastspec.compat.kaldi.FrameExtractionOptions(dither=0)
    >>> options.snip_edges = False
    >>> print(options)
    samp_freq: 16000
    frame_shift_ms: 10
    frame_length_ms: 25
    dither: 0
    preemph_coeff: 0.97
    remove_dc_offset: 1
    window_type: povey
    round_to_power_of_two: 1
    blackman_coeff: 0.42
    snip_edges: 0
    <BLANKLINE>
    """

    @public
    def __init__(
        self,
        samp_freq: float = 16000.0,
        frame_shift_ms: float = 10.0,
        frame_length_ms: float = 25.0,
        dither: float = 3e-5,
        preemph_coeff: float = 0.97,
        remove_dc_offset: bool = True,
        window_type: str = "povey",
        round_to_power_of_two: bool = True,
        blackman_coeff: float = 0.42,
        snip_edges: bool = True,
    ) -> None:
        self.samp_freq = samp_freq
        self.frame_shift_ms = frame_shift_ms
        self.frame_length_ms = frame_length_ms
        self.dither = dither
        self.preemph_coeff = preemph_coeff
        self.remove_dc_offset = remove_dc_offset
        self.window_type = window_type
        self.round_to_power_of_two = round_to_power_of_two
        self.blackman_coeff = blackman_coeff
        self.snip_edges = snip_edges


class MelBanksOptions(Options):
    """Which bands: Kaldi's, straight in mel, or librosa's, straight in Hz.

    Parameters
    ----------
    num_bins : int, default 25
        Number of bands, at least 3. (`FbankOptions` and `MfccOptions` have 23 by default.)
    low_freq, high_freq : float, default 20.0, 0.0
        Range in Hz; a `high_freq` of 0 or less counts from half the sampling rate.
    vtln_low, vtln_high : float, default 100.0, -500.0
        Turning points of a warp. Nothing online warps, in the peer either: accepted, and of no effect.
    debug_mel : bool, default False
        Accepted, and of no effect: nothing is printed.
    htk_mode : bool, default False
        As HTK: no band is less than 1, and the first weight of all is 0 if `low_freq` is not.
    is_librosa : bool, default False
        Whether bands are librosa's, to which the other arguments belong.
    norm : {'slaney', ''}, default 'slaney'
        Whether they are of equal areas.
    use_slaney_mel_scale : bool, default True
        Slaney's mel scale, or HTK's.
    floor_to_int_bin : bool, default False
        Whether edges lie on whole FFT bins.

    Raises
    ------
    DTypeError
        If a value is of the wrong kind.

    Examples
    --------
    >>> import fastspec.compat.kaldi
    >>> fastspec.compat.kaldi.MelBanksOptions(num_bins=80).num_bins
    80
    """

    @public
    def __init__(
        self,
        num_bins: int = 25,
        low_freq: float = 20.0,
        high_freq: float = 0.0,
        vtln_low: float = 100.0,
        vtln_high: float = -500.0,
        debug_mel: bool = False,
        htk_mode: bool = False,
        is_librosa: bool = False,
        norm: str = "slaney",
        use_slaney_mel_scale: bool = True,
        floor_to_int_bin: bool = False,
    ) -> None:
        self.num_bins = num_bins
        self.low_freq = low_freq
        self.high_freq = high_freq
        self.vtln_low = vtln_low
        self.vtln_high = vtln_high
        self.debug_mel = debug_mel
        self.htk_mode = htk_mode
        self.is_librosa = is_librosa
        self.norm = norm
        self.use_slaney_mel_scale = use_slaney_mel_scale
        self.floor_to_int_bin = floor_to_int_bin


class FbankOptions(Options):
    """What `OnlineFbank` makes.

    Parameters
    ----------
    frame_opts : FrameExtractionOptions, optional
    mel_opts : MelBanksOptions, optional
        Default: of 23 bands.
    use_energy : bool, default False
        Whether each frame's logarithm of energy is one more number, the first one.
    energy_floor : float, default 0.0
        Smallest energy; 0 or less is float32's epsilon, which is the least it can be.
    raw_energy : bool, default True
        Whether energy is that before pre-emphasis and window.
    htk_compat : bool, default False
        Whether it comes last.
    use_log_fbank : bool, default True
        Whether logarithms are taken of the bands.
    use_log_floor : bool, default True
        ``log(max(x, eps))``, or ``log(x + eps)`` as NeMo has it.
    eps : float, default 2**-23
        See there. Where the peer's logarithm is minus infinity (`eps` 0, silence), it is -103.3 here, that of the
        smallest float32.
    use_power : bool, default True
        Whether bands are sums of powers or of magnitudes.

    Raises
    ------
    DTypeError
        If a value is of the wrong kind.

    Examples
    --------
    >>> import fastspec.compat.kaldi
    >>> options = fastspec.compat.kaldi.FbankOptions()
    >>> options.frame_opts.dither = 0
    >>> options.mel_opts.num_bins = 80
    >>> fastspec.compat.kaldi.OnlineFbank(options).dim
    80
    """

    @public
    def __init__(
        self,
        frame_opts: FrameExtractionOptions | None = None,
        mel_opts: MelBanksOptions | None = None,
        use_energy: bool = False,
        energy_floor: float = 0.0,
        raw_energy: bool = True,
        htk_compat: bool = False,
        use_log_fbank: bool = True,
        use_log_floor: bool = True,
        eps: float = 2.0**-23,
        use_power: bool = True,
    ) -> None:
        self.frame_opts = FrameExtractionOptions() if frame_opts is None else frame_opts
        self.mel_opts = MelBanksOptions(23) if mel_opts is None else mel_opts
        self.use_energy = use_energy
        self.energy_floor = energy_floor
        self.raw_energy = raw_energy
        self.htk_compat = htk_compat
        self.use_log_fbank = use_log_fbank
        self.use_log_floor = use_log_floor
        self.eps = eps
        self.use_power = use_power

    def __str__(self) -> str:
        rest = "".join(f"{name}: {_text(getattr(self, name))}\n" for name in list(self.kinds)[2:])
        return f"frame_opts: \n{self.frame_opts}\n\nmel_opts: \n{self.mel_opts}\n{rest}"


class MfccOptions(Options):
    """What `OnlineMfcc` makes.

    Parameters
    ----------
    frame_opts : FrameExtractionOptions, optional
    mel_opts : MelBanksOptions, optional
        Default: of 23 bands.
    num_ceps : int, default 13
        Number of coefficients, at most as many as bands.
    use_energy : bool, default True
        Whether each frame's logarithm of energy stands in place of coefficient 0.
    energy_floor, raw_energy
        As in `FbankOptions`.
    cepstral_lifter : float, default 22.0
        Coefficient n is multiplied by ``1 + cepstral_lifter / 2 * sin(pi * n / cepstral_lifter)``; 0 for no lifter.
    htk_compat : bool, default False
        Whether energy, or coefficient 0 times sqrt(2), comes last.

    Raises
    ------
    DTypeError
        If a value is of the wrong kind.

    Examples
    --------
    >>> import fastspec.compat.kaldi
    >>> fastspec.compat.kaldi.OnlineMfcc(fastspec.compat.kaldi.MfccOptions(num_ceps=20)).dim
    20
    """

    @public
    def __init__(
        self,
        frame_opts: FrameExtractionOptions | None = None,
        mel_opts: MelBanksOptions | None = None,
        num_ceps: int = 13,
        use_energy: bool = True,
        energy_floor: float = 0.0,
        raw_energy: bool = True,
        cepstral_lifter: float = 22.0,
        htk_compat: bool = False,
    ) -> None:
        self.frame_opts = FrameExtractionOptions() if frame_opts is None else frame_opts
        self.mel_opts = MelBanksOptions(23) if mel_opts is None else mel_opts
        self.num_ceps = num_ceps
        self.use_energy = use_energy
        self.energy_floor = energy_floor
        self.raw_energy = raw_energy
        self.cepstral_lifter = cepstral_lifter
        self.htk_compat = htk_compat

    def __str__(self) -> str:
        return _in_brackets(self)


class WhisperFeatureOptions(Options):
    """What `OnlineWhisperFbank` makes.

    Parameters
    ----------
    frame_opts : FrameExtractionOptions, optional
        Accepted, and of no effect: Whisper's own are used.
    dim : int, default 80
        Number of bands: 80, or 128 for large-v3.

    Raises
    ------
    DTypeError
        If a value is of the wrong kind.

    Examples
    --------
    >>> import fastspec.compat.kaldi
    >>> fastspec.compat.kaldi.WhisperFeatureOptions(dim=128).dim
    128
    """

    @public
    def __init__(self, frame_opts: FrameExtractionOptions | None = None, dim: int = 80) -> None:
        self.frame_opts = FrameExtractionOptions() if frame_opts is None else frame_opts
        self.dim = dim

    def __str__(self) -> str:
        return _in_brackets(self)


def _in_brackets(options: Options) -> str:
    values = {name: getattr(options, name) for name in options.kinds}
    told = (f"{name}={value if isinstance(value, bool) else _text(value).lstrip()}" for name, value in values.items())
    return f"{type(options).__name__}({', '.join(told)})"


class RawAudioSamplesOptions(Options):
    """What `OnlineRawAudioSamples` makes.

    Parameters
    ----------
    frame_opts : FrameExtractionOptions, optional
        Default: frames as they are, with a rectangular window and nothing done to them.

    Raises
    ------
    DTypeError
        If a value is of the wrong kind.

    Examples
    --------
    >>> import fastspec.compat.kaldi
    >>> fastspec.compat.kaldi.RawAudioSamplesOptions().frame_opts.window_type
    'rectangular'
    """

    @public
    def __init__(self, frame_opts: FrameExtractionOptions | None = None) -> None:
        if frame_opts is None:
            frame_opts = FrameExtractionOptions(
                dither=0.0, preemph_coeff=0.0, remove_dc_offset=False, window_type="rectangular",
                round_to_power_of_two=False,
            )  # fmt: skip
        self.frame_opts = frame_opts

    def __str__(self) -> str:
        return f"frame_opts: \n{self.frame_opts}\n\n"


class NemoFbankOptions(Options):
    """What `OnlineNemoFbank` makes.

    Parameters
    ----------
    samp_freq : float, default 16000.0
        Sampling rate in Hz.
    frame_shift_ms, frame_length_ms : float, default 10.0, 25.0
        In milliseconds.
    num_mel_bins : int, default 80
        Number of bands, at least 3.
    low_freq, high_freq : float, default 0.0, 0.0
        Range in Hz; a `high_freq` of 0 or less counts from half the sampling rate.
    preemph_coeff : float, default 0.97
        Of the pre-emphasis, between 0 and 1.
    buffered_capacity : int, default 0
        Frames of a full buffer: a request of so many gets no more samples than they are long. 0 for no such limit.

    Raises
    ------
    DTypeError
        If a value is of the wrong kind.

    Examples
    --------
    >>> import fastspec.compat.kaldi
    >>> fastspec.compat.kaldi.NemoFbankOptions(num_mel_bins=128).num_mel_bins
    128
    """

    @public
    def __init__(
        self,
        samp_freq: float = 16000.0,
        frame_shift_ms: float = 10.0,
        frame_length_ms: float = 25.0,
        num_mel_bins: int = 80,
        low_freq: float = 0.0,
        high_freq: float = 0.0,
        preemph_coeff: float = 0.97,
        buffered_capacity: int = 0,
    ) -> None:
        self.samp_freq = samp_freq
        self.frame_shift_ms = frame_shift_ms
        self.frame_length_ms = frame_length_ms
        self.num_mel_bins = num_mel_bins
        self.low_freq = low_freq
        self.high_freq = high_freq
        self.preemph_coeff = preemph_coeff
        self.buffered_capacity = buffered_capacity

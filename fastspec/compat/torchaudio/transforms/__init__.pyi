"""torchaudio.transforms: one name a line, read by `_lazy.attach` and by type checkers."""

from ._features import AmplitudeToDB as AmplitudeToDB
from ._features import InverseMelScale as InverseMelScale
from ._features import LFCC as LFCC
from ._features import MFCC as MFCC
from ._features import MelScale as MelScale
from ._features import MelSpectrogram as MelSpectrogram
from ._others import ComputeDeltas as ComputeDeltas
from ._others import FrequencyMasking as FrequencyMasking
from ._others import MuLawDecoding as MuLawDecoding
from ._others import MuLawEncoding as MuLawEncoding
from ._others import Resample as Resample
from ._others import SlidingWindowCmn as SlidingWindowCmn
from ._others import TimeMasking as TimeMasking
from ._spectra import GriffinLim as GriffinLim
from ._spectra import InverseSpectrogram as InverseSpectrogram
from ._spectra import SpectralCentroid as SpectralCentroid
from ._spectra import Spectrogram as Spectrogram
from ._spectra import TimeStretch as TimeStretch

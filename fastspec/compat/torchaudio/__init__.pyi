"""torchaudio's names: one a line, read by `_lazy.attach` and by type checkers."""

from . import functional as functional
from . import transforms as transforms
from .transforms import AmplitudeToDB as AmplitudeToDB
from .transforms import ComputeDeltas as ComputeDeltas
from .transforms import FrequencyMasking as FrequencyMasking
from .transforms import GriffinLim as GriffinLim
from .transforms import InverseMelScale as InverseMelScale
from .transforms import InverseSpectrogram as InverseSpectrogram
from .transforms import LFCC as LFCC
from .transforms import MFCC as MFCC
from .transforms import MelScale as MelScale
from .transforms import MelSpectrogram as MelSpectrogram
from .transforms import MuLawDecoding as MuLawDecoding
from .transforms import MuLawEncoding as MuLawEncoding
from .transforms import Resample as Resample
from .transforms import SlidingWindowCmn as SlidingWindowCmn
from .transforms import SpectralCentroid as SpectralCentroid
from .transforms import Spectrogram as Spectrogram
from .transforms import TimeMasking as TimeMasking
from .transforms import TimeStretch as TimeStretch

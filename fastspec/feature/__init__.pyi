"""The names of this namespace: one a line, read by `_lazy.attach` and by type checkers."""

from . import inverse as inverse
from .._stream import logmel_file as logmel_file
from ._chroma import chroma_cens as chroma_cens
from ._chroma import chroma_cqt as chroma_cqt
from ._chroma import chroma_stft as chroma_stft
from ._chroma import chroma_vqt as chroma_vqt
from ._chroma import tonnetz as tonnetz
from ._descriptors import poly_features as poly_features
from ._descriptors import spectral_bandwidth as spectral_bandwidth
from ._descriptors import spectral_centroid as spectral_centroid
from ._descriptors import spectral_contrast as spectral_contrast
from ._descriptors import spectral_flatness as spectral_flatness
from ._descriptors import spectral_rolloff as spectral_rolloff
from ._energy import rms as rms
from ._energy import zero_crossing_rate as zero_crossing_rate
from .rhythm import fourier_tempogram as fourier_tempogram
from .rhythm import hybrid_tempogram as hybrid_tempogram
from .rhythm import metrogram as metrogram
from .rhythm import tempo as tempo
from .rhythm import tempogram as tempogram
from .rhythm import tempogram_ratio as tempogram_ratio
from .spectral import logmel as logmel
from .spectral import melspectrogram as melspectrogram
from .spectral import mfcc as mfcc
from .utils import delta as delta
from .utils import stack_memory as stack_memory

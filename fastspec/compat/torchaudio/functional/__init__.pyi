"""torchaudio.functional: one name a line, read by `_lazy.attach` and by type checkers."""

from ._bands import DB_to_amplitude as DB_to_amplitude
from ._bands import amplitude_to_DB as amplitude_to_DB
from ._bands import create_dct as create_dct
from ._bands import linear_fbanks as linear_fbanks
from ._bands import melscale_fbanks as melscale_fbanks
from ._frames import compute_deltas as compute_deltas
from ._frames import mask_along_axis as mask_along_axis
from ._frames import mask_along_axis_iid as mask_along_axis_iid
from ._frames import sliding_window_cmn as sliding_window_cmn
from ._samples import mu_law_decoding as mu_law_decoding
from ._samples import mu_law_encoding as mu_law_encoding
from ._samples import resample as resample
from ._spectra import griffinlim as griffinlim
from ._spectra import inverse_spectrogram as inverse_spectrogram
from ._spectra import phase_vocoder as phase_vocoder
from ._spectra import spectral_centroid as spectral_centroid
from ._spectra import spectrogram as spectrogram

"""The names of this namespace: one a line, read by `_lazy.attach` and by type checkers."""

from ._colors import cmap as cmap
from ._colors import colorbar_db as colorbar_db
from ._colors import colorbar_phase as colorbar_phase
from ._colors import highlight as highlight
from ._colors import infer_cmap as infer_cmap
from ._formatters import AdaptiveEngFormatter as AdaptiveEngFormatter
from ._formatters import AdaptiveFormatterBase as AdaptiveFormatterBase
from ._formatters import ChromaFJSFormatter as ChromaFJSFormatter
from ._formatters import ChromaFormatter as ChromaFormatter
from ._formatters import ChromaSvaraFormatter as ChromaSvaraFormatter
from ._formatters import FJSFormatter as FJSFormatter
from ._formatters import LogHzFormatter as LogHzFormatter
from ._formatters import NoteFormatter as NoteFormatter
from ._formatters import SvaraFormatter as SvaraFormatter
from ._formatters import TimeFormatter as TimeFormatter
from ._formatters import TonnetzFormatter as TonnetzFormatter
from ._multiplot import legend_for_axes as legend_for_axes
from ._multiplot import multiplot as multiplot
from ._specshow import specshow as specshow
from ._wavef0 import Transformf0 as Transformf0
from ._wavef0 import wavef0 as wavef0
from ._waveplot import AdaptiveWaveplot as AdaptiveWaveplot
from ._waves import wavebars as wavebars
from ._waves import waveshow as waveshow

"""Front ends under the names, arguments and defaults of other libraries; each makes recipes, none of them computes.

A NumPy array in gives a NumPy array out, a tensor of torch (on the CPU) a tensor; no such library is imported here.
"""

from .._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__)

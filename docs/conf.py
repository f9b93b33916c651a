"""Sphinx: `sphinx-build -W docs docs/_build`, after `pip install '.[docs]'`."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import fastspec

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import draw_performance  # noqa: E402 (beside this file)
import make_api  # noqa: E402
import make_gallery  # noqa: E402

make_api.write(HERE / "api")
make_gallery.stage(HERE / "_gallery")
draw_performance.write(HERE / "plots")

project = "fastspec"
copyright = "fastspec's authors, ISC licence"
version = release = fastspec.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx.ext.viewcode",
    "numpydoc",
    "myst_parser",
    "sphinx_gallery.gen_gallery",
]
sphinx_gallery_conf = make_gallery.settings(HERE / "_gallery")
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build", "_gallery", "templates"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

templates_path = ["templates"]
autosummary_generate = [str(path) for path in sorted((HERE / "api").glob("*.rst"))]
autosummary_imported_members = True
autodoc_typehints = "none"  # the docstrings say more
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
default_role = "code"  # names stand in backticks, most of them of arguments
intersphinx_mapping = {
    "python": ("https://docs.python.org/3", None),
    "numpy": ("https://numpy.org/doc/stable", None),
    "scipy": ("https://docs.scipy.org/doc/scipy", None),
    "librosa": ("https://librosa.org/doc/latest", None),
}
intersphinx_timeout = 10
# Of attributes with one name in several classes ("recipe"), which numpydoc links to.
suppress_warnings = ["config.cache", "ref.python"]

# Links to other projects need a network; without one they are left out.
logging.getLogger("sphinx.sphinx.ext.intersphinx").addFilter(lambda record: "inventor" not in str(record.msg))

html_theme = "pydata_sphinx_theme"
html_title = "fastspec"
html_static_path = ["static"]
html_theme_options = {
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "header_links_before_dropdown": 7,
    "footer_start": ["copyright"],
    "footer_end": ["sphinx-version"],
}
html_sidebars = {"index": [], "start": [], "questions": []}
html_css_files = ["style.css"]
html_show_sourcelink = False

"""Finding audio files, and librosa's example recordings."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .._gate.complaints import public
from .._gate.samples import ParameterError

if TYPE_CHECKING:
    from typing import Any

__all__ = ["cite", "ex", "example", "example_info", "find_files", "list_examples"]

AUDIO_EXTENSIONS = ("aac", "au", "flac", "m4a", "mp3", "ogg", "wav")

_BASE_URL = "https://librosa.org/data/audio/"

# Key: file name without its extension, and what is heard.
_EXAMPLES = {
    "brahms": (
        "Hungarian_Dance_number_5_-_Allegro_in_F_sharp_minor_(string_orchestra)",
        "Brahms, Hungarian Dance no. 5, for strings",
    ),
    "choice": ("admiralbob77_-_Choice_-_Drum-bass", "Drum and bass by Admiral Bob"),
    "drese": ("drese-midi", "Five instruments in unison, a track each"),
    "drese2": ("drese-tempo", "The trumpet of 'drese' with changes of tempo"),
    "fishin": ("Karissa_Hobbs_-_Lets_Go_Fishin", "Folk song by Karissa Hobbs"),
    "humpback": ("glacier-bay-humpback", "A minute of humpback whale song, Glacier Bay 2020"),
    "libri1": ("5703-47212-0000", "Read speech: The Ashiel Mystery, chapter 16"),
    "libri2": ("3436-172162-0000", "Read speech: The Age of Chivalry, chapter 9"),
    "libri3": ("198-209-0000", "Read speech: Sense and Sensibility, chapter 18"),
    "nutcracker": (
        "Kevin_MacLeod_-_P_I_Tchaikovsky_Dance_of_the_Sugar_Plum_Fairy",
        "Tchaikovsky, Dance of the Sugar Plum Fairy",
    ),
    "pibble": ("pibble", "A dog"),
    "pistachio": ("442789__lena-orsa__happy-music-pistachio-ice-cream-ragtime", "Piano ragtime by Lena Orsa"),
    "robin": ("456440__inspectorj__bird-whistling-robin-single-13", "One robin, recorded by InspectorJ"),
    "snare": ("snare-accelerate", "A snare drum that speeds up"),
    "sweetwaltz": ("147793__setuniman__sweet-waltz-0i-22mi", "Waltz by Setuniman"),
    "trumpet": ("sorohanro_-_solo-trumpet-06", "Trumpet loop by Mihai Sorohan"),
    "vibeace": ("Kevin_MacLeod_-_Vibe_Ace", "Vibraphone jazz by Kevin MacLeod"),
}


# DOIs that librosa's documentation names; the whole index is a download.
_CITATIONS = {"0.10.1": "10.5281/zenodo.8252662", "0.11.0": "10.5281/zenodo.15006942"}


@public
def find_files(
    directory: str | os.PathLike[Any],
    *,
    ext: str | list[str] | None = None,
    recurse: bool = True,
    case_sensitive: bool = False,
    limit: int | None = None,
    offset: int = 0,
) -> list[str]:
    """Paths of the audio files in a folder.

    Parameters
    ----------
    directory : str or path
        The folder; ``~`` stands for the home folder.
    ext : str or list of str, optional
        Extensions, without the dot. Default: aac, au, flac, m4a, mp3, ogg, wav.
    recurse : bool, default True
        Look into subfolders too.
    case_sensitive : bool, default False
        False also finds extensions that are written all in capitals or all in small letters.
    limit : int, optional
        Return no more than so many. Default: all.
    offset : int, default 0
        Leave out so many at the beginning of the sorted list.

    Returns
    -------
    list of str
        Absolute paths, sorted. Hidden files are left out.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.util.find_files("no such folder")
    []
    """
    extensions = set(AUDIO_EXTENSIONS if ext is None else [ext] if isinstance(ext, str) else ext)
    if not case_sensitive:
        extensions = {form for e in extensions for form in (e.lower(), e.upper())}
    endings = tuple(os.extsep + e for e in extensions)
    root = os.path.abspath(os.path.expanduser(directory))
    found = []
    for folder, subfolders, names in os.walk(root):
        # As in librosa, a folder named like a file is found too: some formats are folders.
        found += [
            os.path.join(folder, name)
            for name in names + subfolders
            if name.endswith(endings) and not name.startswith(".")
        ]
        if not recurse:
            break
    return sorted(found)[offset:][:limit]


@public
def example(key: str, *, hq: bool = False, url: bool = False) -> str:
    """Path of one of librosa's example recordings, if it was downloaded before.

    fastspec downloads nothing. It finds what librosa (through pooch) has left in its cache folder, or in the
    folder that the environment variable ``LIBROSA_DATA_DIR`` names.

    Parameters
    ----------
    key : str
        Name of the recording; `list_examples` prints them.
    hq : bool, default False
        The stereo file at its original sampling rate in place of the mono one at 22050 Hz.
    url : bool, default False
        Return where the file can be downloaded, whether or not it is there.

    Returns
    -------
    str
        Path or URL.

    Raises
    ------
    ParameterError
        If there is no such recording.
    FileNotFoundError
        If the file is not in the cache; the message says where it belongs.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.util.example("trumpet", url=True).endswith("solo-trumpet-06.ogg")
    True
    """
    return _locate(_example_stem(key) + (".hq.ogg" if hq else ".ogg"), url=url)


ex = example


def list_examples() -> None:
    """Print the names of the example recordings, and what is heard in them.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.util.list_examples()  # doctest: +ELLIPSIS
    AVAILABLE EXAMPLES
    ...
    """
    print("AVAILABLE EXAMPLES")
    print("-" * 68)
    for key, (_, description) in sorted(_EXAMPLES.items()):
        if key != "pibble":  # An easter egg of librosa's, to be found by those who look.
            print(f"{key:10}\t{description}")


@public
def example_info(key: str, *, html: bool = False) -> str | None:
    """Title, author, licence and description of an example recording, if its card was downloaded before.

    Parameters
    ----------
    key : str
        Name of the recording; `list_examples` prints them.
    html : bool, default False
        Return the card as HTML instead of printing it as text.

    Returns
    -------
    str or None
        HTML with ``html=True``.

    Raises
    ------
    ParameterError
        If there is no such recording.
    FileNotFoundError
        If the card is not in the cache, see `example`.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.util.example_info("trumpet")  # doctest: +SKIP
    >>> try:
    ...     fastspec.util.example_info("nightingale")
    ... except fastspec.ParameterError as error:
    ...     print(str(error)[:17])
    key='nightingale'
    """
    import tomllib

    card = tomllib.loads(Path(_locate(_example_stem(key) + ".toml")).read_text(encoding="utf-8"))
    facts = {
        "Attribution": card["attribution"],
        "Corpus": card.get("corpus"),
        "License": card["license"],
        "URL": card.get("url"),
    }
    facts = {name: value for name, value in facts.items() if value}
    description = card["description"].strip()
    if html:
        return _as_html(card["title"], facts, description)
    lines = [f"{name + ':':13}{value}" for name, value in facts.items()]
    print("\n".join([card["title"], "=" * len(card["title"]), *lines, "", description]))
    return None


@public
def cite(version: str | None = None, *, bib: bool = False) -> str:
    """DOI of a version of librosa. How to cite fastspec is in its ``CITATION.cff``.

    librosa downloads the list of its versions; fastspec downloads nothing and knows the few in librosa's documentation.

    Parameters
    ----------
    version : str, optional
        The version of librosa. Needed, as there is no librosa here.
    bib : bool, default False
        librosa's BibTeX entry, which fastspec has not.

    Returns
    -------
    str
        The DOI as a link.

    Raises
    ------
    ParameterError
        If it is not known.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.cite("0.11.0")
    'https://doi.org/10.5281/zenodo.15006942'
    """
    if bib or version not in _CITATIONS:
        raise ParameterError(
            f"version={version!r}, bib={bib}: there are DOIs of librosa {', '.join(_CITATIONS)} here, and no BibTeX; "
            "ask librosa.cite for others, and see CITATION.cff for fastspec"
        )
    return f"https://doi.org/{_CITATIONS[version]}"


def _as_html(title: str, facts: dict[str, str], description: str) -> str:
    from html import escape

    rows = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    text = escape(description).replace("\n", "<br>")
    return f"<section><h3>{escape(title)}</h3><dl>{rows}</dl><p>{text}</p></section>"


def _example_stem(key: str) -> str:
    try:
        return _EXAMPLES[key][0]
    except KeyError:
        raise ParameterError(f"key={key!r} is no example; there are {', '.join(sorted(_EXAMPLES))}") from None


def _locate(name: str, *, url: bool = False) -> str:
    if url:
        return _BASE_URL + name
    path = _cache_folder() / name
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is not there, and fastspec downloads no recordings: it finds those that librosa has "
            f"fetched. Put {_BASE_URL}{name} there, or set LIBROSA_DATA_DIR to the folder that has it"
        )
    return str(path)


def _cache_folder() -> Path:
    """Where pooch keeps librosa's files: the system's cache folder, or what LIBROSA_DATA_DIR says."""
    if "LIBROSA_DATA_DIR" in os.environ:
        return Path(os.environ["LIBROSA_DATA_DIR"])
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "librosa"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "librosa"

"""Pictures drawn by librosa's `display`, as facts: where meshes and ticks lie, what labels say, and colours."""

from __future__ import annotations

import numpy as np

ROWS, COLUMNS = 9, 7
DATA = np.add.outer(np.arange(ROWS), np.arange(COLUMNS)) / 4.0

# Kinds of axes, with what they need.
KINDS = {
    **{kind: {"sr": 8000} for kind in ("linear", "fft", "hz", "log", "oct3", "log_oct3", "fft_note")},
    "fft n_fft": {"n_fft": 17},
    "fft_note narrow": {"sr": 500},
    "fft_svara": {"sr": 8000, "Sa": 130.0},
    "fft_svara mela": {"sr": 500, "Sa": 70.0, "mela": 22},
    "mel": {"fmax": 8000},
    "mel htk": {"htk": True, "fmin": 200.0},
    "mel_oct3": {},
    "cqt_hz": {},
    "cqt_note": {},
    "cqt_note narrow": {"bins_per_octave": 24, "tuning": 0.5, "fmin": 200.0},
    "cqt_note ascii": {"key": "F:min", "unicode": False, "fmin": 100.0},
    "cqt_svara": {"Sa": 40.0},
    "cqt_svara mela": {"Sa": 40.0, "mela": "kanakangi", "unicode": False},
    "cqt_oct3": {"bins_per_octave": 3},
    "vqt_hz": {"intervals": "pythagorean", "bins_per_octave": 7},
    "vqt_note": {"intervals": "ji5", "fmin": 100.0},
    "vqt_fjs": {"intervals": "ji5", "fmin": 110.0, "unison": "A"},
    "vqt_oct3": {"intervals": [1, 4 / 3, 3 / 2], "bins_per_octave": 3},
    "chroma": {},
    "chroma key": {"key": "Eb:min", "bins_per_octave": 9},
    "chroma_h": {"Sa": 2, "thaat": "bilaval"},
    "chroma_c": {"Sa": 5, "mela": 22},
    "chroma_fjs": {"intervals": "ji5", "bins_per_octave": 9},
    "chroma_fjs list": {"intervals": [1, 5 / 4, 3 / 2], "fmin": 110.0, "bins_per_octave": 3},
    "tonnetz": {},
    **{f"{kind} {hop}": {"hop_length": hop} for kind in ("time", "lag") for hop in (512, 300000, 30000000)},
    **{kind: {"sr": 100} for kind in ("h", "m", "s", "ms", "lag_h", "lag_m", "lag_s", "lag_ms")},
    "tempo": {"hop_length": 9000},
    "fourier_tempo": {"win_length": 16},
    "frames": {},
    "off": {},
    "None": {},
}
# Other ways of colouring and squaring.
PICTURES = {
    "negative": lambda: (DATA - 1, {}),
    "below": lambda: (-DATA, {}),
    "threshold": lambda: (DATA, {"div_thresh": 2.0, "vmin": -1.0}),
    "boolean": lambda: (DATA > 1, {}),
    "outliers": lambda: (np.where(DATA == 0, -1, DATA + np.zeros((1, 1))), {}),
    "not finite": lambda: (np.where(DATA == 1, np.nan, DATA - 1), {}),
    "ints": lambda: (DATA.astype(int), {}),
    "maps": lambda: (DATA, {"cmap_seq": "viridis"}),
    "map": lambda: (DATA - 1, {"cmap": "gray", "vmax": 3.0}),
    "dB": lambda: (DATA, {"vscale": "dB"}),
    "dBFS power": lambda: (DATA, {"vscale": "dBFS[power]", "top_db": 20}),
    "dB 0.5": lambda: (DATA, {"vscale": "dB[0.5]"}),
    "dB power 2": lambda: (DATA, {"vscale": "dB[power,2e0]", "cmap_seq": "viridis"}),
    "phase": lambda: (np.exp(1j * DATA), {"vscale": "phase"}),
    "dphase": lambda: (np.exp(3j * DATA), {"vscale": "dphase", "x_axis": "time", "y_axis": "fft"}),
    "dphase_t": lambda: (np.exp(3j * DATA), {"vscale": "dphase_t", "x_axis": "time", "y_axis": "fft"}),
    "square": lambda: (DATA[:7], {"x_axis": "time", "y_axis": "s"}),
    "not square": lambda: (DATA[:7], {"x_axis": "time", "y_axis": "lag"}),
    "not asked": lambda: (DATA[:7], {"x_axis": "chroma", "y_axis": "chroma", "auto_aspect": False}),
    "coordinates": lambda: (DATA, {"x_coords": np.arange(7) ** 2, "y_coords": np.arange(9) * 100, "y_axis": "log"}),
    "edges": lambda: (DATA, {"x_coords": np.arange(8) ** 2, "y_coords": np.arange(10) * 100, "y_axis": "log"}),
    "tempo limits": lambda: (DATA, {"y_axis": "tempo", "tempo_min": 100, "tempo_max": None}),
}


def axis_facts(axis) -> dict:
    """Ticks in view, those that have labels with them, as a reader of the picture sees them."""
    low, high = sorted(axis.get_view_interval())
    facts = {"label": axis.get_label_text(), "scale": axis.get_scale(), "view": [float(low), float(high)]}
    for name, minor in (("major", False), ("minor", True)):
        ticks = zip(axis.get_ticklocs(minor=minor), axis.get_ticklabels(minor=minor), strict=True)
        seen = [(float(place), label.get_text()) for place, label in ticks if low <= place <= high]
        facts[name] = {"places": [place for place, _ in seen], "labels": [label for _, label in seen]}
    return facts


def axes_facts(ax) -> dict:
    ax.figure.canvas.draw()
    return {"x": axis_facts(ax.xaxis), "y": axis_facts(ax.yaxis)}


def figure_axes():
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    return figure.subplots()


def kind_facts(lib, case: str, which: str) -> dict:
    """An axis of a kind, the coordinates of its mesh with it."""
    kind = None if case == "None" else case.split()[0]
    ax = figure_axes()
    data = DATA.T if which == "x" else DATA
    mesh = lib.display.specshow(data, ax=ax, **{f"{which}_axis": kind}, **KINDS[case])
    coordinates = mesh.get_coordinates()
    along = coordinates[0, :, 0] if which == "x" else coordinates[:, 0, 1]
    return {"coordinates": along.tolist(), **axes_facts(ax)[which]}


def picture_facts(lib, case: str) -> dict:
    ax = figure_axes()
    data, options = PICTURES[case]()
    mesh = lib.display.specshow(data, ax=ax, **options)
    return {
        "array": np.ma.filled(np.ma.masked_invalid(mesh.get_array().astype(float)), 99).ravel().tolist(),
        "cmap": mesh.get_cmap().name,
        "norm": type(mesh.norm).__name__,
        "limits": [float(mesh.norm.vmin), float(mesh.norm.vmax)],
        "aspect": str(ax.get_aspect()),
        **axes_facts(ax),
    }


def wave_facts(lib, case: str) -> dict:
    t = np.arange(800) / 100
    y = np.stack([np.sin(t) * np.exp(-t / 4), 0.5 * np.cos(3 * t)])
    f0 = np.where(np.arange(16) % 5 == 4, np.nan, 200.0 + 10 * np.arange(16))
    ax = figure_axes()
    options = {"sr": 100, "ax": ax}
    if case.startswith("bars"):
        more = {"bars": {}, "bars stereo": {"n_bars": 30, "offset": 2.0}, "bars up": {"transpose": True, "axis": "s"}}
        bars = lib.display.wavebars(y if "stereo" in case else y[0], **options, **more[case])
        paths = bars.get_paths()
        return {"n": len(paths), "first": paths[3].vertices.ravel().tolist(), **axes_facts(ax)}
    if case.startswith("f0"):
        plot = lib.display.wavef0(y[0], f0=f0, hop_length=50, transpose="up" in case, **options)
    else:
        more = {
            "show": {"max_points": 90},
            "show stereo": {"max_points": 100, "offset": 1.0, "where": "mid"},
            "show up": {"max_points": 100, "transpose": True},
            "show mask": {"max_points": 100, "mask": t % 2 < 1},
            "show all": {"marker": "."},
            "show inverted": {"invert": True, "color": "red", "max_points": 100},
        }
        plot = lib.display.waveshow(y if "stereo" in case else y[0], **options, **more[case])
    far = axes_facts(ax)
    (ax.set_ylim if "up" in case else ax.set_xlim)(3.5, 3.8)
    return {
        "envelope": [path.vertices.ravel().tolist() for path in plot.envelope.get_paths()],
        "steps": np.ravel(plot.steps.get_data()).tolist(),
        "seen": [plot.steps.get_visible(), plot.envelope.get_visible()],
        "colors": [str(plot.steps.get_color()), list(map(float, ax.get_facecolor()))],
        **far,
    }


WAVES = (
    *("show", "show stereo", "show up", "show mask", "show all", "show inverted"),
    *("bars", "bars stereo", "bars up", "f0", "f0 up"),
)


def all_facts(lib) -> dict:
    """Of every picture there is."""
    kinds = {f"{which} {case}": kind_facts(lib, case, which) for case in KINDS for which in "xy"}
    pictures = {f"picture {case}": picture_facts(lib, case) for case in PICTURES}
    return kinds | pictures | {f"wave {case}": wave_facts(lib, case) for case in WAVES}

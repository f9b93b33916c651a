"""Pictures: their meshes, ticks, labels and colours against librosa 1.0's, and what matplotlib's absence does."""

import gc
import json
import subprocess
import sys
import warnings
import weakref
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from support.display_cases import DATA, KINDS, PICTURES, WAVES, figure_axes, kind_facts, picture_facts, wave_facts

import fastspec
from fastspec import display

with np.load(Path(__file__).parent / "golden" / "display.npz") as stored:
    GOLDEN = json.loads(stored["facts"].tobytes())
BEYOND = "ignore:Frequency axis exceeds Nyquist"


@pytest.fixture(autouse=True)
def no_window():
    """Glyphs that the font lacks are warned of, and are no fault of ours; nor are axes that cannot be logarithmic."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")
        warnings.filterwarnings("ignore", message="Attempt to set non-positive")
        matplotlib.use("agg")
        yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def agree(ours, theirs, where: str = "") -> None:
    """Words are the same, numbers nearly: notes' frequencies differ by rounding."""
    assert type(ours) is type(theirs), where
    if isinstance(ours, dict):
        assert ours.keys() == theirs.keys(), where
        for key in ours:
            agree(ours[key], theirs[key], f"{where}/{key}")
    elif isinstance(ours, list) and ours and isinstance(ours[0], float):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-9, err_msg=where)
    elif isinstance(ours, list) and ours and isinstance(ours[0], list):
        assert len(ours) == len(theirs), where
        for one, other in zip(ours, theirs, strict=True):
            agree(one, other, where)
    else:
        assert ours == theirs, where


# Where ticks of logarithmic axes lie, and how it names colours, is matplotlib's own affair.
as_stored = pytest.mark.skipif(
    tuple(map(int, matplotlib.__version__.split(".")[:2])) < (3, 11), reason="the stored ticks are matplotlib 3.11's"
)


@as_stored
@pytest.mark.filterwarnings(BEYOND)
@pytest.mark.parametrize("which", ["x", "y"])
@pytest.mark.parametrize("case", KINDS)
def test_axes_as_librosa(case, which):
    agree(kind_facts(fastspec, case, which), GOLDEN[f"{which} {case}"])


@pytest.mark.parametrize("case", PICTURES)
def test_pictures_as_librosa(case):
    agree(picture_facts(fastspec, case), GOLDEN[f"picture {case}"])


@as_stored
@pytest.mark.parametrize("case", WAVES)
def test_waves_as_librosa(case):
    agree(wave_facts(fastspec, case), GOLDEN[f"wave {case}"])


def test_every_kind_of_axis_is_compared():
    from fastspec.display import _axes

    tried = {None if case == "None" else case.split()[0] for case in KINDS}
    assert tried == (set(_axes._COORDINATES) & set(_axes._DECORATIONS))


def test_a_note_s_tick_is_at_its_frequency():
    ax = figure_axes()
    display.specshow(np.ones((60, 3)), y_axis="cqt_note", ax=ax)
    ax.figure.canvas.draw()
    for place, label in zip(ax.get_yticks(), ax.get_yticklabels(), strict=True):
        if label.get_text():
            assert place == pytest.approx(float(fastspec.note_to_hz(label.get_text())))


def test_complex_data_and_frequencies_beyond_nyquist_warn_the_caller():
    with pytest.warns(UserWarning, match="Trying to display complex") as caught:
        display.specshow(DATA * 1j, ax=figure_axes())
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match="Frequency axis exceeds Nyquist, sr / 2 = 50 Hz") as caught:
        display.specshow(DATA, y_axis="cqt_hz", sr=100, ax=figure_axes())
    assert caught[0].filename == __file__


def test_old_name_of_infer_cmap_warns():
    with pytest.warns(FutureWarning, match="cmap"):
        assert display.cmap(DATA).name == "magma"
    assert display.infer_cmap(DATA - 1).name == "coolwarm"


def test_current_axes_are_drawn_on_without_ax():
    import matplotlib.pyplot as plt

    ax = plt.subplots(2)[1][1]
    image = display.specshow(DATA)
    assert image.axes is ax
    assert plt.gci() is image
    assert display.waveshow(DATA[0]).ax is ax
    assert display.highlight(ax=None, color=None)[0] is not None


def test_a_waveplot_lives_as_long_as_its_axes_and_not_longer():
    ax = figure_axes()
    plot = weakref.ref(display.waveshow(np.sin(np.arange(100.0)), ax=ax))
    gc.collect()
    assert plot() is not None
    del ax
    gc.collect()
    assert plot() is None


def test_a_waveplot_follows_one_pair_of_axes_at_a_time():
    ax, other = figure_axes(), figure_axes()
    plot = display.waveshow(np.sin(np.arange(3000.0)), sr=100, max_points=300, ax=ax)
    plot.disconnect()
    ax.set_xlim(1, 2)
    assert plot.envelope.get_visible()
    assert plot.ax is ax
    plot.connect(ax)
    ax.set_xlim(1, 2.1)
    assert plot.steps.get_visible()
    plot.disconnect(strict=True)
    assert plot.ax is None
    plot.connect(other)
    assert plot.ax is other
    assert plot.label_proxy_.axes is other
    assert ax.get_children().count(plot.label_proxy_) == 0


def test_waves_are_drawn_when_the_figure_is_and_not_before(monkeypatch):
    """Without a window each drawing would be a whole one, of all axes."""
    import matplotlib.pyplot as plt

    drawn = []
    figure, axes = plt.subplots(nrows=2, sharex=True)
    monkeypatch.setattr(figure.canvas, "draw", lambda *_: drawn.append(1))
    plots = [display.waveshow(np.sin(np.arange(30_000)), sr=8000, ax=ax) for ax in axes]
    figure.stale = False
    axes[0].set_xlim(1.0, 1.5)
    assert plots[0].steps.get_visible()  # and the other one, by matplotlib that tells shared axes of it (not 3.6)
    assert not drawn
    assert figure.stale  # so a window draws it anew


def test_legends_name_waves_and_bars():
    from matplotlib.figure import Figure

    figure = Figure()
    above, below = figure.subplots(2)
    plot = display.waveshow(np.sin(np.arange(30.0)), label="show", ax=above, color="red", invert=True)
    display.wavebars(np.sin(np.arange(300.0)), label="bars", ax=below)
    legend = display.legend_for_axes(fig=figure, loc="lower left")
    figure.canvas.draw()
    assert [text.get_text() for text in legend.get_texts()] == ["show", "bars"]
    assert above.get_facecolor()[:3] == (1, 0, 0)
    assert plot.steps.get_color() == (1.0, 1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("shape", "options", "grid", "result"),
    [
        ((2, 300), {}, (2, 1), (2,)),
        ((3, 300), {"orient": "h"}, (1, 3), (3,)),
        ((2, 3, 300), {"share_properties": "row"}, (2, 3), (2, 3)),
        ((300,), {}, (1, 1), (1,)),
    ],
)
def test_multiplot(shape, options, grid, result):
    from matplotlib.figure import Figure

    figure = Figure()
    y = np.sin(np.arange(np.prod(shape))).reshape(shape)
    drawn = display.multiplot("wavebars", y, fig=figure, titles=[str(i) for i in range(np.prod(grid))], **options)
    assert drawn.shape == result
    assert figure.axes[0].get_gridspec().get_geometry() == grid
    assert [ax.get_title() for ax in figure.axes] == [str(i) for i in range(np.prod(grid))]
    colors = [tuple(bars.get_facecolor()[0]) for bars in drawn.flat]
    assert len(set(colors)) == (2 if "share_properties" in options else len(colors))


@pytest.mark.parametrize(
    ("share", "which"), [(True, [0, 0, 0, 0]), ([7, 3, 7, 7], [0, 1, 0, 0]), (False, [0, 1, 2, 3])]
)
def test_pictures_share_styles(share, which):
    from matplotlib import rcParams
    from matplotlib.figure import Figure

    drawn = display.multiplot("waveshow", np.ones((4, 30)), fig=Figure(), share_properties=share)
    colors = rcParams["axes.prop_cycle"].by_key()["color"]
    assert [plot.steps.get_color() for plot in drawn] == [colors[i] for i in which]


def test_the_current_figure_is_drawn_on_without_fig():
    import matplotlib.pyplot as plt

    drawn = display.multiplot("waveshow", np.ones((2, 30)), labels=["one", "two"], fig_kw={"figsize": (3, 2)})
    assert plt.gcf().axes == [plot.ax for plot in drawn]
    assert plt.gcf().get_size_inches().tolist() == [3, 2]
    legend = display.legend_for_axes()
    assert legend.figure is plt.gcf()
    assert [text.get_text() for text in legend.get_texts()] == ["one", "two"]


def test_bars_along_f0():
    """They are `wavebars`, moved to the frequencies."""
    f0, y = np.full(16, 220.0), np.sin(np.arange(8000.0))
    ax, plain = figure_axes(), figure_axes()
    bars = display.wavef0(y, f0=f0, sr=8000, ax=ax, method="wavebars", n_bars=10)
    same = display.wavebars(y, sr=8000, ax=plain, n_bars=10)
    assert len(bars.get_paths()) == len(same.get_paths()) == 10
    move = display.Transformf0(f0, sr=8000, norm=np.abs(y).max() + np.finfo(float).tiny)
    for one, other in zip(bars.get_paths(), same.get_paths(), strict=True):
        np.testing.assert_allclose(one.vertices, other.vertices)
        there = bars.get_transform().transform(one.vertices)
        np.testing.assert_allclose(there, ax.transData.transform(move.transform(other.vertices)))


def test_bars_let_the_background_through():
    ax = figure_axes()
    bars = display.wavebars(np.sin(np.arange(300.0)), ax=ax, color="red", invert=True)
    assert ax.get_facecolor() == (1, 0, 0, 1)
    assert bars.get_facecolor().tolist() == [[1, 1, 1, 1]]
    display.wavebars(np.sin(np.arange(300.0)), ax=ax, color="red", invert=True, invert_color="blue").get_facecolor()
    assert ax.collections[-1].get_facecolor().tolist() == [[0, 0, 1, 1]]


def test_a_waveplot_without_drawings_is_left_alone():
    ax = figure_axes()
    plot = display.waveshow(np.sin(np.arange(300.0)), ax=ax)
    plot.steps.remove()
    gc.collect()
    visible = plot.envelope.get_visible()
    plot.update(ax)
    assert plot.steps is None
    assert plot.envelope.get_visible() == visible


def test_highlights_on_transparent_axes_go_by_the_figure():
    ax = figure_axes()
    ax.set_facecolor("none")
    for background, color in (("black", "white"), ("white", "black")):
        ax.figure.set_facecolor(background)
        assert display.highlight(ax=ax)[0]._gc["foreground"] == color


def test_formatters_of_ones_own():
    class Hertz(display.AdaptiveFormatterBase):
        def _format_tick(self, x, pos=None):
            return f"{x:.0f} Hz"

    for kind in (Hertz, display.AdaptiveFormatterBase):
        ax = figure_axes()
        ax.set_ylim(100, 200)
        formatter = kind()
        formatter.set_axis(ax.yaxis)
        if kind is Hertz:
            assert formatter(150) == "150 Hz"
        else:
            with pytest.raises(NotImplementedError, match="AdaptiveFormatterBase must define _format_tick"):
                formatter(150)


def test_names_that_librosas_own_tests_use():
    assert display._mp_setup_labels(None, (2, 1)).tolist() == [[None], [None]]
    assert display._squeeze_shape((1, 3, 1)) == (3,)


def test_a_module_that_matplotlib_lacks_is_told_as_it_is(monkeypatch):
    def lacking(name, package=None):
        raise ModuleNotFoundError("No module named 'nothing'", name="nothing")

    monkeypatch.setattr(display, "import_module", lacking)
    with pytest.raises(ModuleNotFoundError, match="No module named 'nothing'"):
        display._squeeze_shape((1, 3, 1))


def test_multiplot_of_spectrograms_and_given_axes():
    from matplotlib.figure import Figure

    axes = Figure().subplots(2)
    images = display.multiplot("specshow", DATA, DATA - 1, axes=axes, x_axis="time")
    assert [image.get_cmap().name for image in images] == ["magma", "coolwarm"]
    assert [image.axes for image in images] == list(axes)


def test_f0_and_back():
    f0 = np.array([100.0, 200.0, 150.0])
    move = display.Transformf0(f0, sr=10, hop_length=10, norm=0.5)
    points = np.array([[0.5, 0.5], [1.2, -0.5], [1.9, 0.0]])
    moved = move.transform(points)
    np.testing.assert_allclose(moved[:, 1], [100 * 2 ** (1 / 12), 200 * 2 ** (-1 / 12), 200])
    np.testing.assert_allclose(move.inverted().transform(moved), points, atol=1e-14)


@pytest.mark.parametrize(
    ("dark", "color"),
    [(True, "white"), (False, "black")],
)
def test_highlights_stand_out(dark, color):
    ax = figure_axes()
    display.specshow(np.full((4, 4), 0.0 if dark else 1.0), cmap="gray", vmin=0, vmax=1, ax=ax)
    text = ax.text(1, 1, "here")
    effects = display.highlight(artist=text)
    assert effects[0]._gc["foreground"] == color
    assert display.highlight(ax=ax, foreground="red")[0]._gc["foreground"] == "red"


def test_colorbars():
    ax = figure_axes()
    bar = display.colorbar_phase(display.specshow(np.exp(1j * DATA), vscale="phase", ax=ax))
    ax.figure.canvas.draw()
    labels = [label.get_text() for label in bar.ax.get_yticklabels()]
    assert labels == ["-π", "-3π/4", "-π/2", "-π/4", " 0", " π/4", " π/2", " 3π/4", " π"]
    levels = display.colorbar_db(display.specshow(DATA, vscale="dB", ax=figure_axes()))
    assert levels.ax.get_ylabel() == "dB"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: display.specshow(DATA, x_axis="tme", ax=figure_axes()), "'tme' is unknown; .*tempo, time"),
        (lambda: display.specshow(DATA, x_axis="cqt", ax=figure_axes()), "'cqt' has no ticks"),
        (lambda: display.specshow(DATA, x_coords=np.arange(5), ax=figure_axes()), "5 coordinates do not fit 7"),
        (lambda: display.specshow(DATA[0], ax=figure_axes()), r"data\.shape=\(7,\)"),
        (lambda: display.specshow(DATA, ax="axes"), "ax='axes'"),
        (lambda: display.specshow(DATA, vscale="decibel", ax=figure_axes()), "vscale='decibel'"),
        (lambda: display.specshow(DATA, vscale="dBFS[3]", ax=figure_axes()), "use dB with a reference"),
        (lambda: display.specshow(DATA, y_axis="cqt_svara", ax=figure_axes()), "Sa=None"),
        (lambda: display.SvaraFormatter(None), "Sa=None"),
        (lambda: display.specshow(DATA, y_axis="vqt_hz", ax=figure_axes()), "intervals=None"),
        (lambda: display.specshow(DATA, y_axis="chroma_fjs", ax=figure_axes()), "intervals=None"),
        (lambda: display.specshow(DATA, y_axis="chroma_c", ax=figure_axes()), "mela=None"),
        (lambda: display.TimeFormatter(unit="d"), "unit='d'"),
        (lambda: display.ChromaFJSFormatter(intervals="ji3"), "bins_per_octave=None"),
        (lambda: display.ChromaFJSFormatter(intervals=3), "intervals=3"),
        (lambda: display.waveshow(DATA[0], max_points=0, ax=figure_axes()), "max_points=0"),
        (lambda: display.waveshow(DATA[np.newaxis], ax=figure_axes()), r"y\.shape=\(1, 9, 7\)"),
        (lambda: display.waveshow(DATA[0, :0], ax=figure_axes()), r"y\.shape=\(0,\) holds no samples"),
        (lambda: display.waveshow(DATA[0] * np.nan, ax=figure_axes()), "not finite"),
        (lambda: display.wavebars(DATA[0], n_bars=0, ax=figure_axes()), "n_bars=0"),
        (lambda: display.wavef0(DATA[0], f0=np.array([-1.0]), ax=figure_axes()), "f0 must be positive"),
        (lambda: display.wavef0(DATA[0], f0=np.ones(1), method="bars", ax=figure_axes()), "method='bars'"),
        (lambda: display.multiplot("barshow", DATA), "func='barshow'"),
        (lambda: display.multiplot("waveshow"), "needs data"),
        (lambda: display.multiplot("waveshow", DATA, orient="up"), "orient='up'"),
        (lambda: display.multiplot("waveshow", DATA[None, None]), r"leading axes of shape \(1, 1, 9\)"),
        (lambda: display.multiplot("waveshow", DATA[:2], axes=figure_axes()), r"shape \(1, 1\) do not fit.*\(2,\)"),
        (lambda: display.multiplot("waveshow", DATA[:2], titles=["one"]), "1 labels or titles for 2 pictures"),
        (lambda: display.multiplot("waveshow", DATA[:2], share_properties=[1]), r"share_properties=\[1\] must be"),
        (
            lambda: display.ChromaFJSFormatter(intervals=[1.0, None]),
            r"intervals=\[1.0, None\] must be a name or numbers",
        ),
        (lambda: display.legend_for_axes([]), "no axes"),
        (lambda: display.legend_for_axes([figure_axes(), figure_axes()]), "several figures"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(fastspec.ParameterError, match=message):
        call()


def test_without_matplotlib():
    """In a process of its own, which cannot import it."""
    program = """
import sys
sys.modules["matplotlib"] = None
import fastspec, fastspec.display
assert "specshow" in dir(fastspec.display)
for name in fastspec.display.__all__:
    try:
        getattr(fastspec.display, name)
    except ImportError as error:
        assert "pip install 'fastspec-audio[plot]'" in str(error) and name in str(error), error
        assert type(error) is ImportError
    else:
        raise AssertionError(name)
try:
    from fastspec.display import waveshow
except ImportError as error:
    assert "fastspec-audio[plot]" in str(error)
try:
    fastspec.display.nothing
except AttributeError as error:
    pass
assert fastspec.hz_to_mel(0.0) == 0
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_drawing_on_axes_needs_no_pyplot():
    """Programs with a canvas of their own have no use for its windows and global state."""
    program = """
import sys
import numpy as np
from matplotlib.figure import Figure
import fastspec
fastspec.display.specshow(np.ones((9, 9)), x_axis="time", y_axis="mel", ax=Figure().subplots())
fastspec.display.waveshow(np.ones(9), ax=Figure().subplots())
assert "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)

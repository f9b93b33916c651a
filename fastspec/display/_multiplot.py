"""Several pictures that belong together, and one legend for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, cycle
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .._gate.samples import ParameterError
from ._specshow import specshow
from ._waves import wavebars, waveshow

if TYPE_CHECKING:
    from cycler import Cycler
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, FigureBase
    from matplotlib.legend import Legend
    from numpy.typing import NDArray


def multiplot(
    func: Literal["waveshow", "wavebars", "specshow"],
    *data: np.ndarray,
    axes: Axes | np.ndarray | None = None,
    fig: FigureBase | None = None,
    orient: Literal["v", "h"] = "v",
    share_properties: bool | Literal["row", "col"] | np.ndarray | None = None,
    fig_kw: dict[str, Any] | None = None,
    sharex: bool = True,
    sharey: bool = True,
    label_outer: bool = True,
    labels: Sequence[str | None] | None = None,
    titles: Sequence[str | None] | None = None,
    prop_cycle: Cycler[Any, Any] | None = None,
    **kwargs: Any,
) -> NDArray[np.object_]:
    """Draw waveforms or spectrograms on axes of their own: the channels of one array, or several arrays.

    Parameters
    ----------
    func : {'waveshow', 'wavebars', 'specshow'}
        What draws each.
    *data : np.ndarray
        One array of one or two leading axes, which become the rows and columns of pictures; or several arrays.
    axes : np.ndarray of matplotlib.axes.Axes, optional
        Where to draw. Default: new axes.
    fig : matplotlib.figure.FigureBase, optional
        Where to make new axes. Default: a new figure.
    orient : {'v', 'h'}, default 'v'
        Pictures of one leading axis stand in a column, or in a row.
    share_properties : bool, {'row', 'col'}, array_like or None, default None
        Which pictures have one style: all, those of a row, of a column, or those with equal numbers; False or None:
        each has its own.
    fig_kw : dict, optional
        For `matplotlib.pyplot.subplots`, of a new figure.
    sharex, sharey : bool, default True
        New axes share their limits.
    label_outer : bool, default True
        Labels stand at the outer axes only.
    labels, titles : sequence of str or None, optional
        Names in legends, and titles, of each picture.
    prop_cycle : cycler.Cycler, optional
        The styles. Default: those of matplotlib's settings.
    **kwargs
        For what draws.

    Returns
    -------
    np.ndarray of object
        What `func` returned for each, in the shape of the pictures.

    Raises
    ------
    ParameterError
        If `func` or `orient` is unknown, there is no data, it has too many axes, or `axes` or `share_properties` do
        not fit it.

    See Also
    --------
    legend_for_axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> import numpy as np
    >>> import fastspec.display
    >>> y = np.stack([fastspec.tone(f, sr=8000, duration=1) for f in (100, 150)])
    >>> fig = Figure()
    >>> fastspec.display.multiplot("waveshow", y, sr=8000, fig=fig, titles=["one", "two"]).shape
    (2,)
    >>> [ax.get_title() for ax in fig.axes]
    ['one', 'two']
    """
    draw, dimensions, foreign = resolve(func)
    shape, nrows, ncols, several = layout(data, dimensions, orient)
    items = data if several else data[0].reshape(-1, *data[0].shape[-dimensions:])
    _, places, result_shape = places_for(
        axes=axes, fig=fig, fig_kw=fig_kw, nrows=nrows, ncols=ncols, axshape=shape, orient=orient,
        sharex=sharex, sharey=sharey,
    )  # fmt: skip
    styles = styles_of(groups_of(share_properties, places.shape), foreign, prop_cycle)
    named = names_of(labels, places.shape), names_of(titles, places.shape)
    drawn = np.empty(places.size, dtype=object)
    each = zip(items, places.flat, *(names.flat for names in named), styles.flat, strict=True)
    for i, (item, ax, label, title, style) in enumerate(each):
        drawn[i] = draw(item, ax=ax, label=label, **style, **kwargs)
        if title is not None:
            ax.set_title(title)
        if label_outer:
            ax.label_outer()
    return drawn.reshape(result_shape)


def resolve(func: str) -> tuple[Callable[..., Any], int, list[str]]:
    """What draws, the dimensions of what it draws, and the properties of a style that it does not take."""
    known: dict[str, tuple[Callable[..., Any], int, list[str]]] = {
        "waveshow": (waveshow, 1, []),
        "wavebars": (wavebars, 1, []),
        "specshow": (specshow, 2, ["color"]),
    }
    if func not in known:
        raise ParameterError(f"func={func!r} must be one of {', '.join(map(repr, known))}")
    return known[func]


def layout(data: tuple[np.ndarray, ...], dims: int, orient: str) -> tuple[tuple[int, ...], int, int, bool]:
    """The shape of the pictures, their rows and columns, and whether each is an array of its own."""
    if orient not in ("h", "v"):
        raise ParameterError(f"orient={orient!r} must be 'v' or 'h'")
    if not data:
        raise ParameterError("multiplot needs data: one array with channels, or several arrays")
    several = len(data) > 1 or np.ndim(data[0]) <= dims or not isinstance(data[0], np.ndarray)
    shape = (len(data),) if several else data[0].shape[:-dims]
    if len(shape) > 2:
        raise ParameterError(f"data has leading axes of shape {shape}, but pictures have rows and columns alone")
    nrows, ncols = shape if len(shape) == 2 else (*shape, 1) if orient == "v" else (1, *shape)
    return shape, nrows, ncols, several


def places_for(
    *,
    axes: Axes | np.ndarray | None,
    fig: FigureBase | None = None,
    fig_kw: dict[str, Any] | None = None,
    nrows: int,
    ncols: int,
    axshape: tuple[int, ...],
    orient: str,
    sharex: bool,
    sharey: bool,
) -> tuple[FigureBase, NDArray[np.object_], tuple[int, ...]]:
    """The figure, its axes in rows and columns, and the shape that the result is to have."""
    if axes is None:
        shape = axshape
        options: dict[str, Any] = {"sharex": sharex, "sharey": sharey, "squeeze": False}
        if fig is None:
            import matplotlib.pyplot as plt

            _, axes = plt.subplots(nrows, ncols, **options, **(fig_kw or {}))
        else:
            axes = fig.subplots(nrows, ncols, **options)
    else:
        shape = np.asarray(axes, dtype=object).shape
    places = np.asarray(axes, dtype=object)
    if places.ndim < 2:
        places = places.reshape((-1, 1) if orient == "v" else (1, -1))
    if without_ones(places.shape) != without_ones(axshape):
        raise ParameterError(f"axes of shape {places.shape} do not fit pictures of shape {axshape}")
    return places.flat[0].get_figure(), places, shape


def without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for n in shape if n > 1)


def names_of(names: Sequence[str | None] | None, shape: tuple[int, ...]) -> NDArray[np.object_]:
    """The name of each picture, None for none."""
    if names is None:
        return np.full(shape, None, dtype=object)
    each = np.asarray(names, dtype=object)
    if each.size != np.prod(shape):
        raise ParameterError(f"{names!r} are {each.size} labels or titles for {int(np.prod(shape))} pictures")
    return each.reshape(shape)


def groups_of(share: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    """A number for each picture; those with equal ones have one style."""
    if share is None or share is False:
        return np.arange(np.prod(shape)).reshape(shape)
    if share is True:
        return np.ones(shape, dtype=int)
    if isinstance(share, str) and share in ("row", "col"):
        return np.indices(shape)[0 if share == "row" else -1]
    groups = np.asarray(share)
    if groups.size != np.prod(shape):
        raise ParameterError(
            f"share_properties={share!r} must be 'row', 'col', True, False or a number for each of {shape} pictures"
        )
    return groups.reshape(shape)


def styles_of(groups: np.ndarray, foreign: list[str], prop_cycle: Cycler[Any, Any] | None) -> NDArray[np.object_]:
    """The style of each picture: the next of the cycle whenever a group appears for the first time."""
    from matplotlib import rcParams

    styles = cycle(rcParams["axes.prop_cycle"] if prop_cycle is None else prop_cycle)
    of_group: dict[Any, dict[str, Any]] = {}
    result = np.empty(groups.shape, dtype=object)
    for place in np.ndindex(groups.shape):
        group = groups[place]
        if group not in of_group:
            of_group[group] = {name: value for name, value in next(styles).items() if name not in foreign}
        result[place] = of_group[group]
    return result


def legend_for_axes(
    axes: Axes | np.ndarray | list[Axes] | None = None, *, fig: Figure | None = None, **kwargs: Any
) -> Legend:
    """One legend for all that axes of a figure hold.

    Parameters
    ----------
    axes : matplotlib.axes.Axes, or array or list of them, optional
        Default: all axes of the figure.
    fig : matplotlib.figure.Figure, optional
        Default: that of the axes, else the current one.
    **kwargs
        For `matplotlib.figure.Figure.legend`.

    Returns
    -------
    matplotlib.legend.Legend
        The legend.

    Raises
    ------
    ParameterError
        If there are no axes, or they belong to several figures.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> import fastspec.display
    >>> fig = Figure()
    >>> for ax, name in zip(fig.subplots(2), ["one", "two"]):
    ...     line = ax.plot([1, 2], label=name)
    >>> [text.get_text() for text in fastspec.display.legend_for_axes(fig=fig).get_texts()]
    ['one', 'two']
    """
    if axes is None:
        if fig is None:
            import matplotlib.pyplot as plt

            fig = plt.gcf()
        axes = fig.axes
    each = np.atleast_1d(np.asarray(axes, dtype=object)).ravel()
    if not len(each):
        raise ParameterError("there are no axes to make a legend for")
    figure = each[0].figure if fig is None else fig
    if any(ax.figure is not figure for ax in each):
        raise ParameterError("axes of several figures cannot have one legend")
    found = [ax.get_legend_handles_labels() for ax in each]
    handles, labels = (list(chain(*parts)) for parts in zip(*found, strict=True))
    return figure.legend(handles, labels, **kwargs)

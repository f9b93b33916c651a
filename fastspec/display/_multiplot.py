"""Several pictures that belong together, and one legend for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, cycle
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .._arrays import ParameterError
from ._specshow import specshow
from ._waves import wavebars, waveshow

if TYPE_CHECKING:
    from cycler import Cycler
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, FigureBase
    from matplotlib.legend import Legend
    from numpy.typing import ArrayLike, NDArray

# What draws, the dimensions of what it draws, and the properties of a style that it does not take.
_DRAWN_BY: dict[str, tuple[Callable[..., Any], int, tuple[str, ...]]] = {
    "waveshow": (waveshow, 1, ()),
    "wavebars": (wavebars, 1, ()),
    "specshow": (specshow, 2, ("color",)),
}


def multiplot(
    func: Literal["waveshow", "wavebars", "specshow"],
    *data: np.ndarray,
    axes: Axes | np.ndarray | None = None,
    fig: FigureBase | None = None,
    orient: Literal["v", "h"] = "v",
    share_properties: bool | Literal["row", "col"] | np.ndarray | None = None,
    fig_kw: dict | None = None,
    sharex: bool = True,
    sharey: bool = True,
    label_outer: bool = True,
    labels: Sequence[str | None] | None = None,
    titles: Sequence[str | None] | None = None,
    prop_cycle: Cycler | None = None,
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
    if func not in _DRAWN_BY:
        raise ParameterError(f"func={func!r} must be one of {', '.join(map(repr, _DRAWN_BY))}")
    draw, dimensions, foreign = _DRAWN_BY[func]
    items, shape = _items(data, dimensions)
    grid = _grid(shape, orient)
    if axes is None:
        places, result_shape = _new_axes(fig, fig_kw, grid, sharex, sharey), shape
    else:
        places, result_shape = _given_axes(axes, orient), np.shape(axes)
    if _without_ones(places.shape) != _without_ones(shape):
        raise ParameterError(f"axes of shape {places.shape} do not fit pictures of shape {shape}")
    labels, titles = _names(labels, places.shape, "labels"), _names(titles, places.shape, "titles")
    styles = _styles(_groups(share_properties, places.shape), foreign, prop_cycle)
    drawn = np.empty(places.size, dtype=object)
    for i, (item, ax) in enumerate(zip(items, places.flat, strict=True)):
        drawn[i] = draw(item, ax=ax, label=labels[i], **styles[i], **kwargs)
        if titles[i] is not None:
            ax.set_title(titles[i])
        if label_outer:
            ax.label_outer()
    return drawn.reshape(result_shape)


def _items(data: tuple[np.ndarray, ...], dimensions: int) -> tuple[Sequence[np.ndarray], tuple[int, ...]]:
    """What to draw, one after the other, and the shape of the pictures."""
    if not data:
        raise ParameterError("multiplot needs data: one array with channels, or several arrays")
    if len(data) > 1 or not isinstance(data[0], np.ndarray) or data[0].ndim <= dimensions:
        return data, (len(data),)
    whole = data[0]
    shape = whole.shape[: whole.ndim - dimensions]
    return whole.reshape(-1, *whole.shape[-dimensions:]), shape


def _grid(shape: tuple[int, ...], orient: str) -> tuple[int, int]:
    if orient not in ("h", "v"):
        raise ParameterError(f"orient={orient!r} must be 'v' or 'h'")
    if len(shape) > 2:
        raise ParameterError(f"data has leading axes of shape {shape}, but pictures have rows and columns alone")
    if len(shape) == 2:
        return shape
    return (shape[0], 1) if orient == "v" else (1, shape[0])


def _new_axes(fig: FigureBase | None, fig_kw: dict | None, grid: tuple[int, int], sharex, sharey) -> np.ndarray:
    if fig is not None:
        return fig.subplots(*grid, sharex=sharex, sharey=sharey, squeeze=False)
    import matplotlib.pyplot as plt

    return plt.subplots(*grid, sharex=sharex, sharey=sharey, squeeze=False, **(fig_kw or {}))[1]


def _given_axes(axes: Axes | np.ndarray, orient: str) -> np.ndarray:
    places = np.asarray(axes, dtype=object)
    if places.ndim == 1:
        return places[:, np.newaxis] if orient == "v" else places[np.newaxis]
    return np.atleast_2d(places)


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for n in shape if n > 1)


def _names(names: Sequence[str | None] | None, shape: tuple[int, ...], what: str) -> np.ndarray:
    n = int(np.prod(shape))
    each = np.full(n, None) if names is None else np.asarray(names, dtype=object).ravel()
    if len(each) != n:
        raise ParameterError(f"{what}={names!r} are {len(each)} for {n} pictures")
    return each


def _groups(share: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    """A number for each picture; those with equal ones have one style."""
    if share is None or share is False:
        return np.arange(np.prod(shape))
    if share is True:
        return np.zeros(np.prod(shape), dtype=int)
    if isinstance(share, str) and share in ("row", "col"):
        return np.indices(shape)[0 if share == "row" else -1].ravel()
    groups = np.asarray(share)
    if groups.size != np.prod(shape):
        raise ParameterError(
            f"share_properties={share!r} must be 'row', 'col', True, False or a number for each of {shape} pictures"
        )
    return groups.ravel()


def _styles(groups: ArrayLike, foreign: tuple[str, ...], prop_cycle: Cycler | None) -> list[dict[str, Any]]:
    """The style of each picture: the next of the cycle whenever a group appears for the first time."""
    from matplotlib import rcParams

    styles = cycle(rcParams["axes.prop_cycle"] if prop_cycle is None else prop_cycle)
    of_group: dict[Any, dict[str, Any]] = {}
    for group in np.asarray(groups).tolist():
        if group not in of_group:
            of_group[group] = {name: value for name, value in next(styles).items() if name not in foreign}
    return [of_group[group] for group in np.asarray(groups).tolist()]


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

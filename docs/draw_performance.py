"""The pictures of performance.md, drawn from performance.json; Sphinx does it each time it builds the pages.

    python docs/draw_performance.py        # needs matplotlib; benchmarks/sweep.py measures the JSON
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

HERE = Path(__file__).resolve().parent
COLOURS = {"fastspec": "#0b6fa4", "librosa": "#c8553d", "torch": "#6a4c93", "numpy": "#888888", "scipy": "#b08d2e"}
LOSS, GAIN = "#c8553d", "#0b6fa4"
WIDTH = 6.4  # inches: text of 9 points can still be read on a phone
# What the curves and bars show; more is in the JSON. A library has one way to do each of these jobs.
SHOWN = ("fastspec", "librosa", "torch")
CONTENDERS = (*SHOWN, "torch (stft+matmul)")


def results(measured: dict, sweep: str) -> Iterator[dict]:
    for run in measured["runs"]:
        if run["sweep"] == sweep:
            for result in run["results"]:
                yield {**result, "isa": run["machine"]["instruction set"], "library": result["contender"].split()[0]}


def curves(found: Iterable[dict], x_of: Callable[[dict], float]) -> dict[str, dict[float, float]]:
    """Milliseconds by library and x."""
    fastest = fastest_by(found, lambda result: (result["library"], x_of(result)))
    lines: dict[str, dict[float, float]] = {library: {} for library in SHOWN}
    for (library, x), seconds in sorted(fastest.items()):
        lines[library][x] = 1e3 * seconds
    return lines


def fastest_by(found: Iterable[dict], key_of: Callable[[dict], Hashable]) -> dict:
    """Seconds of the fastest round, by a key. The machine was busy, and what others did only ever adds time."""
    fastest: dict = defaultdict(lambda: float("inf"))
    for result in found:
        if result["contender"] in CONTENDERS:
            fastest[key_of(result)] = min(fastest[key_of(result)], result["min"])
    return dict(fastest)


def draw_lines(lines: dict[str, dict[float, float]], x_label: str, x_scale: str, ticks: dict[float, str]) -> Figure:
    figure = Figure((WIDTH, 3.6), layout="constrained")
    ax = figure.add_subplot(xscale=x_scale, yscale="log", xlabel=x_label, ylabel="milliseconds")
    for library, line in lines.items():
        ax.plot(line.keys(), line.values(), "o-", color=COLOURS[library], markersize=4)
        x, y = list(line.items())[-1]
        ax.annotate(library, (x, y), (6, 0), textcoords="offset points", va="center", color=COLOURS[library])
    ax.set_xticks(list(ticks), list(ticks.values()))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.margins(x=0.19)
    ax.grid(alpha=0.3)
    return figure


def length(measured: dict) -> Figure:
    lines = curves(results(measured, "length"), lambda result: result["seconds"])
    return draw_lines(lines, "seconds of audio", "log", {0.1: "0.1", 1: "1", 10: "10", 100: "100"})


def n_fft(measured: dict) -> Figure:
    lines = curves(results(measured, "n_fft"), lambda result: int(result["job"].split("=")[1]))
    sizes = list(lines["fastspec"])  # some lie close together: evenly spaced, all can be told apart
    ranked = {name: {sizes.index(size): time for size, time in line.items()} for name, line in lines.items()}
    return draw_lines(ranked, "n_fft", "linear", {i: str(size) for i, size in enumerate(sizes)})


def threads(measured: dict) -> Figure:
    """How many times as fast each library is with two threads as with one."""
    fastest = fastest_by(results(measured, "threads"), lambda r: (r["library"], r["job"], r["threads"]))
    gains = {(library, job): fastest[library, job, 1] / fastest[library, job, 2] for library, job, _ in fastest}
    return draw_bars(gains, "times as fast with two threads as with one")


def instruction_sets(measured: dict) -> Figure:
    """How many times as fast each instruction set is as scalar code."""
    fastest = fastest_by(results(measured, "isa"), lambda result: (result["isa"], result["job"]))
    gains = {(isa, job): fastest["scalar", job] / seconds for (isa, job), seconds in fastest.items()}
    return draw_bars(gains, "times as fast as scalar code")


def draw_bars(gains: dict[tuple[str, str], float], x_label: str) -> Figure:
    """A group of bars for each job; the keys are (series, job)."""
    series = list(dict.fromkeys(name for name, _ in gains))
    jobs = list(dict.fromkeys(job for _, job in gains))
    figure = Figure((WIDTH, 0.9 + 0.2 * len(jobs) * (len(series) + 1)), layout="constrained")
    ax = figure.add_subplot(xlabel=x_label)
    shades = dict(zip(series, ("#9cc5dd", "#5aa0c8", GAIN, "#06405f"), strict=False))
    for i, job in enumerate(jobs):
        here = [name for name in series if (name, job) in gains]
        for j, name in enumerate(here):
            y, gain = i * (len(series) + 1) + j, gains[name, job]
            ax.barh(y, gain, 0.9, color=COLOURS.get(name, shades[name]))
            ax.text(gain, y, f" {name} {gain:.2g}", va="center", fontsize=8)
    ax.set_yticks([i * (len(series) + 1) + (len(series) - 1) / 2 for i in range(len(jobs))], jobs)
    ax.axvline(1, color="black", linewidth=0.8)
    ax.invert_yaxis()
    ax.set_xlim(0, 1.2 * max(gains.values()))
    return figure


def jobs(measured: dict) -> Figure:
    """Every job beside every library, losers first, the worst of several runs; lines are the middle 90 % of draws."""
    rivals = sorted((r for r in results(measured, "jobs") if is_rival(r)), key=lambda r: -r["ratio"]["value"])
    worst = {(row["job"], row["contender"]): row for row in rivals}  # NumPy has run in each environment
    rows = sorted(worst.values(), key=lambda r: r["ratio"]["value"])
    figure = Figure((WIDTH, 0.9 + 0.17 * len(rows)), layout="constrained")
    ax = figure.add_subplot(xscale="log", xlabel="times as fast as the other library")
    for y, row in enumerate(rows):
        ratio = row["ratio"]
        colour = LOSS if ratio["value"] < 1 else GAIN
        ax.plot([ratio["low"], ratio["high"]], [y, y], color=colour, alpha=0.4)
        ax.plot(ratio["value"], y, "o", color=colour, markersize=4)
    ax.set_yticks(range(len(rows)), [f"{row['job']} : {row['contender']}" for row in rows], fontsize=6.5)
    ax.axvline(1, color="black", linewidth=0.8)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_label_position("top")
    ax.xaxis.tick_top()
    ax.set_ylim(len(rows), -1)
    ax.grid(axis="x", alpha=0.3)
    return figure


def is_rival(result: dict) -> bool:
    """Another library's way to do the job, not fastspec's own second one."""
    return result["ratio"] is not None and result["library"] != "fastspec" and "()" not in result["job"]


PICTURES = {"length": length, "n_fft": n_fft, "threads": threads, "instruction_sets": instruction_sets, "jobs": jobs}


def write(folder: Path) -> None:
    measured = json.loads((HERE / "performance.json").read_text(encoding="utf-8"))
    folder.mkdir(exist_ok=True)
    for name, draw in PICTURES.items():
        draw(measured).savefig(folder / f"{name}.svg")


if __name__ == "__main__":
    write(HERE / "plots")

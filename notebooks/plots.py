"""One style for all figures: sizes, fonts, colours, labels at the lines instead of legends.

Figures are 8 inches wide, on white, and the same bytes each time. No two colours look alike to people
who cannot see red or green, and each is dark enough to write with.
"""
import os
import pathlib
import textwrap

import matplotlib
import matplotlib.pyplot as plt
from matplotlib_inline.backend_inline import set_matplotlib_formats

COLOURS = {"DDP": "#222222", "Local SGD": "#6b7b7b", "DiLoCo": "#0072b2", "PALSGD": "#c44e00",
           "PALSGD shared": "#5b2a86"}
MARKERS = {"DDP": "s", "Local SGD": "v", "DiLoCo": "o", "PALSGD": "D", "PALSGD shared": "^"}
SHADES = "Blues"  # of heat maps: light is little
LIGHT = "#b8c4cc"  # what stands in the background

STYLE = {
    "figure.figsize": (8, 4), "figure.dpi": 100, "figure.facecolor": "white",
    "figure.constrained_layout.use": True, "savefig.facecolor": "white",
    "font.family": "DejaVu Sans", "font.size": 9.5, "axes.titlesize": 10,
    "axes.titlelocation": "left", "axes.spines.top": False, "axes.spines.right": False,
    "axes.edgecolor": "#555555", "axes.grid": True, "axes.axisbelow": True, "grid.color": "#e4e7ea",
    "lines.linewidth": 1.8, "lines.markersize": 4.5, "legend.frameon": False,
    "svg.hashsalt": "palsim", "svg.fonttype": "path",
}


def use_style():
    matplotlib.rcdefaults()
    matplotlib.rcParams.update(STYLE)
    set_matplotlib_formats("retina")  # nbconvert makes no page of SVG


def finding(figure, text):
    """What the figure shows, as its title."""
    figure.suptitle(textwrap.fill(text, 92), x=0.01, ha="left", fontsize=11, fontweight="bold")


def label_ends(axes, ends, gap=11.5):
    """Writes each label beside its point: `ends` maps a label to (x, y, colour). Labels that would
    overlap move up."""
    figure = axes.figure
    figure.canvas.draw()  # fixes the layout, so that points can be measured
    per_point = figure.dpi / 72
    lowest = -1e9
    for label, (x, y, colour) in sorted(ends.items(), key=lambda item: item[1][1]):
        height = axes.transData.transform((x, y))[1] / per_point
        lowest = max(height, lowest + gap)
        axes.annotate(label, (x, y), xytext=(7, lowest - height), textcoords="offset points",
                      va="center", color=colour, annotation_clip=False)


def save(figure, name):
    """Writes figures/NAME.svg (or to the folder PALSIM_FIGURES)."""
    folder = pathlib.Path(os.environ.get("PALSIM_FIGURES")
                          or pathlib.Path(__file__).resolve().parent / "figures")
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": None})
    plt.show()

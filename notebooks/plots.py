"""One style for all figures: sizes, fonts, colours, labels at the lines instead of legends.

Figures are 8 inches wide, on white, and the same bytes each time. No two methods' colours look
alike to people who cannot see red or green, and each is dark enough to write with.
"""
import os
import pathlib
import textwrap

import matplotlib
import matplotlib.pyplot as plt
from matplotlib_inline.backend_inline import set_matplotlib_formats

COLOURS = {"DDP": "#222222", "Local SGD": "#667676", "DiLoCo": "#0072b2", "PALSGD": "#c44e00",
           "PALSGD shared": "#4b1eb4"}
MARKERS = {"DDP": "s", "Local SGD": "v", "DiLoCo": "o", "PALSGD": "D", "PALSGD shared": "^"}
INK = "#333333"  # what is said of several methods
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
    lines = textwrap.fill(text.replace(" %", "\u00a0%"), 88)
    figure.suptitle(lines, x=0.01, ha="left", fontsize=10.5, fontweight="bold")


def label_ends(axes, ends):
    """Writes each label beside its point: `ends` maps a label, of one line or more, to (x, y,
    colour). Labels that would overlap move up."""
    axes.figure.canvas.draw()  # fixes the layout, so that points can be measured
    per_point = axes.figure.dpi / 72
    free = -1e9  # the height up to which others have written, in points
    for label, (x, y, colour) in sorted(ends.items(), key=lambda item: item[1][1]):
        height = axes.transData.transform((x, y))[1] / per_point
        half = 5.8 * (1 + label.count("\n"))
        middle = max(height, free + half)
        free = middle + half
        axes.annotate(label, (x, y), xytext=(7, middle - height), textcoords="offset points",
                      va="center", color=colour, annotation_clip=False)


def shaded_table(axes, values, text, low, high, bold):
    """A heat map of a frame, each value written as text(row, column), those of `bold` bold."""
    image = axes.imshow(values, cmap="Blues", vmin=low, vmax=high, aspect="auto")
    for y, row in enumerate(values.index):
        for x, column in enumerate(values.columns):
            red, green, blue, alpha = image.to_rgba(values.loc[row, column])
            light = 0.2126 * red ** 2.2 + 0.7152 * green ** 2.2 + 0.0722 * blue ** 2.2
            dark = alpha > 0 and light < 0.18  # nothing is painted where there is no number
            axes.text(x, y, text(row, column), ha="center", va="center",
                      color="white" if dark else "black",
                      fontweight="bold" if (row, column) in bold else "normal")
    axes.grid(False)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def save(figure, name):
    """Writes figures/NAME.svg (or to the folder PALSIM_FIGURES)."""
    folder = pathlib.Path(os.environ.get("PALSIM_FIGURES")
                          or pathlib.Path(__file__).resolve().parent / "figures")
    figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": None})
    plt.show()

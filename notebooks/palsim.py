"""Runs the palsim command and reads what it wrote, as pandas data frames.

Columns have the command's own names. A command that fails raises its one line. Settings are a dict
of what `--set KEY=VALUE` takes: {"method.palsgd.sync_interval": 128}.
"""
import io
import json
import os
import pathlib
import shutil
import subprocess
import tomllib

import pandas as pd

# A checkout: where the experiments, and the results recorded beside them, are found.
HOME = pathlib.Path(os.environ.get("PALSIM_HOME") or pathlib.Path(__file__).resolve().parents[1])


class PalsimError(RuntimeError):
    """What the command said on standard error."""


def command():
    """The palsim command: the one on PATH, else the one that ./dev build makes."""
    built = HOME / "build" / "release" / "experiments" / "palsim"
    found = shutil.which("palsim") or shutil.which(built)
    if not found:
        raise PalsimError(f"no palsim on PATH and none at {built}; run ./dev build in {HOME}")
    return found


def run(*words):
    """What `palsim WORDS...` prints."""
    result = subprocess.run([command(), *map(str, words)], capture_output=True, text=True,
                            check=False, env={**os.environ, "PALSIM_HOME": str(HOME)})
    if result.returncode != 0:
        raise PalsimError(result.stderr.strip() or f"palsim ended with {result.returncode}")
    return result.stdout


def options(name, values):
    """{"a": 1, "b": 2} as --name a=1 --name b=2."""
    return [word for key, value in (values or {}).items() for word in (name, f"{key}={value}")]


def table(text):
    """A CSV text with a header; lines that begin with # are comments."""
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith("#")]
    return pd.read_csv(io.StringIO("".join(lines)), float_precision="round_trip")


def predict(experiment, settings=None):
    """A row for each method: how long it takes and where the time goes."""
    return table(run("predict", experiment, "--format", "csv", *options("--set", settings)))


def sweep(experiment, over, settings=None):
    """A row for each cell of the grid and each method; `over` maps a key to a list such as
    "4,8,16" or "16..512*2"."""
    return table(run("sweep", experiment, *options("--over", over), *options("--set", settings)))


def choose(experiment, *words, settings=None):
    """A row for each candidate; `words` as on the command line ("--target-loss", 0.5, ...). Spreads
    become columns such as time_s.p50; `chosen` marks the answer."""
    answer = json.loads(run("choose", experiment, *words, "--format", "json",
                            *options("--set", settings)))
    cells = pd.json_normalize(answer["cells"])
    cells["chosen"] = [cell == answer["choice"] for cell in answer["cells"]]
    return cells


def network(topology, *words, settings=None):
    """A row for each size; `words` such as "--all-reduce", "1MiB:64MiB"."""
    return table(run("network", topology, *words, "--format", "csv", *options("--set", settings)))


def validate(name):
    """A row for each prediction of a named validation, with its error and its group."""
    (answer,) = json.loads(run("validate", name, "--format", "json"))
    return pd.DataFrame(answer["rows"])


def experiment(name):
    """An experiment file of experiments/, as a dict."""
    return tomllib.loads((HOME / "experiments" / f"{name}.toml").read_text())


def recorded(name):
    """A CSV recorded in experiments/, such as "scaling/l40s.csv"; train --log's by its path."""
    return table((HOME / "experiments" / name).read_text())


def trained(name):
    """The methods of a JSON recorded in experiments/: what train or validate --backend printed."""
    return pd.json_normalize(json.loads((HOME / "experiments" / name).read_text())["methods"])

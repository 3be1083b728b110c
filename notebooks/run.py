#!/usr/bin/env python3
"""Executes all notebooks, several at a time, and writes each as build/notebooks/NAME.html.

  notebooks/run.py                     figures are drawn anew into notebooks/figures/
  notebooks/run.py --compare FOLDER    all is written to FOLDER; the figures must be git's
  notebooks/run.py --strip             takes outputs out of the notebooks, as git has them

A cell that raises fails it, with that cell's error. The kernel is the Python that runs this.
"""
import asyncio
import importlib.util
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
books = sorted(here.glob("*.ipynb"))
skipped = 77  # ctest's word for a test that could not run
drawn_by = "3.6.3"  # Debian 12's matplotlib; another one draws other bytes


def written(book):
    """A notebook's text in the one form that git has."""
    return json.dumps(book, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def stripped(book):
    """A notebook without what running or opening it left behind."""
    for cell in book["cells"]:
        cell["metadata"] = {}
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    book["metadata"] = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return book


def kernel_folder(folder):
    """Makes this Python the kernel, whatever kernels the machine or its user has set up."""
    kernel = folder / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps({
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python 3", "language": "python"}))
    for name in ("PATH", "DATA_DIR", "RUNTIME_DIR", "CONFIG_DIR"):
        os.environ[f"JUPYTER_{name}"] = str(folder)
    os.environ["IPYTHONDIR"] = str(folder / "ipython")
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # or the kernel's debugger warns


async def execute(path, folder, turns):
    """What went wrong, if anything did."""
    import nbclient
    import nbconvert
    import nbformat
    async with turns:
        book = nbformat.read(path, as_version=4)
        client = nbclient.NotebookClient(book, timeout=300, kernel_name="python3",
                                         record_timing=False,
                                         resources={"metadata": {"path": here}})
        try:
            await client.async_execute()
        except nbclient.exceptions.CellExecutionError as error:
            return f"{path.name}: " + re.sub(r"\x1b\[[0-9;]*m", "", error.traceback)
    page, _ = nbconvert.HTMLExporter().from_notebook_node(
        book, resources={"metadata": {"name": path.stem}})
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{path.stem}.html").write_text(page)
    print(folder / f"{path.stem}.html", flush=True)
    return None


async def execute_all(folder):
    turns = asyncio.Semaphore(os.cpu_count() or 1)
    return await asyncio.gather(*(execute(path, folder, turns) for path in books))


def unlike_gits(figures):
    """What is wrong with figures just drawn, beside those that are committed."""
    import matplotlib
    if matplotlib.__version__ != drawn_by:
        print(f"figures not compared: git's were drawn by matplotlib {drawn_by}")
        return []
    committed = {path.name: path.read_bytes() for path in (here / "figures").iterdir()}
    drawn = {path.name: path.read_bytes() for path in figures.iterdir()}
    return [f"notebooks/figures/{name} is not what the notebooks draw; run ./dev notebooks"
            for name in sorted({*committed, *drawn}) if committed.get(name) != drawn.get(name)]


def need_modules():
    lacking = [name for name in ("ipykernel", "matplotlib", "nbclient", "nbconvert", "pandas")
               if importlib.util.find_spec(name) is None]
    if lacking:
        print(f"skipped: {sys.executable} has no {', '.join(lacking)}; install jupyter-nbconvert, "
              "python3-ipykernel, python3-matplotlib and python3-pandas (Debian's names)")
        sys.exit(1 if os.environ.get("PALSIM_PEERS") == "required" else skipped)


def main(words):
    if words == ["--strip"]:
        for path in books:
            path.write_text(written(stripped(json.loads(path.read_text()))))
        return
    if words and (words[0] != "--compare" or len(words) != 2):
        sys.exit(__doc__)
    need_modules()
    folder = pathlib.Path(words[1]) if words else here.parent / "build" / "notebooks"
    figures = folder / "figures"
    shutil.rmtree(figures, ignore_errors=True)
    figures.mkdir(parents=True)
    os.environ["PALSIM_FIGURES"] = str(figures.resolve())
    with tempfile.TemporaryDirectory() as own:
        kernel_folder(pathlib.Path(own))
        failures = [failure for failure in asyncio.run(execute_all(folder)) if failure]
    if not words and not failures:
        shutil.rmtree(here / "figures", ignore_errors=True)
        shutil.copytree(figures, here / "figures")
    if words and not failures:
        failures = unlike_gits(figures)
    if failures:
        sys.exit("\n".join(failures))


if __name__ == "__main__":
    main(sys.argv[1:])

#!/usr/bin/env python3
"""Executes all notebooks, several at a time, and writes each as FOLDER/NAME.html.

  notebooks/run.py [FOLDER]     default: build/notebooks
  notebooks/run.py --strip      takes outputs out of the notebooks, as git wants them

A cell that raises ends it with that cell's error. The kernel is the Python that runs this.
"""
import asyncio
import json
import os
import pathlib
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
books = sorted(here.glob("*.ipynb"))
skipped = 77  # ctest's word for a test that could not run


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


async def execute(path, folder, turns):
    """What went wrong, if anything did."""
    import nbclient
    import nbconvert
    import nbformat
    async with turns:
        book = nbformat.read(path, as_version=4)
        client = nbclient.NotebookClient(book, timeout=300, kernel_name="python3",
                                         record_timing=False, resources={"metadata": {"path": here}})
        try:
            await client.async_execute()
        except nbclient.exceptions.CellExecutionError as error:
            return f"{path.name}: {error.ename}: {error.evalue}\n{error.traceback}"
    page, _ = nbconvert.HTMLExporter().from_notebook_node(
        book, resources={"metadata": {"name": path.stem}})
    (folder / f"{path.stem}.html").write_text(page)
    print(folder / f"{path.stem}.html", flush=True)
    return None


async def execute_all(folder):
    turns = asyncio.Semaphore(os.cpu_count() or 1)
    return await asyncio.gather(*(execute(path, folder, turns) for path in books))


def main():
    if sys.argv[1:] == ["--strip"]:
        for path in books:
            path.write_text(written(stripped(json.loads(path.read_text()))))
        return
    try:
        import ipykernel, matplotlib, nbclient, nbconvert, pandas  # noqa: E401, F401
    except ImportError as error:
        print(f"skipped: {error}; install jupyter-nbconvert, python3-ipykernel, python3-pandas and "
              "python3-matplotlib (Debian's names)")
        sys.exit(1 if os.environ.get("PALSIM_PEERS") == "required" else skipped)
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else here.parent / "build" / "notebooks")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as own:
        kernel_folder(pathlib.Path(own))
        failures = [failure for failure in asyncio.run(execute_all(folder)) if failure]
    if failures:
        sys.exit("\n".join(failures))


main()

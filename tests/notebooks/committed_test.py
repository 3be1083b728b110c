"""What git has of the notebooks: no outputs, nothing of a machine, and colours to tell apart."""
import ast
import importlib.util
import itertools
import json
import pathlib
import re
import unittest

root = pathlib.Path(__file__).resolve().parent.parent.parent
notebooks = root / "notebooks"
books = {path.name: path for path in sorted(notebooks.glob("*.ipynb"))}
figures = sorted((notebooks / "figures").iterdir())


def constant(file, name):
    """A constant of a Python file, without running the file."""
    for statement in ast.parse(file.read_text()).body:
        if isinstance(statement, ast.Assign) and statement.targets[0].id == name:
            return ast.literal_eval(statement.value)
    raise KeyError(name)


def linear(colour):
    """Light of red, green and blue, 0 to 1, as sRGB means them."""
    shares = [int(colour[n:n + 2], 16) / 255 for n in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]


# What people without red or without green cones see (Vienot, Brettel and Mollon, 1999).
SIGHTS = {
    "all colours": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "no red": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "no green": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
}


def lab(light):
    """CIE L*a*b*, in which distances are as the eye has them."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    white = [0.9505, 1, 1.089]
    xyz = [sum(a * b for a, b in zip(row, light)) / w for row, w in zip(to_xyz, white)]
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


class Notebooks(unittest.TestCase):
    def test_there_are_five(self):
        self.assertEqual(list(books), ["01_paper_runs.ipynb", "02_scaling.ipynb",
                                       "03_choosing_h_and_p.ipynb", "04_accuracy.ipynb",
                                       "05_stragglers.ipynb"])

    def test_they_are_stripped_of_what_a_run_leaves(self):
        spec = importlib.util.spec_from_file_location("run", notebooks / "run.py")
        run = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(run)
        for name, path in books.items():
            with self.subTest(name):
                text = path.read_text()
                for cell in json.loads(text)["cells"]:
                    self.assertFalse(cell.get("outputs"), "run notebooks/run.py --strip")
                    self.assertIsNone(cell.get("execution_count"), "run notebooks/run.py --strip")
                self.assertEqual(text, run.written(run.stripped(json.loads(text))),
                                 "run notebooks/run.py --strip")

    def test_they_name_no_machines_paths(self):
        for path in [*books.values(), *notebooks.glob("*.py"), *figures]:
            found = re.search(r"/(home|root|tmp|work|Users|mnt|opt|usr/lib)/", path.read_text())
            self.assertIsNone(found, path.name)

    def test_no_line_of_code_is_over_100_columns_and_palsim_is_under_150_lines(self):
        texts = {path.name: path.read_text().splitlines() for path in notebooks.glob("*.py")}
        for name, path in books.items():
            texts[name] = [line.rstrip("\n") for cell in json.loads(path.read_text())["cells"]
                           if cell["cell_type"] == "code" for line in cell["source"]]
        for name, lines in texts.items():
            for line in lines:
                self.assertLessEqual(len(line), 100, f"{name}: {line}")
        self.assertLess(len(texts["palsim.py"]), 150)

    def test_each_asks_a_question_and_says_what_it_does_not_show(self):
        for name, path in books.items():
            with self.subTest(name):
                prose = ["".join(cell["source"]) for cell in json.loads(path.read_text())["cells"]
                         if cell["cell_type"] == "markdown"]
                self.assertRegex(prose[0], r"^# .*\?\n")
                self.assertTrue(any(text.startswith("## Answer") for text in prose))
                self.assertIn("## What it does not show", prose[-1])


class Figures(unittest.TestCase):
    def test_each_is_drawn_by_a_notebook_and_small(self):
        drawn = sorted(name for path in books.values() for name in
                       re.findall(r'plots\.save\(figure, \\"(\w+)\\"\)', path.read_text()))
        self.assertEqual([figure.name for figure in figures], [f"{name}.svg" for name in drawn])
        for figure in figures:
            self.assertLess(figure.stat().st_size, 150_000, figure.name)

    def test_they_have_a_white_ground_and_no_date(self):
        for figure in figures:
            text = figure.read_text()
            self.assertIn('style="fill: #ffffff"', text, figure.name)
            self.assertNotIn("<dc:date>", text, figure.name)

    def test_the_colours_of_methods_can_be_told_apart_and_read_on_white(self):
        colours = constant(notebooks / "plots.py", "COLOURS")
        self.assertEqual(set(colours), {"DDP", "Local SGD", "DiLoCo", "PALSGD", "PALSGD shared"})
        for sight, matrix in SIGHTS.items():
            seen = {method: lab([max(0, sum(a * b for a, b in zip(row, linear(colour))))
                                 for row in matrix]) for method, colour in colours.items()}
            for one, other in itertools.combinations(seen, 2):
                distance = sum((a - b) ** 2 for a, b in zip(seen[one], seen[other])) ** 0.5
                self.assertGreater(distance, 20, f"{one} and {other}, {sight}")
        for method, colour in colours.items():
            red, green, blue = linear(colour)
            contrast = 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
            self.assertGreater(contrast, 4.5, method)


if __name__ == "__main__":
    unittest.main()

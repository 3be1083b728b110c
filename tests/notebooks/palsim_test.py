"""notebooks/palsim.py: its frames are what the command prints, its errors the command's line."""
import csv
import importlib.util
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

root = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(root / "notebooks"))
if importlib.util.find_spec("pandas") is None:
    print(f"skipped: {sys.executable} has no pandas; install python3-pandas")
    sys.exit(1 if os.environ.get("PALSIM_PEERS") == "required" else 77)
import palsim  # noqa: E402

SHORT = root / "tests" / "experiments" / "short.toml"


def own_home(folder):
    """A data home where what `palsim validate` writes does not reach the checkout."""
    home = pathlib.Path(folder)
    for data in ("build", "models", "topologies"):
        (home / data).symlink_to(root / data)
    shutil.copytree(root / "experiments", home / "experiments")
    return home


def printed(*words):
    """What the command prints, past palsim.py."""
    return subprocess.run([palsim.command(), *map(str, words)], check=True, capture_output=True,
                          text=True).stdout


class Frames(unittest.TestCase):
    def assert_equals_csv(self, frame, text):
        """Every cell is the text's: numbers exactly, empty fields as missing."""
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual(list(frame.columns), list(rows[0]))
        self.assertEqual(len(frame), len(rows))
        for row, (_, values) in zip(rows, frame.iterrows()):
            for key, field in row.items():
                value = values[key]
                if field == "":
                    self.assertTrue(value != value, key)
                elif isinstance(value, str):
                    self.assertEqual(value, field, key)
                else:
                    self.assertEqual(float(value), float(field), key)

    def test_predict_gives_what_the_command_prints(self):
        settings = {"compute.jitter": 0.1, "seeds": 3}
        self.assert_equals_csv(
            palsim.predict(SHORT, settings),
            printed("predict", SHORT, "--format", "csv", "--set", "compute.jitter=0.1",
                    "--set", "seeds=3"))

    def test_sweep_gives_a_row_for_each_cell_and_method(self):
        over = {"steps": "100..400*2", "compute.jitter": "0,0.1"}
        frame = palsim.sweep(SHORT, over, {"seeds": 2})
        self.assert_equals_csv(
            frame, printed("sweep", SHORT, "--over", "steps=100..400*2", "--over",
                           "compute.jitter=0,0.1", "--set", "seeds=2"))
        self.assertEqual(len(frame), 3 * 2 * len(palsim.predict(SHORT)))

    def test_network_gives_what_the_command_prints(self):
        words = ["l40s_tcp_x4", "--all-reduce", "1MiB:4MiB"]
        self.assert_equals_csv(palsim.network(*words),
                               printed("network", *words, "--format", "csv"))

    def test_choose_gives_the_candidates_and_marks_the_answer(self):
        words = ["gptneo_8m_tinystories_t4", "--sync-interval", "16,64", "--steps", 2000]
        frame = palsim.choose(*words, settings={"seeds": 2})
        answer = json.loads(printed("choose", *words, "--format", "json", "--set", "seeds=2"))
        self.assertEqual(list(frame["label"]), [cell["label"] for cell in answer["cells"]])
        self.assertEqual(list(frame["time_s.p50"]),
                         [cell["time_s"]["p50"] for cell in answer["cells"]])
        (chosen,) = frame[frame.chosen].to_dict("records")
        self.assertEqual(chosen["label"], answer["choice"]["label"])
        self.assertEqual(chosen["time_s.p50"], answer["choice"]["time_s"]["p50"])

    def test_validate_gives_the_rows_with_errors_and_groups(self):
        results = "validation/t4_gpt2/results.csv"
        before = (root / "experiments" / results).stat()
        with tempfile.TemporaryDirectory() as folder, \
                mock.patch.object(palsim, "HOME", own_home(folder)):
            frame = palsim.validate("t4_gpt2")
            rows = palsim.recorded(results)
        after = (root / "experiments" / results).stat()
        self.assertEqual((after.st_ino, after.st_mtime_ns), (before.st_ino, before.st_mtime_ns))
        self.assertEqual(frame.to_dict("records")[3]["measured_tokens_per_s"], 3389)
        self.assertAlmostEqual(frame["error"][3], 0, places=3)
        self.assertEqual(set(frame.group), {"predicted", "calibrated on"})
        self.assertEqual(len(frame), len(rows))

    def test_recorded_files_are_read_whole_without_their_comments(self):
        for name in ("scaling/l40s.csv", "validation/tcp_namespaces/results.csv"):
            text = (root / "experiments" / name).read_text()
            lines = [line for line in text.splitlines(True) if not line.startswith("#")]
            self.assert_equals_csv(palsim.recorded(name), "".join(lines))

    def test_experiments_and_trainings_are_read_from_their_folder(self):
        experiment = palsim.experiment("gptneo_8m_tinystories_t4")
        self.assertEqual(experiment["published"]["percent"], 21.1)
        frame = palsim.trained("validation/cpu/results/mlp.json")
        self.assertEqual(len(frame), 20)
        self.assertAlmostEqual(
            frame["predicted.wall_clock_s"][0] / frame["measured.wall_clock_s"][0],
            1 + frame["error"][0])

    def test_a_training_log_is_read_by_its_path(self):
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "log.csv"
            printed("train", "mlp_generated", "--set", "workers=1", "--set", "steps=4",
                    "--log", log)
            self.assert_equals_csv(palsim.recorded(log), log.read_text())


class Errors(unittest.TestCase):
    def test_bad_input_raises_the_commands_line(self):
        with self.assertRaises(palsim.PalsimError) as raised:
            palsim.predict(SHORT, {"nonsense": 1})
        self.assertIn("unknown key 'nonsense'", str(raised.exception))
        self.assertEqual(str(raised.exception).count("\n"), 0)
        result = subprocess.run([palsim.command(), "predict", SHORT, "--set", "nonsense=1"],
                                capture_output=True, text=True, check=False)
        self.assertEqual(str(raised.exception), result.stderr.strip())

    def test_a_missing_command_says_how_to_build_it(self):
        with tempfile.TemporaryDirectory() as empty:
            with mock.patch.dict(os.environ, {"PATH": empty}), \
                    mock.patch.object(palsim, "HOME", pathlib.Path(empty)):
                with self.assertRaises(palsim.PalsimError) as raised:
                    palsim.predict("resnet50_imagenet_l40s")
        self.assertIn("./dev build", str(raised.exception))

    def test_the_command_of_the_checkout_is_found_without_a_path(self):
        with tempfile.TemporaryDirectory() as home:
            built = pathlib.Path(home) / "build" / "release" / "experiments" / "palsim"
            built.parent.mkdir(parents=True)
            built.write_text("#!/bin/sh\necho label,home\necho DDP,$PALSIM_HOME\n")
            built.chmod(0o755)
            with mock.patch.dict(os.environ, {"PATH": "/bin:/usr/bin"}), \
                    mock.patch.object(palsim, "HOME", pathlib.Path(home)):
                self.assertEqual(palsim.predict("any").to_dict("records"),
                                 [{"label": "DDP", "home": home}])

    def test_a_missing_recording_is_named(self):
        with self.assertRaisesRegex(FileNotFoundError, "scaling/h100.csv"):
            palsim.recorded("scaling/h100.csv")


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""Lays palsim_cuda_bench's figures beside PyTorch's: compare.py PALSIM.json PYTORCH.json

A ratio above 1 says that palsim is faster. What PyTorch does in several ways has a row for each.
"""
import json
import sys


def load(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError) as error:
        sys.exit(f"compare.py: {path}: {error}; give the file that --json wrote")


def main():
    if len(sys.argv) != 3:
        sys.exit("compare.py: write two files: compare.py PALSIM.json PYTORCH.json")
    palsim, pytorch = load(sys.argv[1]), load(sys.argv[2])
    print(f"palsim:  {palsim['gpu']}\nPyTorch: {pytorch['gpu']}")
    others = {}
    for figure in pytorch["figures"]:
        others.setdefault((figure["block"], figure["name"]), []).append(figure)

    block = None
    for figure in palsim["figures"]:
        for other in others.pop((figure["block"], figure["name"]), []):
            if figure["unit"] != other["unit"]:
                sys.exit(f"compare.py: {figure['name']}: {figure['unit']}, {other['unit']}")
            if figure["block"] != block:
                block = figure["block"]
                print(f"\n{block:40} {'palsim':>11} {'PyTorch':>11} {'':9} {'ratio':>7}")
            name = figure["name"] + (f" ({other['way']})" if other.get("way") else "")
            here, there, unit = figure["rate"], other["rate"], figure["unit"]
            print(f"{name:40} {here:11.1f} {there:11.1f} {unit:9} {here / there:7.2f}")
    for _, name in others:
        print(f"only PyTorch's: {name}")


if __name__ == "__main__":
    main()

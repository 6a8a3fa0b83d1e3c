"""Holds whole zoom runs of sknet against the same experiment in PyTorch and Pillow (researcher.py).

    python3 Experiments/benchmarks/zoom.py
    python3 Experiments/benchmarks/zoom.py --model sknet50 --images FOLDER --photographs 100

Same photographs, scales and weights; contestants alternate. sknet's time is always its whole process:
start, model, recording, results, figures. PyTorch's is given twice: without the start (the interpreter,
imports and model stand ready) and as a whole process. Above 1, sknet is faster.
"""
import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import environment
import rounds
from network import processor

SCALES = 5
TINY = environment.PROJECT / "Sources/Experiments/Resources/sknet26-tiny.safetensors"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", choices=["sknet26-tiny", "sknet50"], default="sknet26-tiny")
    parser.add_argument("--images", default=str(environment.PROJECT / "Experiments/samples"), metavar="FOLDER")
    parser.add_argument("--photographs", type=int, help="how many of the folder, in the order of their names")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sknet", metavar="PROGRAM", help="instead of .build/release/sknet")
    parser.add_argument("--peers-only", action="store_true", help="leave sknet out")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def photographs(options):
    endings = (".jpg", ".jpeg", ".png")
    found = sorted(str(path) for path in Path(options.images).iterdir() if path.suffix.lower() in endings)
    if not found:
        sys.exit(f"{options.images}: no photographs")
    return found[: options.photographs]


def model_file(options):
    """The trained tiny model, or SKNet-50 with weights by formula, written once."""
    import weights

    if options.model == "sknet26-tiny":
        return TINY
    path = environment.SCRATCH / f"{options.model}.safetensors"
    if not path.exists():
        network = weights.CATALOGUE[options.model]
        weights.write_safetensors(path, weights.formula_weights(network), network.metadata())
    return path


def whole(command):
    """The seconds from a process's start to its end."""
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command[:4])} …: {done.stderr.strip()}")
    return time.perf_counter() - start


class Researcher:
    """A PyTorch process that stays between rounds."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.line()

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit("researcher.py ended; what it said is above")
        return line

    def seconds(self, out):
        self.process.stdin.write(f"{out}\n")
        self.process.stdin.flush()
        return float(self.line())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def researcher_command(options, model, paths, layout, out, script="researcher.py"):
    return [sys.executable, str(environment.HERE / script), str(model), options.model, layout, out, *paths]


def best_layout(options, model, paths, out, script="researcher.py"):
    """The faster of PyTorch's two memory layouts, each after a run to warm up."""
    times = {}
    for layout in ("channels_last", "contiguous"):
        researcher = Researcher(researcher_command(options, model, paths, layout, "-", script))
        researcher.seconds(out)
        times[layout] = researcher.seconds(out)
        researcher.close()
    return min(times, key=times.get)


def measure(options, model, paths):
    out = str(environment.SCRATCH / "zoom.npz")
    run = str(environment.SCRATCH / "zoom")
    layout = best_layout(options, model, paths, out)
    researcher = Researcher(researcher_command(options, model, paths, layout, "-"))
    contestants = {
        "pytorch": lambda: researcher.seconds(out),
        "pytorch, whole process": lambda: whole(researcher_command(options, model, paths, layout, out)),
    }
    if not options.peers_only:
        command = [environment.sknet(options.sknet), "zoom", *paths, "--model", str(model), "--controls", "none",
                   "--keep", "means", "--include-undersampled", "--fresh", "--quiet", "--out", run]
        contestants["sknet"] = lambda: whole(command)
    times = alternated(contestants, options.rounds)
    researcher.close()
    difference = None if options.peers_only else disagreement(out, f"{run}/results.json")
    return times, layout, difference


def alternated(contestants, count):
    """The seconds of every round of each contestant, after one that does not count: {name: [seconds]}."""
    for contestant in contestants.values():  # files into the page cache, lazy start-up over
        contestant()
    return rounds.alternated(contestants, count, " s")


def disagreement(recorded, results):
    """The largest difference between the two in any unit's mean attention at any scale."""
    import numpy as np

    arrays = np.load(recorded)
    largest = 0.0
    for unit in json.loads(Path(results).read_text())["units"]:
        theirs = arrays[f"attention.{unit['name']}"].mean(0)  # [scales, branches]
        ours = np.array([entry["meanAttention"] for entry in unit["byScale"]])
        largest = max(largest, float(np.abs(theirs - ours).max()))
    return largest


def summary(times, count, scales=SCALES):
    rows = []
    for name, own in times.items():
        median = statistics.median(own)
        row = {"name": name, "seconds": median, "fastest": min(own), "slowest": max(own),
               "photographsPerSecond": count / median, "stimuliPerSecond": count * scales / median}
        if name != "sknet" and "sknet" in times:
            row["ratio"] = rounds.ratio(own, times["sknet"])
        rows.append(row)
    return rows


def table(rows, machine):
    print(f"{machine['name']}, {machine['cores']} cores, {' '.join(machine['instructionSets'])}\n")
    print(f"{'':24}{'seconds':>9}{'fastest':>9}{'slowest':>9}{'photos/s':>10}{'ratio':>8}{'best':>7}{'worst':>7}")
    for row in rows:
        line = (f"{row['name']:24}{row['seconds']:9.2f}{row['fastest']:9.2f}{row['slowest']:9.2f}"
                f"{row['photographsPerSecond']:10.2f}")
        if "ratio" in row:
            line += "{median:8.2f}{best:7.2f}{worst:7.2f}".format(**row["ratio"])
        print(line)


def main():
    options = arguments()
    environment.enter()
    paths = photographs(options)
    times, layout, difference = measure(options, model_file(options), paths)
    rows, machine = summary(times, len(paths)), processor()
    if options.json:
        print(json.dumps({"model": options.model, "photographs": len(paths), "scales": SCALES, "layout": layout,
                          "processor": machine, "rounds": options.rounds, "contestants": rows,
                          "largestDifference": difference}, indent=2))
        return
    print(f"{options.model}, {len(paths)} photographs x {SCALES} scales, {options.rounds} rounds")
    table(rows, machine)
    print(f"\nPyTorch in its better layout, {layout}, two loader workers.")
    if difference is not None:
        print(f"Largest difference in a unit's mean attention at any scale: {difference:.1e}")


if __name__ == "__main__":
    main()

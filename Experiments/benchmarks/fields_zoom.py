"""Holds whole `sknet fields` runs against the same measurement in PyTorch, Pillow and matplotlib.

    python3 Experiments/benchmarks/fields_zoom.py --images FOLDER --photographs 100
    python3 Experiments/benchmarks/fields_zoom.py --model sknet50

Photographs in, tables and figures out: the fields of the last unit of each stage at two scales, with every term of
what they change by (fields_researcher.py, which has all photographs of a batch go through at once). Contestants
alternate. sknet's time is its whole process; PyTorch's is given without its start and as a whole process. Above 1,
sknet is faster.
"""
import argparse
import json
from pathlib import Path

import environment
import zoom
from network import processor

SCRIPT = "fields_researcher.py"
UNITS = {"sknet50": "SK_2_3,SK_3_4,SK_4_6,SK_5_3", "sknet26-tiny": "SK_2_2,SK_3_2,SK_4_2,SK_5_2"}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", choices=list(UNITS), default="sknet26-tiny")
    parser.add_argument("--images", default=str(environment.PROJECT / "Experiments/samples"), metavar="FOLDER")
    parser.add_argument("--photographs", type=int, help="how many of the folder, in the order of their names")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sknet", metavar="PROGRAM", help="instead of .build/release/sknet")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def disagreement(recorded, results):
    """The largest difference in pixels between the two in any unit's mean standard deviation at any scale."""
    import numpy as np

    arrays = np.load(recorded)
    largest = 0.0
    for node in json.loads(Path(results).read_text())["nodes"]:
        theirs = arrays[f"{node['name']}.live"].mean(0)[:, [0, 2]]  # [scales, down and across]
        ours = np.array([[part["mean"] for part in entry["effective"]["sigma"]] for entry in node["byScale"]])
        largest = max(largest, float(np.abs(theirs - ours).max()))
    return largest


def main():
    options = arguments()
    environment.enter()
    paths, model = zoom.photographs(options), zoom.model_file(options)
    out, run = str(environment.SCRATCH / "fields-peer"), str(environment.SCRATCH / "fields")
    layout = zoom.best_layout(options, model, paths, out, SCRIPT)
    researcher = zoom.Researcher(zoom.researcher_command(options, model, paths, layout, "-", SCRIPT))
    command = [environment.sknet(options.sknet), "fields", str(model), *paths, "--at", UNITS[options.model],
               "--scales", "1,2", "--fresh", "--quiet", "--out", run]
    times = zoom.alternated({
        "pytorch": lambda: researcher.seconds(out),
        "pytorch, whole process": lambda: zoom.whole(
            zoom.researcher_command(options, model, paths, layout, out, SCRIPT)),
        "sknet": lambda: zoom.whole(command),
    }, options.rounds)
    researcher.close()
    rows, machine = zoom.summary(times, len(paths), scales=2), processor()
    difference = disagreement(f"{out}/fields.npz", f"{run}/results.json")
    if options.json:
        print(json.dumps({"model": options.model, "photographs": len(paths), "scales": 2, "layout": layout,
                          "processor": machine, "rounds": options.rounds, "contestants": rows,
                          "largestDifference": difference}, indent=2))
        return
    print(f"{options.model}, {len(paths)} photographs x 2 scales, {options.rounds} rounds")
    zoom.table(rows, machine)
    print(f"\nPyTorch in its better layout, {layout}, two loader workers.")
    print(f"Largest difference in a unit's mean standard deviation at any scale: {difference:.1e} pixels")


if __name__ == "__main__":
    main()

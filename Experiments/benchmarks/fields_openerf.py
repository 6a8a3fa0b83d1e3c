"""Holds `sknet fields` against OpenERF's own measurement of a network's effective field.

    python3 Experiments/benchmarks/fields_openerf.py --images FOLDER --photographs 50

timm's ResNet-50 with random weights: OpenERF (save_erf: a picture at a time, map, metrics and figure) takes the
positive gradient of the last map's middle position; sknet reads the network from the ONNX file that PyTorch writes
of it and measures the same map. Contestants alternate, as whole processes; OpenERF without its start too. Above 1,
sknet is faster.
"""
import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import environment
import zoom
from network import processor

NODE = "/layer4/layer4.2/act3/Relu_output_0"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", default=str(environment.PROJECT / "Experiments/samples"), metavar="FOLDER")
    parser.add_argument("--photographs", type=int, help="how many of the folder, in the order of their names")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sknet", metavar="PROGRAM", help="instead of .build/release/sknet")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--peer", nargs=2, metavar=("FOLDER", "OUT"), help=argparse.SUPPRESS)
    return parser.parse_args()


def model():
    import timm
    import torch

    torch.manual_seed(1)
    return timm.create_model("resnet50", pretrained=False).eval()


def measure(network, folder, out):
    """OpenERF's command; returns the seconds it took."""
    import openerf

    start = time.perf_counter()
    openerf.save_erf(network, model_name="resnet50", image_dir=folder, target_layer="layer4", num_workers=1,
                     show_progress=False, save_dir=out, npy_dir=out, metrics_dir=out, save_numpy=True,
                     save_metrics=True)
    return time.perf_counter() - start


def difference(out, run):
    """How far the two average maps, each of mass 1, lie apart: half the sum of absolute differences."""
    import numpy as np

    theirs = np.load(Path(out) / "OpenERF_resnet50.npy")
    with np.load(run) as arrays:
        ours = arrays[next(name for name in arrays.files if name.startswith("map."))]
    # Registered on the centre of position (3, 3) of the last map, which lies 32 pixels apart from its neighbours.
    first = len(ours) // 2 - 3 * 32
    ours = ours[first:first + len(theirs), first:first + len(theirs)]
    return float(np.abs(theirs / theirs.sum() - ours / ours.sum()).sum() / 2)


def main():
    options = arguments()
    environment.enter()
    if options.peer:
        measure(model(), *options.peer)
        return
    import torch

    paths = zoom.photographs(options)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        pictures, out, run = folder / "pictures", folder / "openerf", folder / "fields"
        pictures.mkdir()
        for path in paths:
            (pictures / Path(path).name).symlink_to(Path(path).resolve())
        network, file = model(), folder / "resnet50.onnx"
        with torch.no_grad():
            torch.onnx.export(network, (torch.zeros(1, 3, 224, 224),), str(file), dynamo=False)
        program = environment.sknet(options.sknet)
        command = [program, "fields", str(file), *paths, "--at", NODE, "--scales", "1", "--measure", "positive",
                   "--fresh", "--quiet", "--out", str(run)]
        times = zoom.alternated({
            "openerf": lambda: measure(network, pictures, out),
            "openerf, whole process": lambda: zoom.whole(
                [sys.executable, __file__, "--peer", str(pictures), str(out)]),
            "sknet": lambda: zoom.whole(command),
        }, options.rounds)
        zoom.whole([program, "export", str(run), "--to", "npz", "--out", str(folder / "run.npz")])
        apart = difference(out, folder / "run.npz")
    rows, machine = zoom.summary(times, len(paths), scales=1), processor()
    if options.json:
        print(json.dumps({"photographs": len(paths), "processor": machine, "rounds": options.rounds,
                          "contestants": rows, "mapsApart": apart}, indent=2))
        return
    print(f"ResNet-50, {len(paths)} photographs, {options.rounds} rounds")
    zoom.table(rows, machine)
    print(f"\nAverage maps of mass 1 lie {apart:.3f} apart (half the sum of absolute differences):")
    print("OpenERF averages over colours before it takes what is positive, and resizes bilinearly.")


if __name__ == "__main__":
    main()

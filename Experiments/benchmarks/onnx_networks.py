"""Holds sknet on networks that PyTorch exported as ONNX against OpenVINO and ONNX Runtime.

    python3 Experiments/benchmarks/onnx_networks.py
    python3 Experiments/benchmarks/onnx_networks.py --networks resnet50,mobilenet_v2 --rounds 10 --seconds 5
    python3 Experiments/benchmarks/onnx_networks.py --json

torchvision's ResNet-50, MobileNetV2, Inception v3 and DenseNet-121 with random weights, one picture at a
time in float32. Each peer in two ways: OpenVINO by its throughput and its latency hint, ONNX Runtime as a
session a core and as one session of all cores; the better one counts. SKNet-50 as PyTorch exports it runs
beside the catalogue's own, whose layer table it must share. Contestants alternate; a ratio is taken within
each round. Above 1, sknet on the exported file is faster.
"""
import argparse
import copy
import json
import statistics
import sys
import tempfile
from pathlib import Path

import environment
import network
import rounds

# Sides of the pictures that the networks were published for.
SIZES = {"resnet50": 224, "mobilenet_v2": 224, "inception_v3": 299, "densenet121": 224, "sknet50": 224}
CATALOGUE = "sknet, catalogue"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", default=",".join(SIZES), help="which of them, by commas")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=3, help="of every round and contestant")
    parser.add_argument("--sknet", metavar="PROGRAM", help="instead of .build/release/sknet")
    parser.add_argument("--peers-only", action="store_true", help="leave sknet out")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    options.networks = options.networks.split(",")
    for name in options.networks:
        if name not in SIZES:
            parser.error(f"--networks: no {name}; there are {', '.join(SIZES)}")
    return options


def export(name, folder):
    """The network as a file, exported by PyTorch."""
    import torch

    torch.manual_seed(1)
    if name == "sknet50":
        import sknet_torch
        import weights

        model = sknet_torch.load(weights.CATALOGUE[name], weights.formula_weights(weights.CATALOGUE[name]))
    else:
        import torchvision

        more = {"init_weights": True} if name == "inception_v3" else {}
        model = getattr(torchvision.models, name)(weights=None, **more).eval()
    path = folder / f"{name}.onnx"
    with torch.no_grad():
        torch.onnx.export(model, (torch.zeros(1, 3, SIZES[name], SIZES[name]),), str(path),
                          input_names=["input"], output_names=["logits"], dynamo=False)
    return path


def contestants(name, path, options):
    import peers

    size = SIZES[name]
    asked = copy.copy(options)
    asked.precision, asked.isa, asked.model = "f32", "native", str(path)
    found = {} if options.peers_only else {"sknet": network.Sknet(asked, size)}
    if name == "sknet50":
        asked = copy.copy(asked)
        asked.model = name
        found[CATALOGUE] = network.Sknet(asked, size)
        return found
    for peer in ("openvino", "openvino latency", "onnxruntime per core", "onnxruntime"):
        try:
            found[peer] = peers.Process(peer, name, path, size, "f32", {})
        except RuntimeError:
            print(f"*** {peer} does not run here: THIS COMPARISON LACKS IT ***", file=sys.stderr)
    return found


def layers(contestant):
    """The layer table's names, code and multiply-adds."""
    contestant.command.append("--layers")
    report = contestant.run(0.1)
    contestant.command.remove("--layers")
    return [(layer["name"], layer["implementation"], layer["multiplyAdds"]) for layer in report["layers"]]


def best(times, family):
    """Each round's time of the better of a peer's ways, by their medians."""
    ways = [own for name, own in times.items() if name.startswith(family)]
    return min(ways, key=statistics.median) if ways else None


def compare(name, folder, options):
    path = export(name, folder)
    found = contestants(name, path, options)
    try:
        times = network.measure(found, options)
        report = {"network": name, "size": SIZES[name], "contestants": network.summary(times, found)}
        if "sknet" in times:
            report["ratios"] = {
                family: rounds.ratio(best(times, family), times["sknet"])
                for family in ("openvino", "onnxruntime", CATALOGUE) if best(times, family)}
            if CATALOGUE in found:
                report["layersAgree"] = layers(found["sknet"]) == layers(found[CATALOGUE])
    finally:
        for contestant in found.values():
            contestant.close()
        path.unlink()
    return report


def table(report):
    yield f"{report['network']} at {report['size']} px"
    yield f"{'':24}{'ms an image':>12}{'fastest':>9}{'slowest':>9}{'ratio':>8}{'best':>7}{'worst':>7}"
    for row in report["contestants"]:
        line = f"{row['name']:24}{row['milliseconds']:12.1f}{row['fastest']:9.1f}{row['slowest']:9.1f}"
        if "ratio" in row:
            line += "{median:8.2f}{best:7.2f}{worst:7.2f}".format(**row["ratio"])
        yield line
    for family, own in report.get("ratios", {}).items():
        yield "{}, its better way: {median:.2f} ({worst:.2f} to {best:.2f}) times as long as sknet".format(family, **own)
    if "layersAgree" in report:
        yield "layer tables: " + ("the same" if report["layersAgree"] else "NOT the same")
    yield ""


def main():
    options = arguments()
    environment.enter()
    machine = network.processor()
    reports = []
    if not options.json:
        print(f"{machine['name']}, {machine['cores']} cores, {' '.join(machine['instructionSets'])}, float32, "
              f"{options.rounds} rounds of {options.seconds:g} s\n", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in options.networks:
            print(f"{name}:", file=sys.stderr)
            reports.append(compare(name, Path(folder), options))
            if not options.json:
                print("\n".join(table(reports[-1])), flush=True)
    if options.json:
        print(json.dumps({"processor": machine, "rounds": options.rounds, "seconds": options.seconds,
                          "networks": reports}, indent=2))
    else:
        for report in reports:
            for row in report["contestants"]:
                print(f"{report['network']}, {row['name']}: {row['says']}")


if __name__ == "__main__":
    main()

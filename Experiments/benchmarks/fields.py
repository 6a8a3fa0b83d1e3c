"""Holds gradients of a network's stages with respect to the picture against PyTorch's autograd.

    python3 Experiments/benchmarks/fields.py
    python3 Experiments/benchmarks/fields.py --model sknet26-tiny --rounds 12
    python3 Experiments/benchmarks/fields.py --model resnet50

One forward pass, and from it the gradients of the last unit of each stage: of the mean over a map's middle
positions of the sum over its channels. resnet50 is torchvision's, which sknet reads from the ONNX file that
PyTorch writes of it. PyTorch in both memory layouts, with its threads on one picture and
with one process a core; the best of the four counts. Contestants alternate; a ratio is taken within each
round. Above 1, sknet is faster.
"""
import argparse
import json
import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import environment
import rounds
from network import processor

# Sides of the pictures, and the last unit of each stage as sknet names it.
SIZES = {"sknet50": 224, "sknet26-tiny": 64, "resnet50": 224}
UNITS = {
    "sknet50": ["SK_2_3", "SK_3_4", "SK_4_6", "SK_5_3"],
    "sknet26-tiny": ["SK_2_2", "SK_3_2", "SK_4_2", "SK_5_2"],
    "resnet50": [f"/layer{stage}/layer{stage}.{last}/relu_2/Relu_output_0" for stage, last in enumerate((2, 3, 5, 2), 1)],
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="sknet50", choices=list(SIZES))
    parser.add_argument("--size", type=int, help="side of the input; the model's own by default")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=5, help="of every round and contestant")
    parser.add_argument("--sknet", metavar="PROGRAM", help="instead of .build/release/sknet")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def stages(name):
    """The network as its stages, each a function of the one before's value."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    if name == "resnet50":
        import torchvision

        torch.manual_seed(1)
        model = torchvision.models.resnet50(weights=None).eval()
        stem = nn.Sequential(model.conv1, model.bn1, model.relu, model.maxpool)
        return model, [stem, model.layer1, model.layer2, model.layer3, model.layer4]

    import sknet_torch
    import weights

    network = weights.CATALOGUE[name]
    model = sknet_torch.load(network, weights.formula_weights(network))

    def stem(x):
        x = F.relu(model.stem(x))
        return F.max_pool2d(x, 3, 2, 1) if model.pooled else x

    return model, [stem, *(nn.Sequential(*units) for units in model.stages)]


def gradients(stages, picture):
    """The gradients of the ends of all stages but the stem, [3, H, W] each."""
    import torch

    picture = picture.detach().requires_grad_(True)
    x, values = picture, []
    for stage in stages:
        x = stage(x)
        values.append(x)
    found = []
    for value in values[1:]:
        height, width = value.shape[2:]
        rows = slice((height - 1) // 2, height // 2 + 1)
        columns = slice((width - 1) // 2, width // 2 + 1)
        total = value[:, :, rows, columns].sum(1).mean()
        found += torch.autograd.grad(total, picture, retain_graph=value is not values[-1])
    return found


def prepared(name, size, layout, threads):
    """A function that takes the gradients of one picture."""
    import torch

    torch.set_num_threads(threads)
    model, parts = stages(name)
    model.requires_grad_(False)
    picture = torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(1))
    if layout == "channels_last":
        model.to(memory_format=torch.channels_last)
        picture = picture.to(memory_format=torch.channels_last)
    return lambda: gradients(parts, picture)


def worker(name, size, layout, pipe):
    take = prepared(name, size, layout, 1)
    take()
    pipe.send("ready")
    while True:
        seconds = pipe.recv()
        if seconds is None:
            return
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            take()
            count += 1
        pipe.send(count / (time.perf_counter() - start))


class Threads:
    """PyTorch's threads over one picture."""

    def __init__(self, name, size, layout, cores):
        self.title = f"pytorch {layout}, {cores} threads"
        self.take = prepared(name, size, layout, cores)
        self.take()

    def rate(self, seconds):
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            self.take()
            count += 1
        return count / (time.perf_counter() - start)


class Processes:
    """A process a core, a picture each."""

    def __init__(self, name, size, layout, cores):
        self.title = f"pytorch {layout}, {cores} processes"
        context = multiprocessing.get_context("spawn")
        self.pipes = []
        for _ in range(cores):
            own, other = context.Pipe()
            context.Process(target=worker, args=(name, size, layout, other), daemon=True).start()
            self.pipes.append(own)
        for pipe in self.pipes:
            pipe.recv()

    def rate(self, seconds):
        for pipe in self.pipes:
            pipe.send(seconds)
        return sum(pipe.recv() for pipe in self.pipes)

    def close(self):
        for pipe in self.pipes:
            pipe.send(None)


class Sknet:
    title = "sknet"

    def __init__(self, options, model, size):
        self.command = [environment.sknet(options.sknet), "benchmark", model, "--gradients",
                        "--at", ",".join(UNITS[options.model]), "--size", str(size), "--json"]

    def rate(self, seconds):
        # It spends half of its time on the way forward alone.
        done = subprocess.run([*self.command, "--seconds", str(2 * seconds)], capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr.strip())
        self.report = json.loads(done.stdout)
        return self.report["imagesPerSecond"]


def main():
    options = arguments()
    environment.enter()
    machine = processor()
    size = options.size or SIZES[options.model]
    with tempfile.TemporaryDirectory() as folder:
        model = options.model
        if model == "resnet50":
            import onnx_networks

            model = str(onnx_networks.export(model, Path(folder)))
        report(options, machine, size, Sknet(options, model, size))


def report(options, machine, size, sknet):
    contestants = [sknet]
    for layout in ("contiguous", "channels_last"):
        contestants.append(Threads(options.model, size, layout, machine["cores"]))
        contestants.append(Processes(options.model, size, layout, machine["cores"]))
    rates = rounds.alternated(
        {one.title: partial(one.rate, options.seconds) for one in contestants}, options.rounds)
    for contestant in contestants:
        if isinstance(contestant, Processes):
            contestant.close()
    rows = []
    for title, own in rates.items():
        row = {"name": title, "imagesPerSecond": statistics.median(own)}
        if title != "sknet":
            row["ratio"] = rounds.ratio(rates["sknet"], own)
        rows.append(row)
    told = sknet.report
    if options.json:
        print(json.dumps({"model": options.model, "size": size, "processor": machine, "rounds": options.rounds,
                          "forwardMilliseconds": told["forwardMilliseconds"],
                          "peakMemoryInMegabytes": told["peakMemoryInMegabytes"],
                          "contestants": rows}, indent=2))
        return
    print(f"{options.model} at {size} px: a forward pass and the gradients of {', '.join(told['nodes'])}")
    print(f"{machine['name']}, {machine['cores']} cores, {' '.join(machine['instructionSets'])}, "
          f"{options.rounds} rounds\n")
    print(f"{'':36}{'images/s':>10}{'ratio':>8}{'best':>7}{'worst':>7}")
    for row in rows:
        line = f"{row['name']:36}{row['imagesPerSecond']:10.2f}"
        if "ratio" in row:
            line += "{median:8.2f}{best:7.2f}{worst:7.2f}".format(**row["ratio"])
        print(line)
    print(f"\nsknet: {told['forwardMilliseconds']:.1f} ms of a picture forwards, "
          f"{told['peakMemoryInMegabytes']:.0f} MB at most.")


if __name__ == "__main__":
    main()

"""Holds gradients of SKNet-50's units with respect to the picture against PyTorch's autograd.

    python3 Experiments/benchmarks/fields.py
    python3 Experiments/benchmarks/fields.py --model sknet26-tiny --rounds 12

One forward pass, and from it the gradients of the last unit of each stage: of the mean over a map's middle
positions of the sum over its channels. PyTorch in both memory layouts, with its threads on one picture and
with one process a core; the best of the four counts. Contestants alternate; a ratio is taken within each
round. Above 1, sknet is faster.
"""
import argparse
import json
import multiprocessing
import statistics
import subprocess
import sys
import time

import environment
from network import processor


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="sknet50", choices=["sknet50", "sknet26-tiny"])
    parser.add_argument("--size", type=int, help="side of the input; the model's own by default")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=5, help="of every round and contestant")
    parser.add_argument("--sknet", metavar="PROGRAM", help="instead of .build/release/sknet")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def ends(network):
    """The last unit of each stage."""
    names = [name for name, _ in network.units()]
    return [name for name, after in zip(names, names[1:] + ["SK_0"]) if name[:4] != after[:4]]


def gradients(model, picture, wanted):
    """The gradients of the wanted units, {name: [3, H, W]}."""
    import torch
    from torch.nn import functional as F

    picture = picture.detach().requires_grad_(True)
    x = F.relu(model.stem(picture))
    if model.pooled:
        x = F.max_pool2d(x, 3, 2, 1)
    values = {}
    for name, unit in model.units():
        x = unit(x)
        if name in wanted:
            values[name] = x
    found = {}
    for index, (name, value) in enumerate(values.items()):
        height, width = value.shape[2:]
        rows = slice((height - 1) // 2, height // 2 + 1)
        columns = slice((width - 1) // 2, width // 2 + 1)
        total = value[:, :, rows, columns].sum(1).mean()
        found[name], = torch.autograd.grad(total, picture, retain_graph=index + 1 < len(values))
    return found


def prepared(name, size, layout, threads):
    """A function that takes the gradients of one picture."""
    import torch

    import sknet_torch
    import weights

    torch.set_num_threads(threads)
    network = weights.CATALOGUE[name]
    model = sknet_torch.load(network, weights.formula_weights(network))
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    picture = torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(1))
    if layout == "channels_last":
        model = model.to(memory_format=torch.channels_last)
        picture = picture.to(memory_format=torch.channels_last)
    wanted = ends(model)
    return lambda: gradients(model, picture, wanted)


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

    def __init__(self, options, size):
        units = {"sknet50": "SK_2_3,SK_3_4,SK_4_6,SK_5_3", "sknet26-tiny": "SK_2_2,SK_3_2,SK_4_2,SK_5_2"}
        self.command = [environment.sknet(options.sknet), "benchmark", options.model, "--gradients",
                        "--at", units[options.model], "--size", str(size), "--json"]

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
    size = options.size or {"sknet50": 224, "sknet26-tiny": 64}[options.model]
    contestants = [Sknet(options, size)]
    for layout in ("contiguous", "channels_last"):
        contestants.append(Threads(options.model, size, layout, machine["cores"]))
        contestants.append(Processes(options.model, size, layout, machine["cores"]))
    rates = {contestant.title: [] for contestant in contestants}
    for round_ in range(options.rounds):
        shift = round_ % len(contestants)
        for contestant in contestants[shift:] + contestants[:shift]:
            rates[contestant.title].append(contestant.rate(options.seconds))
        print(f"round {round_ + 1} of {options.rounds}: "
              + ", ".join(f"{title} {own[-1]:.2f}" for title, own in rates.items()), file=sys.stderr)
    for contestant in contestants:
        if isinstance(contestant, Processes):
            contestant.close()
    rows = []
    for title, own in rates.items():
        row = {"name": title, "imagesPerSecond": statistics.median(own)}
        if title != "sknet":
            ratios = [ours / theirs for ours, theirs in zip(rates["sknet"], own)]
            row["ratio"] = {"median": statistics.median(ratios), "best": max(ratios), "worst": min(ratios)}
        rows.append(row)
    report = contestants[0].report
    if options.json:
        print(json.dumps({"model": options.model, "size": size, "processor": machine, "rounds": options.rounds,
                          "forwardMilliseconds": report["forwardMilliseconds"],
                          "peakMemoryInMegabytes": report["peakMemoryInMegabytes"],
                          "contestants": rows}, indent=2))
        return
    print(f"{options.model} at {size} px: a forward pass and the gradients of {', '.join(report['nodes'])}")
    print(f"{machine['name']}, {machine['cores']} cores, {' '.join(machine['instructionSets'])}, "
          f"{options.rounds} rounds\n")
    print(f"{'':36}{'images/s':>10}{'ratio':>8}{'best':>7}{'worst':>7}")
    for row in rows:
        line = f"{row['name']:36}{row['imagesPerSecond']:10.2f}"
        if "ratio" in row:
            line += "{median:8.2f}{best:7.2f}{worst:7.2f}".format(**row["ratio"])
        print(line)
    print(f"\nsknet: {report['forwardMilliseconds']:.1f} ms of a picture forwards, "
          f"{report['peakMemoryInMegabytes']:.0f} MB at most.")


if __name__ == "__main__":
    main()

"""Holds `sknet benchmark --training` against PyTorch on the same network: whole steps, in float32.

    python3 Experiments/benchmarks/training.py
    python3 Experiments/benchmarks/training.py --isa avx2
    python3 Experiments/benchmarks/training.py --model sknet50 --batch 16 --seconds 20

A step is forward, backward and SGD with Nesterov momentum, on a batch of noise that is already there.
PyTorch is eager, in the better of its two memory layouts, with a thread a core. Both run one round
after the other, the first alternating; a ratio is taken within each round. Above 1, sknet is faster.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

import environment
from network import AVX2, processor


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="sknet26-tiny", help="a network of weights.py's catalogue")
    parser.add_argument("--size", type=int, help="side of the input; the model's own by default")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=8, help="of every round and contestant")
    parser.add_argument("--isa", choices=["native", "avx2"], default="native")
    parser.add_argument("--sknet", metavar="PROGRAM", help="instead of .build/release/sknet")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


class Sknet:
    """One invocation a round; compiling the network and the first step are not in the time."""

    def __init__(self, options, size):
        self.command = [environment.sknet(options.sknet), "benchmark", options.model, "--training", "--json",
                        "--size", str(size), "--batch", str(options.batch)]
        if options.isa == "avx2":
            self.command += ["--instruction-set", "avx2"]
        report = self.run(0.1)
        self.says = f"sknet, {report['workers']} workers, {report['instructionSet']}"

    def run(self, seconds):
        done = subprocess.run([*self.command, "--seconds", str(seconds)], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(self.command)}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def milliseconds(self, seconds):
        return self.run(seconds)["millisecondsPerImage"]


class PyTorch:
    """Eager, in the memory layout that was faster in a trial before the rounds."""

    def __init__(self, name, size, batch):
        import torch

        import sknet_torch
        import weights

        self.torch = torch
        network = weights.CATALOGUE[name]
        tensors = weights.formula_weights(network)
        pixels = torch.from_numpy(weights.formula_input(batch, size))
        self.labels = torch.arange(batch) % network.classes
        best = float("inf")
        for layout in (torch.contiguous_format, torch.channels_last):
            model = sknet_torch.load(network, tensors).train().to(memory_format=layout)
            descent = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-4)
            trial = model, pixels.contiguous(memory_format=layout), descent
            self.run(trial, 0)
            taken = self.run(trial, 3)
            if taken < best:
                best, self.chosen = taken, trial
                self.says = (f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads, "
                             f"{str(layout).split('.')[-1]}, {torch.backends.cpu.get_cpu_capability()}")

    def run(self, trial, seconds):
        model, pixels, descent = trial
        start, images = time.perf_counter(), 0
        while not images or time.perf_counter() - start < seconds:
            descent.zero_grad(set_to_none=True)
            loss = self.torch.nn.functional.cross_entropy(model(pixels), self.labels, label_smoothing=0.1)
            loss.backward()
            descent.step()
            images += len(pixels)
        return 1e3 * (time.perf_counter() - start) / images

    def milliseconds(self, seconds):
        return self.run(self.chosen, seconds)


def measure(found, options):
    times = {name: [] for name in found}
    for round_ in range(options.rounds):
        for name in list(found)[:: 1 if round_ % 2 == 0 else -1]:
            time.sleep(0.5)
            times[name].append(found[name].milliseconds(options.seconds))
        print(f"round {round_ + 1} of {options.rounds}: "
              + ", ".join(f"{name} {times[name][-1]:.2f}" for name in found), file=sys.stderr)
    return times


def main():
    options = arguments()
    if options.isa == "avx2" and any(os.environ.get(key) != value for key, value in AVX2.items()):
        # PyTorch reads these when it is loaded.
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | AVX2)
    environment.enter()
    import weights

    if options.model not in weights.CATALOGUE:
        sys.exit(f"--model: no {options.model}; there are {', '.join(weights.CATALOGUE)}")
    size = options.size or weights.CATALOGUE[options.model].size
    found = {"sknet": Sknet(options, size), "pytorch": PyTorch(options.model, size, options.batch)}
    times = measure(found, options)
    ratios = [peer / own for peer, own in zip(times["pytorch"], times["sknet"])]
    report = {"model": options.model, "size": size, "batch": options.batch, "isa": options.isa,
              "processor": processor(), "rounds": options.rounds, "seconds": options.seconds,
              "says": [one.says for one in found.values()], "millisecondsPerImage": times,
              "ratio": {"median": statistics.median(ratios), "best": max(ratios), "worst": min(ratios)}}
    if options.json:
        print(json.dumps(report, indent=2))
        return
    machine = report["processor"]
    print(f"training {options.model} at {size}, batches of {options.batch}, {options.rounds} rounds of "
          f"{options.seconds:g} s\n{machine['name']}, {machine['cores']} cores, "
          f"{' '.join(machine['instructionSets'])}\n")
    for name, own in times.items():
        print(f"{name:10}{statistics.median(own):8.2f} ms an image   fastest {min(own):.2f}   "
              f"slowest {max(own):.2f}   {found[name].says}")
    print("ratio     {median:8.2f}               best {best:.2f}   worst {worst:.2f}".format(**report["ratio"]))


if __name__ == "__main__":
    main()

"""Holds `sknet benchmark --training` against PyTorch on the same network: whole steps.

    python3 Experiments/benchmarks/training.py
    python3 Experiments/benchmarks/training.py --precision bf16
    python3 Experiments/benchmarks/training.py --isa avx2
    python3 Experiments/benchmarks/training.py --model sknet50 --batch 16 --seconds 20

A step is forward, backward and SGD with Nesterov momentum, on a batch of noise that is already there.
PyTorch is eager, in float32 or under bfloat16 autocast, with a thread a core; both of its memory layouts
take part, and a round's best is the one that counts. All run one round after the other, in an order that
rotates; a ratio is taken within each round. Above 1, sknet is faster.
"""
import argparse
import json
import os
import statistics
import sys
import time
from functools import partial

import environment
import rounds
from network import AVX2, Sknet, processor

LAYOUTS = ["contiguous_format", "channels_last"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="sknet26-tiny", help="a network of weights.py's catalogue")
    parser.add_argument("--size", type=int, help="side of the input; the model's own by default")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=8, help="of every round and contestant")
    parser.add_argument("--precision", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--isa", choices=["native", "avx2"], default="native")
    parser.add_argument("--sknet", metavar="PROGRAM", help="instead of .build/release/sknet")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


class PyTorch:
    """Eager, in one memory layout."""

    def __init__(self, name, size, batch, layout, precision):
        import torch

        import sknet_torch
        import weights

        self.torch = torch
        self.precision = precision
        layout = getattr(torch, layout)
        network = weights.CATALOGUE[name]
        self.model = sknet_torch.load(network, weights.formula_weights(network)).train().to(memory_format=layout)
        self.pixels = torch.from_numpy(weights.formula_input(batch, size)).contiguous(memory_format=layout)
        self.labels = torch.arange(batch) % network.classes
        self.descent = torch.optim.SGD(
            self.model.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-4)
        self.says = (f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads, {precision}, "
                     f"{torch.backends.cpu.get_cpu_capability()}")
        self.milliseconds(0)

    def milliseconds(self, seconds):
        start, images = time.perf_counter(), 0
        while not images or time.perf_counter() - start < seconds:
            self.descent.zero_grad(set_to_none=True)
            with self.torch.autocast("cpu", self.torch.bfloat16, enabled=self.precision == "bf16"):
                loss = self.torch.nn.functional.cross_entropy(
                    self.model(self.pixels), self.labels, label_smoothing=0.1)
            loss.backward()
            self.descent.step()
            images += len(self.pixels)
        return 1e3 * (time.perf_counter() - start) / images


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
    found = {"sknet": Sknet(options, size, ["--training", "--batch", str(options.batch)], seconds=0.1)}
    found |= {layout: PyTorch(options.model, size, options.batch, layout, options.precision) for layout in LAYOUTS}
    times = rounds.alternated(
        {name: partial(one.milliseconds, options.seconds) for name, one in found.items()}, options.rounds, " ms",
        pause=0.5)
    own, *peers = times.values()
    report = {"model": options.model, "size": size, "batch": options.batch, "precision": options.precision,
              "isa": options.isa,
              "processor": processor(), "rounds": options.rounds, "seconds": options.seconds,
              "says": [one.says for one in found.values()], "millisecondsPerImage": times,
              "ratio": rounds.ratio([min(times) for times in zip(*peers)], own)}
    if options.json:
        print(json.dumps(report, indent=2))
        return
    machine = report["processor"]
    print(f"training {options.model} at {size}, {options.precision}, batches of {options.batch}, "
          f"{options.rounds} rounds of {options.seconds:g} s\n{machine['name']}, {machine['cores']} cores, "
          f"{' '.join(machine['instructionSets'])}\n")
    for name, own in times.items():
        print(f"{name:19}{statistics.median(own):8.2f} ms an image   fastest {min(own):.2f}   "
              f"slowest {max(own):.2f}   {found[name].says}")
    print("ratio              {median:8.2f}               best {best:.2f}   worst {worst:.2f}".format(**report["ratio"]))


if __name__ == "__main__":
    main()

"""Holds `sknet benchmark` against OpenVINO, ONNX Runtime and PyTorch on the same network.

    python3 Experiments/benchmarks/network.py
    python3 Experiments/benchmarks/network.py --isa avx2 --rounds 12
    python3 Experiments/benchmarks/network.py --precision bf16 --json

Everybody runs one round after the other, again and again, in an order that rotates: neighbours on a
shared machine then slow all of them alike. A ratio is taken within each round; its median, best and
worst are printed. Above 1, sknet is faster.
"""
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from functools import partial

import environment
import rounds

# What each library offers to hold it to AVX2. ONNX Runtime offers nothing.
AVX2 = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"}
INSTRUCTION_SETS = ["avx2", "fma", "avx512f", "avx512_bf16", "avx512_vnni", "amx_tile", "amx_bf16"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="sknet50", help="a network of weights.py's catalogue")
    parser.add_argument("--size", type=int, help="side of the input; the model's own by default")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=5, help="of every round and contestant")
    parser.add_argument("--precision", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--isa", choices=["native", "avx2"], default="native")
    parser.add_argument("--sknet", metavar="PROGRAM", help="instead of .build/release/sknet")
    parser.add_argument("--peers-only", action="store_true", help="leave sknet out")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def processor():
    """The processor's name and those of its instruction sets that matter here."""
    fields = {}
    with open("/proc/cpuinfo") as file:
        for line in file:
            key, _, value = line.partition(":")
            fields.setdefault(key.strip(), value.strip())
    flags = fields.get("flags", "").split()
    return {"name": fields.get("model name", platform.processor()),
            "cores": len(os.sched_getaffinity(0)),
            "instructionSets": [name for name in INSTRUCTION_SETS if name in flags]}


class Sknet:
    """One round an invocation; compiling the network and the first step are not in the time that it prints."""

    def __init__(self, options, size, more=(), seconds=0.5):
        self.command = [environment.sknet(options.sknet), "benchmark", options.model, "--size", str(size),
                        "--precision", options.precision, "--json", *more]
        if options.isa == "avx2":
            self.command += ["--instruction-set", "avx2"]
        report = self.run(seconds)
        self.says = f"sknet, {report.get('workers')} workers, {report.get('precision')}, {report.get('instructionSet')}"

    def run(self, seconds):
        done = subprocess.run([*self.command, "--seconds", str(seconds)], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(self.command)}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def milliseconds(self, seconds):
        return self.run(seconds)["millisecondsPerImage"]

    def close(self):
        pass


def contestants(options, size):
    import peers
    import sknet_onnx
    import weights

    path = environment.SCRATCH / f"{options.model}.onnx"
    sknet_onnx.write(weights.CATALOGUE[options.model], path)
    found = {} if options.peers_only else {"sknet": Sknet(options, size)}
    held = AVX2 if options.isa == "avx2" else {}
    for name in peers.NAMES:
        try:
            found[name] = peers.Process(name, options.model, path, size, options.precision, held)
        except RuntimeError:
            print(f"*** {name} does not run here: THIS COMPARISON LACKS IT ***", file=sys.stderr)
    return found


def measure(found, options):
    """Milliseconds an image of every contestant, round by round."""
    return rounds.alternated(
        {name: partial(one.milliseconds, options.seconds) for name, one in found.items()}, options.rounds, " ms",
        pause=0.2)


def summary(times, found):
    rows = []
    for name, own in times.items():
        row = {"name": name, "says": found[name].says, "milliseconds": statistics.median(own),
               "fastest": min(own), "slowest": max(own)}
        if name != "sknet" and "sknet" in times:
            row["ratio"] = rounds.ratio(own, times["sknet"])
        rows.append(row)
    return rows


def table(machine, options, size, rows):
    yield f"{options.model} at {size}, {options.precision}, {options.rounds} rounds of {options.seconds:g} s"
    yield f"{machine['name']}, {machine['cores']} cores, {' '.join(machine['instructionSets'])}"
    yield ""
    yield f"{'':22}{'ms an image':>12}{'fastest':>9}{'slowest':>9}{'ratio':>8}{'best':>7}{'worst':>7}"
    for row in rows:
        line = f"{row['name']:22}{row['milliseconds']:12.1f}{row['fastest']:9.1f}{row['slowest']:9.1f}"
        if "ratio" in row:
            line += "{median:8.2f}{best:7.2f}{worst:7.2f}".format(**row["ratio"])
        yield line
    yield ""
    for row in rows:
        yield f"{row['name']}: {row['says']}"
    if options.isa == "avx2":
        yield "ONNX Runtime cannot be held to AVX2: it used whatever this processor has."
    if options.precision == "bf16":
        yield "ONNX Runtime has no bfloat16 on the processor: it ran in float32."


def main():
    options = arguments()
    environment.enter()
    import weights

    if options.model not in weights.CATALOGUE:
        sys.exit(f"--model: no {options.model}; there are {', '.join(weights.CATALOGUE)}")
    size = options.size or weights.CATALOGUE[options.model].size
    found = contestants(options, size)
    try:
        rows = summary(measure(found, options), found)
    finally:
        for contestant in found.values():
            contestant.close()
    machine = processor()
    if options.json:
        print(json.dumps({"model": options.model, "size": size, "precision": options.precision,
                          "isa": options.isa, "rounds": options.rounds, "seconds": options.seconds,
                          "processor": machine, "contestants": rows}, indent=2))
    else:
        print("\n".join(table(machine, options, size, rows)))


if __name__ == "__main__":
    main()

"""A peer in a process of its own: builds its network, then runs a round whenever it is told to.

Lines in: seconds, as a number. Lines out, JSON: first {"says": ...}, then {"images": ..., "seconds": ...}.
Between rounds a peer waits for its next line and leaves the cores alone.
"""
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMES = ["openvino", "onnxruntime per core", "onnxruntime", "pytorch"]


class OpenVINO:
    """Its own choice of streams by a hint, as many requests as it asks for, no synchronisation."""

    def __init__(self, path, size, precision, hint="THROUGHPUT"):
        import openvino

        core = openvino.Core()
        model = core.read_model(path)
        model.reshape([1, 3, size, size])
        # Without the hint, float32 is bfloat16 wherever the processor has it.
        compiled = core.compile_model(model, "CPU", {"PERFORMANCE_HINT": hint,
                                                     "INFERENCE_PRECISION_HINT": precision})
        self.queue = openvino.AsyncInferQueue(compiled)
        self.input = formula_input(size)
        kinds = {str(node.get_rt_info()["primitiveType"].astype(str))
                 for node in compiled.get_runtime_model().get_ops()
                 if "primitiveType" in node.get_rt_info()}
        self.says = (f"OpenVINO {openvino.get_version().split('-')[0]}, {hint.lower()}, {len(self.queue)} requests, "
                     f"{', '.join(sorted(kind for kind in kinds if 'jit' in kind or 'brg' in kind))}")

    def round(self, seconds):
        start, images = time.perf_counter(), 0
        while time.perf_counter() - start < seconds:
            self.queue.start_async({0: self.input}, share_inputs=True)
            images += 1
        self.queue.wait_all()
        return images, time.perf_counter() - start


class ONNXRuntime:
    """`sessions` sessions that share the cores, one caller each."""

    def __init__(self, path, size, sessions):
        import onnxruntime

        cores = len(os.sched_getaffinity(0))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = cores // sessions
        # Spinning during a run is its default and stays; an idle peer must not spin.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        self.sessions = [onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
                         for _ in range(sessions)]
        self.input = {"input": formula_input(size)}
        self.says = (f"ONNX Runtime {onnxruntime.__version__}, {sessions} x {cores // sessions} threads, "
                     "float32, its own choice of instructions")

    def round(self, seconds):
        counts = [0] * len(self.sessions)
        start = time.perf_counter()

        def work(index):
            while time.perf_counter() - start < seconds:
                self.sessions[index].run(None, self.input)
                counts[index] += 1

        threads = [threading.Thread(target=work, args=(i,)) for i in range(len(counts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(counts), time.perf_counter() - start


class PyTorch:
    """Eager, all threads, the best of two memory layouts and two batch sizes, tried before the rounds."""

    def __init__(self, name, size, precision):
        import torch

        import sknet_torch
        import weights

        self.torch, self.precision = torch, precision
        network = weights.CATALOGUE[name]
        tensors = weights.formula_weights(network)
        best = 0
        for layout in (torch.contiguous_format, torch.channels_last):
            model = sknet_torch.load(network, tensors).to(memory_format=layout)
            for batch in (1, 8):
                x = torch.from_numpy(formula_input(size)).repeat(batch, 1, 1, 1)
                trial = model, x.contiguous(memory_format=layout)
                self.run(trial, 0.5)
                images, elapsed = self.run(trial, 1.5)
                if images / elapsed > best:
                    best, self.chosen = images / elapsed, trial
                    self.says = (f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads, batch "
                                 f"{batch}, {str(layout).split('.')[-1]}, {torch.backends.cpu.get_cpu_capability()}")

    def run(self, chosen, seconds):
        model, x = chosen
        torch = self.torch
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.precision == "bf16"):
            start, images = time.perf_counter(), 0
            while time.perf_counter() - start < seconds:
                model(x)
                images += len(x)
            return images, time.perf_counter() - start

    def round(self, seconds):
        return self.run(self.chosen, seconds)


def formula_input(size):
    import weights

    return weights.formula_input(1, size)


def serve(peer, name, path, size, precision):
    if peer.startswith("openvino"):
        runner = OpenVINO(path, size, precision, "LATENCY" if peer.endswith("latency") else "THROUGHPUT")
    elif peer == "pytorch":
        runner = PyTorch(name, size, precision)
    else:
        sessions = len(os.sched_getaffinity(0)) if peer.endswith("per core") else 1
        runner = ONNXRuntime(path, size, sessions)
    runner.round(0.5)
    print(json.dumps({"says": runner.says}), flush=True)
    for line in sys.stdin:
        images, seconds = runner.round(float(line))
        print(json.dumps({"images": images, "seconds": seconds}), flush=True)


class Process:
    """The other end: a peer started from here."""

    def __init__(self, peer, name, path, size, precision, environment):
        arguments = [sys.executable, str(HERE / "peers.py"), peer, name, str(path), str(size), precision]
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=os.environ | environment)
        self.says = self.answer()["says"]

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the peer ended")
        return json.loads(line)

    def milliseconds(self, seconds):
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        answer = self.answer()
        return 1e3 * answer["seconds"] / answer["images"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5])

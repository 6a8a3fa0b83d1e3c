"""Writes `onnx/forms-*`: forms of ONNX that PyTorch's exporters leave to be worked out by whoever reads them.

    python3 Tests/Fixtures/onnx_forms.py [--check]

Paddings as arithmetic over shapes (TensorFlow's SAME), weights that are standardised while the network runs (a batch
norm of the weights), a convolution over channels (ECA-Net), and windows of maps whose channels come last, padded.
Needs PyTorch 2.15, onnx, onnxscript, onnxruntime and safetensors.
"""
import argparse
import json
import math
import tempfile
from pathlib import Path

import numpy
import onnx
import onnxruntime
import torch
from safetensors.numpy import load_file, save_file
from torch import nn
from torch.nn import functional as F

FOLDER = Path(__file__).parent / "onnx"
SIDE = 45


class SameConvolution(nn.Conv2d):
    def forward(self, x):
        total = [max((math.ceil(side / 2) - 1) * 2 + 3 - side, 0) for side in x.shape[-2:]]
        x = F.pad(x, [total[1] // 2, total[1] - total[1] // 2, total[0] // 2, total[0] - total[0] // 2])
        return F.conv2d(x, self.weight, self.bias, stride=2)


class StandardisedConvolution(nn.Conv2d):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.gain = nn.Parameter(torch.rand(self.out_channels) + 0.5)

    def forward(self, x):
        weight = F.batch_norm(
            self.weight.reshape(1, self.out_channels, -1), None, None, weight=self.gain * 0.2,
            training=True, momentum=0.0, eps=1e-6).reshape_as(self.weight)
        return F.conv2d(x, weight, self.bias, padding=1)


class ChannelAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 5, padding=2, bias=False)

    def forward(self, x):
        y = self.conv(x.mean((2, 3)).view(x.shape[0], 1, -1))
        return x * y.view(x.shape[0], -1, 1, 1).sigmoid()


class WindowAttention(nn.Module):
    def __init__(self, channels, window=4):
        super().__init__()
        self.window = window
        self.norm = nn.LayerNorm(channels)
        self.qkv = nn.Linear(channels, 3 * channels)

    def forward(self, x):
        _, height, width, channels = x.shape
        own, x, side = x, self.norm(x), self.window
        x = F.pad(x, (0, 0, 0, -width % side, 0, -height % side))
        _, high, wide, _ = x.shape
        x = x.view(1, high // side, side, wide // side, side, channels).permute(0, 1, 3, 2, 4, 5)
        q, k, v = self.qkv(x.reshape(-1, side * side, channels)).chunk(3, -1)
        x = torch.softmax(q @ k.transpose(1, 2) / channels**0.5, -1) @ v
        x = x.view(1, high // side, wide // side, side, side, channels).permute(0, 1, 3, 2, 4, 5)
        return own + x.reshape(1, high, wide, channels)[:, :height, :width]


class Forms(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = SameConvolution(3, 8, 3)
        self.conv = StandardisedConvolution(8, 16, 3)
        self.gate = ChannelAttention()
        self.attention = WindowAttention(16)
        self.head = nn.Linear(16, 10)

    def points(self, x):
        first = F.relu(self.conv(F.relu(self.stem(x))))
        gated = self.gate(first)
        last = self.attention(gated.permute(0, 2, 3, 1))
        return {"standardised": first, "gated": gated, "windows": last}, self.head(last.mean((1, 2)))

    def forward(self, x):
        return self.points(x)[1]


def expected(model, x):
    """Values in float32, and gradients in float64 of the mean over the middle positions of the sum over channels."""
    points, logits = model.points(x)
    arrays = {"input": x[0].numpy(), "logits": logits[0].detach().numpy()}
    double = Forms().double().eval()
    double.load_state_dict(model.double().state_dict())
    model.float()
    for name, value in points.items():
        arrays["value." + name] = value[0].detach().numpy()
        source = x.double().requires_grad_()
        value = double.points(source)[0][name]
        value = value.permute(0, 3, 1, 2) if name == "windows" else value
        middles = [slice((side - 1) // 2, side // 2 + 1) for side in value.shape[-2:]]
        value[0, :, middles[0], middles[1]].mean((1, 2)).sum().backward()
        arrays["gradient." + name] = source.grad[0].float().numpy()
    return {name: numpy.ascontiguousarray(array, numpy.float32) for name, array in arrays.items()}


def names(path, arrays):
    """Which ONNX value each point is: the first that has its numbers."""
    model = onnx.load(path)
    for node in model.graph.node:
        for output in node.output:
            if output and output not in [value.name for value in model.graph.output]:
                model.graph.output.append(onnx.ValueInfoProto(name=output))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    outputs = [value.name for value in session.get_outputs()]
    values = dict(zip(outputs, session.run(None, {session.get_inputs()[0].name: arrays["input"][None]})))
    found = {}
    for name in ("standardised", "gated", "windows"):
        wanted = arrays["value." + name]
        found[name] = next(
            output for output in outputs
            if values[output].shape == (1,) + wanted.shape
            and numpy.abs(values[output][0] - wanted).max() < 1e-4 * numpy.abs(wanted).max())
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    for exporter in ("torchscript", "dynamo"):
        torch.manual_seed(3)
        model = Forms().eval()
        x = torch.randn(1, 3, SIDE, SIDE)
        arrays = expected(model, x)
        if check:
            for name, kept in load_file(FOLDER / f"forms-{exporter}.safetensors").items():
                difference = numpy.abs(kept - arrays[name]).max() / numpy.abs(kept).max()
                print(f"forms-{exporter} {name}: {difference:.1e}")
                assert difference < 1e-5
            continue
        path = FOLDER / f"forms-{exporter}.onnx"
        with tempfile.TemporaryDirectory() as folder:
            raw = str(Path(folder) / "forms.onnx")
            options = {} if exporter == "dynamo" else {"opset_version": 17}
            torch.onnx.export(model, (x,), raw, dynamo=exporter == "dynamo", **options)
            written = onnx.load(raw)
        for node in written.graph.node:
            node.doc_string = ""
            del node.metadata_props[:]
        onnx.save(written, path)
        opset = next(entry.version for entry in written.opset_import if not entry.domain)
        save_file(arrays, FOLDER / f"forms-{exporter}.safetensors", metadata={
            "exporter": exporter, "opset": str(opset), "nodes": json.dumps(names(path, arrays)),
        })


if __name__ == "__main__":
    main()

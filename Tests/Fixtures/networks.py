"""Computes fixtures of whole networks with PyTorch: python3 Tests/Fixtures/networks.py [--check] [NAME ...]

sknet26, sknet50, resnext50, senet50, sknet26-tiny, three-branches, gate-*: logits, attention and unit
means in inference; train-step-* and train-step-32-*: loss, gradients and three steps of SGD, in float64. With
--check the files stay, and how far they are from what is computed is printed; beyond 1e-4 of a tensor's
largest value it fails. Needs torch, numpy and safetensors.
"""
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import save_file
from torch import nn
from torch.nn import functional as F

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Experiments" / "benchmarks"))
import weights as w  # noqa: E402
from sknet_torch import ConvolutionAndNorm  # noqa: E402


class Unit(nn.Module):
    """A bottleneck; branches are (kernel, dilation, groups)."""

    def __init__(self, kind, inputs, width, outputs, stride, branches, gate):
        super().__init__()
        self.kind, self.gate = kind, gate
        self.attention = None
        self.reduce = ConvolutionAndNorm(inputs, width)
        self.branches = nn.ModuleList(
            ConvolutionAndNorm(width, width, kernel, stride, dilation, min(groups, width))
            for kernel, dilation, groups in branches)
        if kind == "sk":
            hidden = max(width // 16, 32)
            self.fuse = ConvolutionAndNorm(width, hidden)
            self.select = nn.ModuleList(
                nn.Conv2d(hidden, 1 if gate == "shared" else width, 1, bias=False) for _ in branches)
        if kind == "se":
            self.squeeze = nn.Conv2d(outputs, outputs // 16, 1)
            self.excite = nn.Conv2d(outputs // 16, outputs, 1)
        self.expand = ConvolutionAndNorm(width, outputs)
        self.shortcut = nn.Identity()
        if inputs != outputs or stride != 1:
            self.shortcut = ConvolutionAndNorm(inputs, outputs, stride=stride)

    def forward(self, x):
        y = F.relu(self.reduce(x))
        maps = [F.relu(branch(y)) for branch in self.branches]
        y = maps[0]
        if self.kind == "sk":
            joined = sum(maps)
            if self.gate != "position":
                joined = joined.mean((2, 3), keepdim=True)
            fused = F.relu(self.fuse(joined))
            logits = torch.stack([select(fused) for select in self.select], 1)
            shares = torch.sigmoid(logits) if self.gate == "sigmoid" else torch.softmax(logits, 1)
            shares = shares.expand(-1, -1, maps[0].shape[1], -1, -1)
            self.attention = shares.mean((3, 4))
            y = sum(shares[:, m] * maps[m] for m in range(len(maps)))
        y = self.expand(y)
        if self.kind == "se":
            y = y * torch.sigmoid(self.excite(F.relu(self.squeeze(y.mean((2, 3), keepdim=True)))))
        return F.relu(y + self.shortcut(x))


class Net(nn.Module):
    def __init__(self, kind, units, widths=(128, 256, 512, 1024), groups=32, branches=None,
                 classes=1000, stem=(7, 64, True), gate="channel"):
        super().__init__()
        if branches is None:
            branches = [(3, 1, groups), (3, 2, groups)] if kind == "sk" else [(3, 1, groups)]
        kernel, channels, self.pools = stem
        self.stem = ConvolutionAndNorm(3, channels, kernel, stride=2)
        self.stages = nn.ModuleList()
        for stage, (count, width) in enumerate(zip(units, widths)):
            self.stages.append(nn.ModuleList())
            for index in range(count):
                stride = 2 if stage and not index else 1
                self.stages[-1].append(Unit(kind, channels, width, 2 * width, stride, branches, gate))
                channels = 2 * width
        self.classifier = nn.Linear(channels, classes)

    def units(self):
        for stage, units in enumerate(self.stages):
            for index, unit in enumerate(units):
                yield f"SK_{stage + 2}_{index + 1}", unit

    def forward(self, x):
        x = F.relu(self.stem(x))
        if self.pools:
            x = F.max_pool2d(x, 3, 2, 1)
        for _, unit in self.units():
            x = unit(x)
        return self.classifier(x.mean((2, 3)))


QUARTER = dict(widths=(32, 64, 128, 256), groups=8, stem=(3, 32, False))
# The network, pictures, side.
INFERENCE = {
    "sknet26": (lambda: Net("sk", (2, 2, 2, 2)), 2, 224),
    "sknet50": (lambda: Net("sk", (3, 4, 6, 3)), 1, 224),
    "resnext50": (lambda: Net("plain", (3, 4, 6, 3)), 1, 224),
    "senet50": (lambda: Net("se", (3, 4, 6, 3)), 1, 224),
    "sknet26-tiny": (lambda: Net("sk", (2, 2, 2, 2), classes=200, **QUARTER), 4, 64),
    "three-branches": (
        lambda: Net("sk", (1, 1, 1, 1), classes=10,
                    branches=[(3, 1, 8), (5, 1, 8), (3, 3, 8)], **QUARTER), 2, 72),
}
for gate in ("sigmoid", "shared", "position"):
    INFERENCE["gate-" + gate] = (
        lambda gate=gate: Net("sk", (1, 1, 1, 1), classes=10, gate=gate, **QUARTER), 2, 72)
# The kind, what the noise is called, side. See README.md for how the names were found.
STEPS = {
    "train-step-sk": ("sk", "input.428", 24), "train-step-se": ("se", "input.7", 24),
    "train-step-plain": ("plain", "input.6", 24), "train-step-32-sk": ("sk", "input", 32),
    "train-step-32-se": ("se", "input", 32), "train-step-32-plain": ("plain", "input", 32),
}


def filled(net):
    """Formula weights, in float32."""
    for name, tensor in net.state_dict().items():
        if tensor.dim():
            value = w.formula(name, tuple(tensor.shape)).astype(np.float32)
            tensor.copy_(torch.from_numpy(value))
    return net


def pictures(name, count, side):
    noise = w.noise(name, count * 3 * side * side).astype(np.float32)
    return torch.from_numpy(noise.reshape(count, 3, side, side))


def inference(make, count, side):
    net = filled(make()).eval()
    means = {}
    for name, unit in net.units():
        unit.register_forward_hook(
            lambda _, __, output, name=name: means.__setitem__(name, output.mean((2, 3))))
    with torch.no_grad():
        result = {"logits": net(pictures("input", count, side))}
    for name, unit in net.units():
        result["mean." + name] = means[name]
        if unit.attention is not None:
            result["attention." + name] = unit.attention
    return result


def step(kind, noise, side):
    net = filled(Net(kind, (2, 1), widths=(32, 64), groups=8, classes=10, stem=(3, 16, False)))
    net = net.double().train()
    optimizer = torch.optim.SGD(
        net.parameters(), lr=0.05, momentum=0.9, nesterov=True, weight_decay=1e-4)
    x = pictures(noise, 8, side).double().requires_grad_()
    labels = torch.arange(8) % 10
    result, losses = {}, []
    for index in range(3):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x), labels, label_smoothing=0.1)
        loss.backward()
        losses.append(loss.detach())
        if index == 0:
            result["gradient.input"] = x.grad.clone()
            for name, parameter in net.named_parameters():
                result["gradient." + name] = parameter.grad.clone()
        optimizer.step()
    result["loss"] = losses[0].reshape(1)
    result["losses"] = torch.stack(losses)
    for name, tensor in net.state_dict().items():
        if tensor.dim():
            result["after." + name] = tensor
    return result


def main():
    names = [name for name in sys.argv[1:] if name != "--check"] or [*INFERENCE, *STEPS]
    wrong = []
    for name in names:
        made = inference(*INFERENCE[name]) if name in INFERENCE else step(*STEPS[name])
        made = {key: value.detach().float().numpy() for key, value in made.items()}
        path = ROOT / "Tests" / "Fixtures" / f"{name}.safetensors"
        with safe_open(path, "numpy") as file:
            if "--check" not in sys.argv:
                notes = file.metadata()
                save_file(made, path, notes)
                continue
            errors = {key: np.inf for key in set(made) ^ set(file.keys())}
            for key in set(made) & set(file.keys()):
                there = file.get_tensor(key)
                errors[key] = np.abs(there - made[key]).max() / max(np.abs(there).max(), 1e-30)
        worst = max(errors, key=errors.get)
        print(f"{name}: {len(errors)} tensors, at most {errors[worst]:.1e} off ({worst})")
        if errors[worst] > 1e-4:
            wrong.append(name)
    if wrong:
        raise SystemExit("off: " + ", ".join(wrong))


main()

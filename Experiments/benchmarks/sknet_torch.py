"""SKNet in PyTorch as the peer of the benchmarks; its tensors have the project's names."""
import torch
from torch import nn
from torch.nn import functional as F

import weights as w


class ConvolutionAndNorm(nn.Module):
    def __init__(self, inputs, outputs, kernel=1, stride=1, dilation=1, groups=1):
        super().__init__()
        padding = dilation * (kernel - 1) // 2
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, groups, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=w.EPSILON)

    def forward(self, x):
        return self.bn(self.conv(x))


class Gate(nn.Module):
    """The softmax over branches: a module of its own, for a hook to look at."""

    def forward(self, scores):
        return torch.softmax(scores, dim=1)


class SKUnit(nn.Module):
    def __init__(self, unit):
        super().__init__()
        self.reduce = ConvolutionAndNorm(unit.inputs, unit.width)
        self.branches = nn.ModuleList(
            ConvolutionAndNorm(unit.width, unit.width, 3, unit.stride, dilation, unit.groups)
            for dilation in (1, 2))
        self.fuse = ConvolutionAndNorm(unit.width, unit.attention)
        self.select = nn.ModuleList(
            nn.Conv2d(unit.attention, unit.width, 1, bias=False) for _ in range(2))
        self.gate = Gate()
        self.expand = ConvolutionAndNorm(unit.width, unit.outputs)
        self.shortcut = nn.Identity()
        if unit.has_shortcut:
            self.shortcut = ConvolutionAndNorm(unit.inputs, unit.outputs, stride=unit.stride)

    def forward(self, x):
        y = F.relu(self.reduce(x))
        plain, dilated = (F.relu(branch(y)) for branch in self.branches)
        fused = F.relu(self.fuse((plain + dilated).mean((2, 3), keepdim=True)))
        attention = self.gate(torch.stack([select(fused) for select in self.select], dim=1))
        y = attention[:, 0] * plain + attention[:, 1] * dilated
        return F.relu(self.expand(y) + self.shortcut(x))


class SKNet(nn.Module):
    def __init__(self, network):
        super().__init__()
        kernel, channels, self.pooled = network.stem
        self.stem = ConvolutionAndNorm(3, channels, kernel, stride=2)
        units = list(network.units())
        self.stages = nn.ModuleList(
            nn.ModuleList(SKUnit(unit) for unit in units if unit.name.split(".")[1] == str(stage))
            for stage in range(len(network.units_per_stage)))
        self.classifier = nn.Linear(units[-1].outputs, network.classes)

    def units(self):
        """(name as the paper has it, unit): SK_2_1 and on."""
        for stage, units in enumerate(self.stages):
            for index, unit in enumerate(units):
                yield f"SK_{stage + 2}_{index + 1}", unit

    def forward(self, x):
        x = F.relu(self.stem(x))
        if self.pooled:
            x = F.max_pool2d(x, 3, 2, 1)
        for _, unit in self.units():
            x = unit(x)
        return self.classifier(x.mean((2, 3)))


def load(network, tensors):
    """The network in inference mode with these weights."""
    model = SKNet(network)
    state = {name: torch.from_numpy(value.copy()) for name, value in tensors.items()}
    result = model.load_state_dict(state, strict=False)
    wrong = [name for name in result.missing_keys if not name.endswith("num_batches_tracked")]
    if wrong or result.unexpected_keys:
        raise SystemExit(f"weights do not fit: missing {wrong}, unexpected {result.unexpected_keys}")
    return model.eval()

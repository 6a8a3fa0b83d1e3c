"""SKNets as lists of named tensors: the catalogue, weights by formula, safetensors. NumPy only.

Tensor names and the file's metadata are the project's own, so that sknet and its peers read one file.
"""
import json
import struct
from dataclasses import dataclass

import numpy as np

EPSILON = 1e-5


@dataclass(frozen=True)
class Unit:
    name: str  # "stages.0.0", as its tensors start
    inputs: int
    width: int
    outputs: int
    stride: int
    groups: int
    attention: int  # width of the fused descriptor

    @property
    def has_shortcut(self):
        return self.inputs != self.outputs or self.stride != 1


@dataclass(frozen=True)
class Network:
    """An SKNet of two branches, 3 x 3 and 3 x 3 dilated by 2; bottlenecks; softmax attention."""

    name: str
    units_per_stage: tuple
    widths: tuple = (128, 256, 512, 1024)
    groups: int = 32
    stem: tuple = (7, 64, True)  # kernel, channels, pooled; the stride is 2
    classes: int = 1000
    size: int = 224
    crop: float = 0.875

    def units(self):
        inputs = self.stem[1]
        for stage, (count, width) in enumerate(zip(self.units_per_stage, self.widths)):
            for index in range(count):
                yield Unit(f"stages.{stage}.{index}", inputs, width, 2 * width,
                           2 if stage and not index else 1, min(self.groups, width),
                           max(width // 16, 32))
                inputs = 2 * width

    def shapes(self):
        """Every tensor's name and shape."""
        shapes = {}

        def convolution(name, outputs, inputs, kernel=1):
            shapes[f"{name}.conv.weight"] = (outputs, inputs, kernel, kernel)
            for part in ("weight", "bias", "running_mean", "running_var"):
                shapes[f"{name}.bn.{part}"] = (outputs,)

        convolution("stem", self.stem[1], 3, self.stem[0])
        for unit in self.units():
            convolution(f"{unit.name}.reduce", unit.width, unit.inputs)
            for branch in range(2):
                convolution(f"{unit.name}.branches.{branch}", unit.width, unit.width // unit.groups, 3)
                shapes[f"{unit.name}.select.{branch}.weight"] = (unit.width, unit.attention, 1, 1)
            convolution(f"{unit.name}.fuse", unit.attention, unit.width)
            convolution(f"{unit.name}.expand", unit.outputs, unit.width)
            if unit.has_shortcut:
                convolution(f"{unit.name}.shortcut", unit.outputs, unit.inputs)
        shapes["classifier.weight"] = (self.classes, 2 * self.widths[-1])
        shapes["classifier.bias"] = (self.classes,)
        return shapes

    def metadata(self):
        kernel, channels, pooled = self.stem
        architecture = {
            "block": "bottleneck",
            "stem": {"kernel": kernel, "stride": 2, "channels": channels,
                     "pool": "padded" if pooled else "none"},
            "stages": [{"units": units, "width": width, "output": 2 * width,
                        "stride": 2 if stage else 1}
                       for stage, (units, width) in enumerate(zip(self.units_per_stage, self.widths))],
            "branches": [{"kernel": 3, "dilation": d, "groups": self.groups} for d in (1, 2)],
            "splitInput": False, "gate": "softmax", "selectBias": False, "reduction": 16,
            "minimum": 32, "classes": self.classes, "epsilon": EPSILON,
        }
        preprocessing = {
            "size": self.size, "crop": self.crop, "interpolation": "bicubic",
            "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225],
            "channelOrder": "RGB", "scale": 1 / 255,
        }
        return {"name": self.name, "architecture": json.dumps(architecture),
                "input": json.dumps(preprocessing),
                "classes": json.dumps([str(index) for index in range(self.classes)])}


CATALOGUE = {
    "sknet26": Network("sknet26", (2, 2, 2, 2)),
    "sknet50": Network("sknet50", (3, 4, 6, 3)),
    "sknet101": Network("sknet101", (3, 4, 23, 3)),
    "sknet26-tiny": Network("sknet26-tiny", (2, 2, 2, 2), (32, 64, 128, 256), 8, (3, 32, False),
                            200, 64, 1.0),
}


# ---- weights by formula ----

def noise(name, count):
    """`count` values in [-1, 1) that follow from a name: splitmix64 from its FNV-1a hash."""
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = (state ^ byte) * 0x100000001B3 % 2**64
    with np.errstate(over="ignore"):
        steps = np.arange(1, count + 1, dtype=np.uint64)
        z = np.uint64(state) + steps * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return (z >> np.uint64(40)).astype(np.float64) / 2.0**23 - 1.0


def formula(name, shape):
    """The value that the project's fixtures give to the tensor of this name."""
    value = noise(name, int(np.prod(shape)))
    if len(shape) > 1:
        value *= np.sqrt(6.0 / np.prod(shape[1:]))
    elif name.endswith("running_var"):
        value = 1.0 + 0.2 * value
    elif name.endswith(("running_mean", "bias")):
        value = 0.1 * value
    else:
        value = 0.7 + 0.1 * value
    return value.astype(np.float32).reshape(shape)


def formula_weights(network):
    return {name: formula(name, shape) for name, shape in network.shapes().items()}


def formula_input(count, size):
    return noise("input", count * 3 * size * size).astype(np.float32).reshape(count, 3, size, size)


def folded(weights, name):
    """A convolution's weights and bias with its batch norm taken in, computed in float64."""
    part = {key: weights[f"{name}.bn.{key}"].astype(np.float64)
            for key in ("weight", "bias", "running_mean", "running_var")}
    scale = part["weight"] / np.sqrt(part["running_var"] + EPSILON)
    kernel = weights[f"{name}.conv.weight"] * scale[:, None, None, None]
    bias = part["bias"] - part["running_mean"] * scale
    return kernel.astype(np.float32), bias.astype(np.float32)


# ---- safetensors ----

def read_safetensors(path):
    """The float32 tensors of a file, by name."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    return {name: np.frombuffer(data, np.float32, (entry["data_offsets"][1] - entry["data_offsets"][0]) // 4,
                                entry["data_offsets"][0]).reshape(entry["shape"])
            for name, entry in header.items() if name != "__metadata__" and entry["dtype"] == "F32"}


def write_safetensors(path, tensors, metadata):
    header, offset = {"__metadata__": metadata}, 0
    for name in sorted(tensors):
        end = offset + tensors[name].nbytes
        header[name] = {"dtype": "F32", "shape": list(tensors[name].shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name in sorted(tensors):
            file.write(np.ascontiguousarray(tensors[name], np.float32).tobytes())

"""Writes an SKNet as ONNX, its batch norms folded, without PyTorch.

    python sknet_onnx.py sknet50 sknet50.onnx
    python sknet_onnx.py sknet50 sknet50.onnx --check ../../Tests/Fixtures/sknet50.safetensors

--check runs the file through ONNX Runtime and compares its logits with the fixture's.
"""
import argparse
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import weights as w


class Graph:
    """Nodes and constants in the order they are added; every method returns its output's name."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def add(self, operation, *inputs, **attributes):
        output = f"{operation}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, list(inputs), [output], **attributes))
        return output

    def constant(self, value):
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def convolution(self, x, kernel, bias=None, stride=1, dilation=1, groups=1):
        size = kernel.shape[2]
        parts = [x, self.constant(kernel)] + ([] if bias is None else [self.constant(bias)])
        return self.add("Conv", *parts, kernel_shape=[size, size], strides=[stride, stride],
                        pads=[dilation * (size - 1) // 2] * 4, dilations=[dilation, dilation],
                        group=groups)


def build(network, tensors):
    graph = Graph()

    def folded(name, x, **geometry):
        return graph.convolution(x, *w.folded(tensors, name), **geometry)

    def relu(x):
        return graph.add("Relu", x)

    x = relu(folded("stem", "input", stride=2))
    if network.stem[2]:
        x = graph.add("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    one = graph.constant(np.array([1], np.int64))
    for unit in network.units():
        y = relu(folded(f"{unit.name}.reduce", x))
        branches = [relu(folded(f"{unit.name}.branches.{m}", y, stride=unit.stride, dilation=m + 1,
                                groups=unit.groups)) for m in range(2)]
        z = graph.add("GlobalAveragePool", graph.add("Add", *branches))
        z = relu(folded(f"{unit.name}.fuse", z))
        # Both branches' scores from one convolution: [N, 2C, 1, 1], seen as [N, 2, C, 1, 1].
        select = np.concatenate([tensors[f"{unit.name}.select.{m}.weight"] for m in range(2)])
        shape = graph.constant(np.array([0, 2, unit.width, 1, 1], np.int64))
        attention = graph.add("Softmax", graph.add("Reshape", graph.convolution(z, select), shape), axis=1)
        halves = [f"{unit.name}.attention.{m}" for m in range(2)]
        graph.nodes.append(helper.make_node("Split", [attention], halves, axis=1))
        weighted = [graph.add("Mul", branch, graph.add("Squeeze", half, one))
                    for branch, half in zip(branches, halves)]
        y = folded(f"{unit.name}.expand", graph.add("Add", *weighted))
        shortcut = x
        if unit.has_shortcut:
            shortcut = folded(f"{unit.name}.shortcut", x, stride=unit.stride)
        x = relu(graph.add("Add", y, shortcut))
    x = graph.add("Flatten", graph.add("GlobalAveragePool", x))
    x = graph.add("Gemm", x, graph.constant(tensors["classifier.weight"]),
                  graph.constant(tensors["classifier.bias"]), transB=1)
    graph.nodes.append(helper.make_node("Identity", [x], ["logits"]))

    def value(name, shape):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    model = helper.make_model(
        helper.make_graph(graph.nodes, network.name, [value("input", ["N", 3, "H", "W"])],
                          [value("logits", ["N", network.classes])], graph.constants),
        opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def write(network, path):
    onnx.save(build(network, w.formula_weights(network)), path)


def check(path, size, fixture):
    """The largest difference from the fixture's logits, as a part of the largest logit."""
    import onnxruntime

    expected = w.read_safetensors(fixture)["logits"]
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (logits,) = session.run(None, {"input": w.formula_input(len(expected), size)})
    return float(np.abs(logits - expected).max() / np.abs(expected).max())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Writes an SKNet with weights by formula as ONNX.")
    parser.add_argument("model", choices=w.CATALOGUE)
    parser.add_argument("out")
    parser.add_argument("--check", metavar="FIXTURE")
    arguments = parser.parse_args()
    write(w.CATALOGUE[arguments.model], arguments.out)
    if arguments.check:
        difference = check(arguments.out, w.CATALOGUE[arguments.model].size, arguments.check)
        print(f"largest difference from the fixture: {difference:.2e} of the largest logit")
        sys.exit(difference > 1e-4)

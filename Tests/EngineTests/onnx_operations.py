"""Writes a small network for every operation that is read, with what ONNX Runtime makes of it.

    python onnx_operations.py FOLDER

FOLDER holds `input`, float32 [1, 3, 9, 8], of which a 1x1 convolution makes what the operations see, [1, 6, 9, 8].
It gets NAME.onnx and NAME.out, float32. Standard output lists the names as JSON; where an operation is not read,
`refused` is its value.
"""
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

PICTURE = [1, 3, 9, 8]
noise = np.random.default_rng(7)


def weights(*shape):
    return noise.standard_normal(shape).astype(np.float32)


def integers(*values):
    return np.array(values, np.int64)


class Network:
    """Nodes in order; a step takes the last value unless it is told others."""

    def __init__(self, name, opset):
        self.name, self.opset = name, opset
        self.nodes, self.tensors, self.last, self.count = [], [], "picture", 0
        self.step("Conv", weights(6, 3, 1, 1))
        self.nodes[0].output[0] = self.last = "x"

    def constant(self, value):
        if isinstance(value, onnx.TensorProto):
            self.tensors.append(value)
            return value.name
        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(value), f"c{len(self.tensors)}"))
        return self.tensors[-1].name

    def step(self, operation, *more, inputs=None, outputs=1, **attributes):
        """More inputs are arrays, names of values, or "" for none."""
        names = list(inputs) if inputs else [self.last]
        names += [value if isinstance(value, str) else self.constant(value) for value in more]
        results = [f"v{self.count}_{index}" for index in range(outputs)]
        self.count += 1
        self.nodes.append(helper.make_node(operation, names, results, name=f"{operation}_{self.count}", **attributes))
        self.last = results[0]
        return results if outputs > 1 else results[0]


CASES = []


def case(name, *opsets, refused=False):
    def add(build):
        for opset in opsets or (17,):
            title = name if len(opsets) < 2 else f"{name}-{opset}"
            CASES.append((title, opset, build, refused))
        return build
    return add


def one(name, operation, *more, opsets=(17,), **attributes):
    case(name, *opsets)(lambda n: n.step(operation, *more, **attributes))


# Convolutions and linear layers
one("conv-uneven", "Conv", weights(4, 3, 3, 2), weights(4), pads=[1, 0, 2, 1], strides=[2, 1], dilations=[1, 2], group=2)
one("conv-same-upper", "Conv", weights(4, 6, 3, 3), auto_pad="SAME_UPPER", strides=[2, 2])
one("conv-same-lower", "Conv", weights(4, 6, 2, 2), auto_pad="SAME_LOWER", strides=[2, 2])
one("conv-valid", "Conv", weights(4, 6, 3, 3), auto_pad="VALID")
one("conv-depthwise", "Conv", weights(6, 1, 5, 3), pads=[2, 1, 2, 1], group=6)
one("conv-1x7", "Conv", weights(4, 6, 1, 7), weights(4), pads=[0, 3, 0, 3])
case("conv-transposed", refused=True)(lambda n: n.step("ConvTranspose", weights(6, 2, 3, 3)))


@case("gemm", 11, 13)
def gemm(n):
    n.step("Flatten")
    n.step("Gemm", weights(5, 432), weights(5), transB=1, alpha=0.5, beta=2.0)


@case("gemm-untransposed")
def gemm_untransposed(n):
    n.step("Flatten", axis=1)
    n.step("Gemm", weights(432, 5))


@case("matmul")
def matmul(n):
    n.step("MatMul", weights(8, 5))
    n.step("Add", weights(5))


@case("matmul-of-two")
def matmul_of_two(n):
    flat = n.step("Reshape", integers(0, 2, 3, -1))
    turned = n.step("Transpose", inputs=[flat], perm=[0, 1, 3, 2])
    scores = n.step("MatMul", inputs=[flat, turned])
    n.step("Softmax", inputs=[n.step("Mul", np.float32(0.1), inputs=[scores])], axis=-1)
    n.step("MatMul", inputs=[n.last, flat])


# Norms
one("batch-norm", "BatchNormalization", weights(6), weights(6), weights(6), np.abs(weights(6)) + 0.5, epsilon=1e-3)
one("layer-norm", "LayerNormalization", weights(9, 8), weights(9, 8), axis=2)
one("instance-norm", "InstanceNormalization", weights(6), weights(6), epsilon=1e-3)
one("group-norm", "GroupNormalization", weights(6), weights(6), num_groups=3, opsets=(21,))

# Functions
for operation, attributes, opset in [
        ("Relu", {}, 17), ("LeakyRelu", {"alpha": 0.3}, 17), ("Sigmoid", {}, 17), ("Tanh", {}, 17), ("Erf", {}, 17),
        ("HardSigmoid", {"alpha": 0.3, "beta": 0.4}, 17), ("HardSwish", {}, 14), ("Mish", {}, 18), ("Elu", {}, 17),
        ("Softplus", {}, 17), ("Gelu", {}, 20), ("Gelu", {"approximate": "tanh"}, 20), ("Identity", {}, 17),
        ("Dropout", {}, 17), ("Dropout", {}, 11), ("Abs", {}, 17), ("Neg", {}, 17), ("Exp", {}, 17)]:
    title = "-".join([operation.lower(), *map(str, attributes.values()), str(opset)])
    one(title, operation, opsets=(opset,), **attributes)
one("clip", "Clip", np.float32(0), np.float32(6), opsets=(11, 13))
one("clip-above", "Clip", "", np.float32(0.5))
one("prelu", "PRelu", weights(6, 1, 1))
one("prelu-shared", "PRelu", weights(1))
one("cast", "Cast", to=TensorProto.FLOAT)


@case("swish")
def swish(n):
    n.step("Mul", inputs=["x", n.step("Sigmoid")])


@case("hard-swish-written-out")
def hard_swish(n):
    moved = n.step("Clip", np.float32(0), np.float32(6), inputs=[n.step("Add", np.float32(3))])
    n.step("Div", np.float32(6), inputs=[n.step("Mul", inputs=["x", moved])])


@case("mish-written-out")
def mish(n):
    n.step("Softplus")
    n.step("Mul", inputs=["x", n.step("Tanh")])


@case("gelu-written-out")
def gelu(n):
    n.step("Div", np.float32(2 ** 0.5))
    n.step("Erf")
    n.step("Add", np.float32(1))
    n.step("Mul", inputs=["x", n.last])
    n.step("Mul", np.float32(0.5))


# Both conventions: below 13 all axes from this one on are one.
one("softmax-over-channels", "Softmax", axis=1, opsets=(11, 13))
one("softmax-over-columns", "Softmax", opsets=(13,))

# Values together
one("add", "Add", weights(6, 1, 1))
one("sub", "Sub", weights(1, 1, 9, 1))
one("mul", "Mul", weights(8))
one("div", "Div", np.abs(weights(6, 1, 1)) + 1)


@case("sum")
def total(n):
    parts = [n.step("Relu", inputs=["x"]), n.step("Tanh", inputs=["x"])]
    n.step("Sum", inputs=["x", *parts])


@case("concat")
def concat(n):
    n.step("Concat", inputs=["x", n.step("Relu")], axis=1)


# Parts and other orders
@case("split", 11, 13, 18)
def split(n):
    if n.opset == 18:
        parts = n.step("Split", outputs=2, axis=1, num_outputs=2)
    elif n.opset == 13:
        parts = n.step("Split", integers(2, 4), outputs=2, axis=1)
    else:
        parts = n.step("Split", outputs=2, axis=1, split=[2, 4])
    n.step("Concat", inputs=[parts[1], n.step("Relu", inputs=[parts[0]])], axis=1)


one("slice", "Slice", integers(1, -7), integers(100, -1), integers(1, 2), integers(2, 2))
one("slice-backwards", "Slice", integers(5), integers(-100), integers(1), integers(-2))
one("gather", "Gather", integers(5, 0, 0, 3), axis=1)
one("gather-one", "Gather", np.int64(-2), axis=1)
one("transpose", "Transpose", perm=[0, 2, 3, 1])
one("expand", "Expand", integers(1, 6, 9, 8))
one("reshape", "Reshape", integers(0, 3, -1, 8))


@case("squeeze-and-unsqueeze", 11, 13)
def squeeze(n):
    n.step("ReduceMean", axes=[2], keepdims=1)
    if n.opset == 11:
        n.step("Squeeze", axes=[2])
        n.step("Unsqueeze", axes=[2, 4])
    else:
        n.step("Squeeze", integers(2))
        n.step("Unsqueeze", integers(2, 4))
    n.step("Mul", weights(6, 1, 1, 5))


@case("shape-arithmetic")
def shape_arithmetic(n):
    shape = n.step("Shape")
    channels = n.step("Gather", integers(1), inputs=[shape], axis=0)
    half = n.step("Div", integers(2), inputs=[channels])
    rest = n.step("Slice", integers(2), integers(4), inputs=[shape])
    parts = [n.constant(integers(1)), half, n.constant(integers(2)), rest]
    n.step("Reshape", inputs=["x", n.step("Concat", inputs=parts, axis=0)])
    n.step("Transpose", perm=[0, 2, 1, 3, 4])
    n.step("Reshape", inputs=[n.last, shape])


@case("constant-node")
def constant_node(n):
    value = numpy_helper.from_array(weights(6, 1, 1))
    n.nodes.append(helper.make_node("Constant", [], ["k"], value=value))
    n.step("Add", inputs=["x", "k"])


# Windows
for ceil in (0, 1):
    one(f"max-pool-ceil-{ceil}", "MaxPool", kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1], ceil_mode=ceil)
    for counted in (0, 1):
        one(f"average-pool-ceil-{ceil}-counted-{counted}", "AveragePool", kernel_shape=[3, 3], strides=[2, 2],
            pads=[1, 1, 1, 1], ceil_mode=ceil, count_include_pad=counted, opsets=(19,))
one("max-pool-dilated", "MaxPool", kernel_shape=[2, 2], dilations=[2, 3])
one("average-pool-same", "AveragePool", kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER")
one("global-average", "GlobalAveragePool")
one("global-max", "GlobalMaxPool")
one("reduce-mean", "ReduceMean", axes=[2, 3], keepdims=0, opsets=(11, 17))
one("reduce-mean-18", "ReduceMean", integers(-1, 2), opsets=(18,))
one("reduce-sum", "ReduceSum", integers(1), keepdims=1, opsets=(13,))
one("reduce-max", "ReduceMax", axes=[1], keepdims=1)
one("pad", "Pad", integers(0, 0, 1, 2, 0, 0, 0, 1), np.float32(0.3))
one("pad-reflect", "Pad", integers(0, 0, 2, 1, 0, 0, 1, 3), mode="reflect", opsets=(11,))
one("pad-edge", "Pad", integers(0, 0, 2, 1, 0, 0, 1, 3), mode="edge", opsets=(13,))
for mode, coordinates, more in [
        ("nearest", "asymmetric", {"nearest_mode": "floor"}), ("linear", "half_pixel", {}),
        ("linear", "align_corners", {}), ("linear", "pytorch_half_pixel", {}), ("linear", "asymmetric", {})]:
    one(f"resize-{mode}-{coordinates}", "Resize", np.zeros(0, np.float32), np.array([1, 1, 2, 1.5], np.float32), mode=mode,
        coordinate_transformation_mode=coordinates, opsets=(11, 19), **more)
one("resize-to-a-size", "Resize", "", "", integers(1, 6, 5, 13), mode="linear",
    coordinate_transformation_mode="half_pixel", opsets=(13,))


# Numbers as files hold them
@case("typed-fields")
def typed(n):
    values = weights(6, 1, 1)
    n.step("Add", helper.make_tensor("typed", TensorProto.FLOAT, values.shape, values.flatten().tolist()))


for kind in (TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.DOUBLE):
    @case(f"numbers-{TensorProto.DataType.Name(kind).lower()}", 21)
    def narrow(n, kind=kind):
        values = weights(6, 1, 1)
        tensor = helper.make_tensor("narrow", kind, values.shape, values.flatten().tolist())
        n.step("Add", n.step("Cast", inputs=[n.constant(tensor)], to=TensorProto.FLOAT), inputs=["x"])


@case("a-network", *range(11, 22))
def network(n):
    n.step("Conv", weights(16, 6, 3, 3), pads=[1, 1, 1, 1])
    n.step("BatchNormalization", weights(16), weights(16), weights(16), np.abs(weights(16)) + 0.5)
    n.step("Relu")
    n.step("MaxPool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    n.step("GlobalAveragePool")
    n.step("Flatten")
    n.step("Gemm", weights(5, 16), weights(5), transB=1)


def main(folder):
    x = np.fromfile(folder / "input", "<f4").reshape(PICTURE)
    listing = []
    for name, opset, build, refused in CASES:
        n = Network(name, opset)
        build(n)
        entry = {"name": name, "refused": n.last if refused else None}
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3

        def model(shape):
            graph = helper.make_graph(
                n.nodes, name, [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["N", *PICTURE[1:]])],
                [helper.make_tensor_value_info(n.last, TensorProto.FLOAT, shape)], n.tensors)
            return helper.make_model(
                graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8 if opset < 19 else 10)

        session = onnxruntime.InferenceSession(
            model(None).SerializeToString(), options, ["CPUExecutionProvider"])
        value = session.run(None, {"picture": x})[0]
        whole = model(value.shape)
        onnx.checker.check_model(whole)
        onnx.save(whole, folder / f"{name}.onnx")
        value.astype("<f4").tofile(folder / f"{name}.out")
        listing.append(entry)
    print(json.dumps(listing))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

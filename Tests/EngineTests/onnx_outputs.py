"""Checks an ONNX file, runs it on ONNX Runtime and writes what comes out.

    python onnx_outputs.py MODEL INPUT.npz OUT

INPUT.npz holds `input`. OUT gets the outputs' float32 values one after the other; standard output
lists their names, declared and real shapes as JSON.
"""
import json
import sys

import numpy
import onnx
import onnxruntime

model, inputs, out = sys.argv[1:]
onnx.checker.check_model(model, full_check=True)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
# It warns of much that is the machine's affair; shapes are compared by whoever reads the list.
options.log_severity_level = 3
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
outputs = session.get_outputs()
values = session.run(None, {"input": numpy.load(inputs)["input"]})
with open(out, "wb") as file:
    for value in values:
        file.write(numpy.ascontiguousarray(value, dtype="<f4").tobytes())
print(json.dumps([
    {"name": output.name, "declared": [str(extent) for extent in output.shape],
     "shape": list(value.shape)} for output, value in zip(outputs, values)]))

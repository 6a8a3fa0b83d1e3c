"""Computes the bundled model's fixtures with PyTorch: python3 Tests/Fixtures/bundled_model.py

Keeps the pixels of sknet26-tiny-val and sknet26-tiny-zoom, which are Pillow's, and computes logits and
attention anew from the weights that ship; prints NumPy's means over the four photographs, which
AnalysisTests hold. Needs torch, numpy and safetensors. Run it when other weights ship.
"""
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import save_file

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Experiments" / "benchmarks"))
import sknet_torch  # noqa: E402
import weights  # noqa: E402

MODEL = ROOT / "Sources/Experiments/Resources/sknet26-tiny.safetensors"
MEAN, STD = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])


def seen(model, pixels):
    """Logits, and attention [N, M, C] of every unit, of pixels [N, H, W, C]."""
    attention = {}
    hooks = [
        unit.gate.register_forward_hook(
            lambda _, __, output, name=name: attention.__setitem__(name, output.flatten(2).numpy()))
        for name, unit in model.units()
    ]
    with torch.inference_mode():
        x = (pixels.astype(np.float32) / 255 - MEAN) / STD
        logits = model(torch.from_numpy(x).permute(0, 3, 1, 2).contiguous()).numpy()
    for hook in hooks:
        hook.remove()
    return logits, attention


def renew(model, name):
    """Writes a fixture again with what the model makes of its pixels; returns its tensors."""
    path = ROOT / f"Tests/Fixtures/{name}.safetensors"
    with safe_open(path, "np") as file:
        metadata = file.metadata()
        tensors = {key: file.get_tensor(key) for key in file.keys()}
    pixels = tensors["pixels"]
    shape = pixels.shape[:-3]
    logits, attention = seen(model, pixels.reshape(-1, *pixels.shape[-3:]))
    tensors["logits"] = logits.reshape(*shape, -1)
    for unit, values in attention.items():
        tensors[f"attention.{unit}"] = values.reshape(*shape, *values.shape[1:])
    save_file({key: np.ascontiguousarray(value) for key, value in tensors.items()}, path, metadata)
    return tensors


def fields(model, pixels):
    """Gradients [3, H, W] of the sum over channels of the mean of the middle positions (the middle two of an
    even side), with respect to the normalised picture [H, W, C], by `full` or `constant` (gates held) and unit."""
    tensors = {}
    for kind in ["full", "constant"]:
        for wanted in ["SK_3_2", "SK_4_2"]:
            values = {}
            hooks = [unit.register_forward_hook(
                lambda _, __, output, name=name: values.__setitem__(name, output))
                for name, unit in model.units()]
            if kind == "constant":
                hooks += [unit.gate.register_forward_hook(lambda _, __, output: output.detach())
                          for _, unit in model.units()]
            x = torch.from_numpy((pixels.astype(np.float32) / 255 - MEAN) / STD)
            x = x.permute(2, 0, 1)[None].double().requires_grad_()
            model(x)
            value = values[wanted]
            middle = [slice((side - 1) // 2, side // 2 + 1) for side in value.shape[2:]]
            value[0, :, middle[0], middle[1]].mean((1, 2)).sum().backward()
            tensors[f"{kind}.{wanted}"] = np.ascontiguousarray(x.grad[0].float().numpy())
            for hook in hooks:
                hook.remove()
    return tensors


def main():
    model = sknet_torch.load(weights.CATALOGUE["sknet26-tiny"], weights.read_safetensors(MODEL))
    renew(model, "sknet26-tiny-val")
    zoom = renew(model, "sknet26-tiny-zoom")
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    gradients = {}
    for step in [0, -1]:
        for name, value in fields(model.double(), zoom["pixels"][0, step]).items():
            gradients[f"{name}.{'first' if step == 0 else 'last'}"] = value
    save_file(gradients, ROOT / "Tests/Fixtures/sknet26-tiny-fields.safetensors")
    model.float()
    for name, _ in model.units():
        attention = zoom[f"attention.{name}"].astype(np.float64)
        difference = attention[:, :, 1] - attention[:, :, 0]  # [image, scale, C]
        means = difference.mean(2)
        shift = means[:, -1] - means[:, 0]
        up = (difference[:, -1] > difference[:, 0]).mean(1)
        print(name, [round(value, 9) for value in means.mean(0).tolist()],
              f"shift {shift.mean():.10f} imagesUp {(shift > 0).mean()} channelsUp {up.mean():.10f}")


if __name__ == "__main__":
    main()

"""Writes foreign/wrapped-*: one small network as trainings leave it on disk.

    python3 -m venv venv && venv/bin/pip install torch numpy safetensors
    venv/bin/python Tests/Fixtures/wrapped_checkpoints.py

The weights are those of foreign/zip-state-dict.pth (formula values of their names). Files of averaged
weights hold them as the average, and ones that are larger by 1 as the present weights.
"""

import argparse
import json
import pathlib

import safetensors.torch
import torch
from torch.optim.swa_utils import AveragedModel

FOLDER = pathlib.Path(__file__).parent / "foreign"
state = torch.load(FOLDER / "zip-state-dict.pth", weights_only=True)
state = {name: tensor for name, tensor in state.items()}
present = {n: t + 1 if t.is_floating_point() else t for n, t in state.items()}


class Keywords:
    """An object that pickle makes by NEWOBJ_EX."""

    def __new__(cls, *, width=1):
        return super().__new__(cls)

    def __getnewargs_ex__(self):
        return (), {"width": 2}


def module(values):
    """Modules whose state dict has the names of `values`."""
    root = torch.nn.Module()
    for name, tensor in values.items():
        *path, last = name.split(".")
        place = root
        for part in path:
            if part not in place._modules:
                place.add_module(part, torch.nn.Module())
            place = place._modules[part]
        is_buffer = last.startswith("running") or not tensor.is_floating_point()
        if is_buffer:
            place.register_buffer(last, tensor.clone())
        else:
            place.register_parameter(last, torch.nn.Parameter(tensor.clone()))
    return root


def save(name, value, **keywords):
    torch.save(value, FOLDER / f"wrapped-{name}", **keywords)


def under(prefix, values):
    return {prefix + name: tensor for name, tensor in values.items()}


averaged = AveragedModel(module(state))
save("averaged.pth", averaged.state_dict())

settings = {
    "layers": frozenset(["a", "b"]),
    "scratch": bytearray(b"bytes" * 60),
    "object": Keywords(),
    "none": set(),
}
lightning = {
    "epoch": 3, "global_step": 12, "pytorch-lightning_version": "2.5.0",
    "state_dict": under("model.backbone.net.", state) | {"criterion.weight": torch.ones(3)},
    "callbacks": {"ModelCheckpoint{'monitor': 'loss'}": settings},
    "optimizer_states": [{"state": {0: {"exp_avg": torch.zeros(2)}}, "param_groups": []}],
    "hparams_name": "kwargs", "hyper_parameters": settings | {"args": argparse.Namespace(lr=0.1)},
}
save("lightning.ckpt", lightning)
save("protocol5.pth", {"settings": settings, "weights": state}, pickle_protocol=5)
save("params.pth", {"params": present, "params_ema": state})
save("ema.pth", {"model": present, "ema": {"decay": 0.999, "module": state}})
save("deep.pth", {"a": {"b": {"c": {"tensors": state}}}, "optimizer": {"exp_avg": present}})
save(
    "twice.pth",
    {"state_dict": under("student.", state) | under("teacher.", state)})
save("nothing.pth", {"epoch": 1, "args": argparse.Namespace(lr=0.1), "best\x1b[2J": 0.5})
save("headless.pth", {n: t for n, t in state.items() if not n.startswith("classifier")})
save(
    "encoder.pth",
    under("encoder.", {n: t for n, t in state.items() if not n.startswith("classifier")})
    | {"decoder.blocks.0.weight": torch.ones(2, 2), "segmentation_head.0.bias": torch.ones(2)})



def shards(names, kind, index_name, write):
    """Two files with every other tensor each, and their index."""
    files = [f"wrapped-{kind}" % (i + 1) for i in range(2)]
    parts = {file: names[i::2] for i, file in enumerate(files)}
    for file, members in parts.items():
        write({name: state[name].contiguous() for name in members}, FOLDER / file)
    index = {
        "metadata": {
            "total_size": sum(state[n].numel() * state[n].element_size() for n in names)},
        "weight_map": {name: file for file, members in parts.items() for name in members},
    }
    (FOLDER / f"wrapped-{index_name}").write_text(json.dumps(index, indent=1) + "\n")


# As huggingface_hub.split_torch_state_dict_into_shards names them, and transformers before it.
shards(
    sorted(state), "shards-%05d-of-00002.safetensors", "shards.safetensors.index.json",
    safetensors.torch.save_file)
shards(sorted(state), "shards-%05d-of-00002.bin", "shards.bin.index.json", torch.save)

"""The zoom-in experiment as a researcher would write it: PyTorch, Pillow, a hook on every gate.

    python3 researcher.py MODEL.safetensors NETWORK LAYOUT OUT.npz PHOTOGRAPH ...

Run thus it does the experiment once and ends. With `-` for OUT.npz it stays: every line in is an
OUT.npz, every line out the seconds that this run took.
"""
import sys
import time

import numpy as np
import torch
from PIL import Image, ImageOps
from torch.utils.data import DataLoader, Dataset

import sknet_torch
import weights

SCALES = (1.0, 1.25, 1.5, 1.75, 2.0)
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)


class Zoomed(Dataset):
    """A photograph's central crops, one a scale, resized to the network's input: [scales, 3, S, S]."""

    def __init__(self, paths, network, scales=SCALES):
        self.paths, self.size, self.crop, self.scales = paths, network.size, network.crop, scales

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        picture = ImageOps.exif_transpose(Image.open(self.paths[index])).convert("RGB")
        width, height = picture.size
        crops = []
        for scale in self.scales:
            half = self.crop * min(width, height) / scale / 2
            box = (width / 2 - half, height / 2 - half, width / 2 + half, height / 2 + half)
            crop = picture.resize((self.size, self.size), Image.Resampling.BICUBIC, box=box)
            crops.append((np.asarray(crop, np.float32) / 255 - MEAN) / STD)
        return torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2)


class Experiment:
    def __init__(self, model, network, layout, paths):
        self.network, self.paths = weights.CATALOGUE[network], paths
        self.layout = {"channels_last": torch.channels_last, "contiguous": torch.contiguous_format}[layout]
        self.model = sknet_torch.load(self.network, weights.read_safetensors(model))
        self.model = self.model.to(memory_format=self.layout)
        self.seen = {}
        for name, unit in self.model.units():
            unit.gate.register_forward_hook(
                lambda _, __, attention, name=name: self.seen.setdefault(name, []).append(attention.flatten(2)))

    def run(self, out):
        """Records attention and logits of every photograph and scale; returns the seconds it took."""
        start = time.perf_counter()
        logits = []
        self.seen.clear()
        with torch.inference_mode():
            for batch in DataLoader(Zoomed(self.paths, self.network), batch_size=4, num_workers=2):
                logits.append(self.model(batch.flatten(0, 1).contiguous(memory_format=self.layout)))
        scales = len(SCALES)
        recorded = {f"attention.{name}": torch.cat(parts).unflatten(0, (-1, scales)).mean(-1).numpy()
                    for name, parts in self.seen.items()}
        np.savez(out, logits=torch.cat(logits).unflatten(0, (-1, scales)).numpy(), **recorded)
        return time.perf_counter() - start


def serve(experiment, out, lines):
    """One run into OUT; or, for `-`, a run into the OUT of every line, answered by its seconds."""
    if out != "-":
        experiment.run(out)
        return
    print("ready", flush=True)
    for line in lines:
        print(experiment.run(line.strip()), flush=True)


if __name__ == "__main__":
    serve(Experiment(*sys.argv[1:4], sys.argv[5:]), sys.argv[4], sys.stdin)

"""Effective fields and what they change by, as a researcher would measure them: PyTorch, Pillow, hooks, matplotlib.

    python3 fields_researcher.py MODEL.safetensors NETWORK LAYOUT OUT PHOTOGRAPH ...

Of the last unit of each stage at both scales: gradients with the gates live and held, under the other scale's
attention in both orders, their sizes by mass, and a figure of the average maps. A whole batch of photographs goes
through at once. OUT gets fields.npz and maps.png. With `-` for OUT it stays: every line in is an OUT, every line
out the seconds that this run took.
"""
import sys
import time
from pathlib import Path

import matplotlib
import numpy as np
import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader

import sknet_torch
import weights
from researcher import Zoomed, serve

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

SCALES = (1.0, 2.0)
SHARES = np.array([0.2, 0.3, 0.5, 0.9, 0.99])


def ends(network):
    """The last unit of each stage."""
    names = [name for name, _ in network.units()]
    return [name for name, after in zip(names, names[1:] + ["SK_0"]) if name[:4] != after[:4]]


class Fields:
    def __init__(self, model, network, layout, paths):
        self.network, self.paths = weights.CATALOGUE[network], paths
        self.layout = {"channels_last": torch.channels_last, "contiguous": torch.contiguous_format}[layout]
        self.model = sknet_torch.load(self.network, weights.read_safetensors(model))
        self.model = self.model.to(memory_format=self.layout).requires_grad_(False)
        self.wanted = ends(self.model)
        self.mode, self.seen = "live", {}
        for name, unit in self.model.units():
            unit.gate.register_forward_hook(lambda _, __, attention, name=name: self.gate(name, attention))

    def gate(self, name, attention):
        if self.mode == "live":
            self.seen[name] = attention.detach()
            return None
        if self.mode == "held":
            return attention.detach()
        return self.given[name]

    def gradients(self, pictures):
        """|gradient| of every wanted unit's middle position, summed over colours: {name: [N, H, W]}."""
        pictures = pictures.detach().requires_grad_(True)
        x = F.relu(self.model.stem(pictures))
        if self.model.pooled:
            x = F.max_pool2d(x, 3, 2, 1)
        values = {}
        for name, unit in self.model.units():
            x = unit(x)
            if name in self.wanted:
                values[name] = x
        found = {}
        for index, (name, value) in enumerate(values.items()):
            middle = value[:, :, value.shape[2] // 2, value.shape[3] // 2].sum()
            gradient, = torch.autograd.grad(middle, pictures, retain_graph=index + 1 < len(values))
            found[name] = gradient
        return found

    def run(self, out):
        """Measures all photographs; returns the seconds it took."""
        start = time.perf_counter()
        size = self.network.size
        sizes, maps, shares = {}, {}, {}
        loader = DataLoader(Zoomed(self.paths, self.network, SCALES), batch_size=4, num_workers=2)
        for batch in loader:
            pictures = batch.flatten(0, 1).contiguous(memory_format=self.layout)  # photograph by photograph
            self.mode = "live"
            live = self.gradients(pictures)
            self.mode = "held"
            held = self.gradients(pictures)
            # One scale's content under the other's attention: clamped and reversed in one batch.
            self.mode = "given"
            self.given = {name: attention.unflatten(0, (-1, 2)).flip(1).flatten(0, 1)
                          for name, attention in self.seen.items()}
            crossed = self.gradients(pictures)
            for name in self.wanted:
                gate = (live[name] - held[name]).abs().sum((1, 2, 3))
                shares.setdefault(name, []).append(gate / (gate + held[name].abs().sum((1, 2, 3))))
                for term, found in (("live", live), ("held", held), ("crossed", crossed)):
                    field = found[name].abs().sum(1).numpy().astype(np.float64)
                    sizes.setdefault((name, term), []).append(measured(field, size / 2))
                    if term == "live":
                        total = field.reshape(-1, 2, size, size).sum(0)
                        maps[name] = maps.get(name, 0) + total
        recorded = {f"{name}.{term}": np.concatenate(rows).reshape(len(self.paths), 2, -1)
                    for (name, term), rows in sizes.items()}
        recorded |= {f"{name}.gateShare": torch.cat(parts).numpy().reshape(-1, 2) for name, parts in shares.items()}
        Path(out).mkdir(exist_ok=True)
        np.savez(f"{out}/fields.npz", **recorded, **{f"{name}.map": m / len(self.paths) for name, m in maps.items()})
        self.draw(maps, f"{out}/maps.png")
        return time.perf_counter() - start

    def draw(self, maps, file):
        figure, axes = pyplot.subplots(2, len(self.wanted), figsize=(3 * len(self.wanted), 6))
        for column, name in enumerate(self.wanted):
            for row, scale in enumerate(SCALES):
                axis, field = axes[row, column], maps[name][row]
                image = axis.imshow(field, vmin=0, vmax=maps[name].max())
                ordered = np.sort(field, None)[::-1]
                levels = ordered[np.searchsorted(ordered.cumsum(), np.array([0.9, 0.5]) * field.sum())]
                axis.contour(field, levels=np.unique(levels), colors="white", linewidths=0.8)
                axis.set_title(f"{name}, {scale:.1f}x")
                axis.set_axis_off()
            figure.colorbar(image, ax=axes[:, column], fraction=0.05)
        figure.savefig(file, dpi=150)
        pyplot.close(figure)


def measured(fields, centre):
    """Sizes by mass of maps [N, H, W]: standard deviations, centre, squares' sides and smallest areas by share."""
    count, height, width = fields.shape
    mass = fields.sum((1, 2))
    rows, columns = np.arange(height), np.arange(width)
    moments = []
    for marginal, places in ((fields.sum(2), rows), (fields.sum(1), columns)):
        mean = marginal @ places / mass
        moments += [np.sqrt(marginal @ places**2 / mass - mean**2), mean - centre]
    middle = round(centre)
    rings = np.maximum(np.abs(rows - middle)[:, None], np.abs(columns - middle)[None, :]).ravel()
    flat = fields.reshape(count, -1)
    byring = np.stack([np.bincount(rings, row) for row in flat]).cumsum(1) / mass[:, None]
    sides = np.stack([2 * np.searchsorted(row, SHARES - 1e-12) + 1 for row in byring])
    ordered = -np.sort(-flat, axis=1)
    areas = np.stack([np.searchsorted(row, SHARES - 1e-12) + 1 for row in ordered.cumsum(1) / mass[:, None]])
    return np.concatenate([np.stack(moments, 1), sides, areas], 1)


if __name__ == "__main__":
    serve(Fields(*sys.argv[1:4], sys.argv[5:]), sys.argv[4], sys.stdin)

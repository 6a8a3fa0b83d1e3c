"""Writes the fixtures of controls and protocols: what NumPy, SciPy and Pillow make of their definitions.

    pip install numpy scipy pillow && python Tests/Fixtures/controls.py

Everything is computed in double precision from the definitions alone, in whole planes and dense matrices.
Pictures are `controls/NAME.png`, all 64 x 64; numbers are in `controls/controls.json`.
"""

import json
import math
import os

import numpy as np
from PIL import Image
from scipy import ndimage, special

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "controls")
SIZE = 64
SCALES = [1, 1.5, 2]
SEED = 3
# A box in each photograph whose view holds it, and that retarget can double.
TARGETS = {
    "n01443537_goldfish": (100, 80, 190, 160),
    "n01882714_koala": (170, 20, 230, 80),
    "n02085620_Chihuahua": (190, 110, 320, 230),
    "n02165456_ladybug": (150, 140, 280, 260),
}

DRAWN = ["n01443537_goldfish", "n02085620_Chihuahua"]


def photograph(name):
    return np.array(Image.open(f"{HERE}/photographs/{name}.JPEG").convert("RGB")).astype(float)


def view_of(picture):
    height, width = picture.shape[:2]
    side = min(width, height)
    return (width - side) / 2, (height - side) / 2, side


def write(name, picture):
    Image.fromarray(levels(picture)).save(f"{OUT}/{name}.png", optimize=True)


def levels(picture):
    return np.rint(np.clip(picture, 0, 255)).astype(np.uint8)


# Resampling: one matrix a side.


def bicubic(x):
    x, a = np.abs(x), -0.5
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * a
    return np.where(x < 1, near, np.where(x < 2, far, 0))


def discrete_gaussian(sigma):
    radius = int(4 * sigma + 0.5) + 2
    kernel = special.ive(np.arange(-radius, radius + 1), sigma * sigma)
    return kernel / kernel.sum()


def matrix(source, edges, blur=0, mirrored=False):
    """Rows are result pixels; Pillow's rule, with a discrete Gaussian before it and a mirrored source."""
    edges = np.asarray(edges, float)
    count = len(edges) - 1
    blur = np.broadcast_to(blur, count)
    pad = source if mirrored else 0
    while mirrored and (min(edges) - 40 < -pad or max(edges) + 40 > source + pad):
        pad += source
    middle = np.arange(-pad, source + pad) + 0.5
    fold = np.pad(np.eye(source), ((pad, pad), (0, 0)), mode="symmetric") if pad else np.eye(source)
    rows = []
    for i in range(count):
        scale = max(abs(edges[i + 1] - edges[i]), 1)
        center = (edges[i] + edges[i + 1]) / 2
        first = math.floor(center - 2 * scale + 0.5)
        last = math.floor(center + 2 * scale + 0.5)
        inside = (middle > first) & (middle < last)
        weights = np.where(inside, bicubic((middle - center) / scale), 0)
        weights /= weights.sum()
        row = weights @ fold
        # Filtering the source is the transpose of filtering the weights; the kernel is symmetric.
        if blur[i] > 0:
            row = row @ ndimage.convolve1d(
                np.eye(source), discrete_gaussian(blur[i]), axis=0, mode="reflect")
        rows.append(row)
    return np.array(rows)


def even(start, end, count=SIZE):
    return np.linspace(start, end, count + 1)


def resampled(picture, columns, rows):
    # The horizontal pass is rounded to levels, as Pillow's is.
    narrow = np.rint(np.clip(np.einsum("cx,yxk->yck", columns, picture), 0, 255))
    return np.rint(np.clip(np.einsum("ry,yck->rck", rows, narrow), 0, 255))


def crop(picture, scale, blur=0, view=None):
    left, top, side = view or view_of(picture)
    height, width = picture.shape[:2]
    half, x, y = side / scale / 2, left + side / 2, top + side / 2
    return resampled(
        picture,
        matrix(width, even(x - half, x + half), blur),
        matrix(height, even(y - half, y + half), blur))


# psf: the point spread by edges, and the crops as sharp as the largest.


def edges_along_rows(luma):
    found = []
    for y in range(1, len(luma) - 1):
        steps = np.diff(luma[y])
        signs = np.sign(steps)
        ends = np.flatnonzero(np.diff(signs)) + 1
        along = np.abs(luma[y + 1] - luma[y - 1]) / 2
        for start, end in zip(np.r_[0, ends], np.r_[ends, len(steps)]):
            run = np.abs(steps[start:end])
            if signs[start] == 0 or along[start:end + 1].max() >= run.max() / 2:
                continue
            place = np.arange(end - start)
            mean = (run * place).sum() / run.sum()
            found.append((run.sum(), (run * (place - mean) ** 2).sum() / run.sum()))
    return found


def point_spread(picture):
    left, top, side = view_of(picture)
    part = picture[math.floor(top):math.ceil(top + side), math.floor(left):math.ceil(left + side)]
    luma = part @ np.array([299, 587, 114])
    found = sorted(edges_along_rows(luma) + edges_along_rows(luma.T), key=lambda e: (-e[0], e[1]))
    count = max(1, round(0.02 * len(found)))
    variance = np.quantile([edge[1] for edge in found[:count]], 0.25)
    return min(max(math.sqrt(max(variance - 1 / 12, 0)), 0.2), 3)


# Random numbers: SplitMix64 from FNV-1a of a name.


def uniforms(name, count):
    mask = (1 << 64) - 1
    state = 0xCBF29CE484222325 ^ SEED
    for byte in name.encode():
        state = ((state ^ byte) * 0x100000001B3) & mask
    state = np.uint64(state) + np.uint64(0x9E3779B97F4A7C15) * np.arange(1, count + 1, dtype=np.uint64)
    z = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(float) / (1 << 24) - 0.5


def fast(side):
    def smooth(n):
        for p in (2, 3, 5):
            while n % p == 0:
                n //= p
        return n == 1
    return smooth(side)


# scrambled


def periodic_part(plane):
    jumps = np.zeros_like(plane)
    jumps[0] += plane[-1] - plane[0]
    jumps[-1] += plane[0] - plane[-1]
    jumps[:, 0] += plane[:, -1] - plane[:, 0]
    jumps[:, -1] += plane[:, 0] - plane[:, -1]
    height, width = plane.shape
    laplacian = (2 * np.cos(2 * np.pi * np.arange(width) / width)[None]
                 + 2 * np.cos(2 * np.pi * np.arange(height) / height)[:, None] - 4)
    laplacian[0, 0] = 1
    smooth = np.fft.fft2(jumps) / laplacian
    smooth[0, 0] = 0
    return np.fft.fft2(plane) - smooth


def scrambled(picture, box, name):
    left, top, right, bottom = box

    def central(start, end):
        side = min(end - start, 1024)
        while not fast(side):
            side -= 1
        first = start + (end - start - side) // 2
        return first, first + side

    x0, x1 = central(left, right)
    y0, y1 = central(top, bottom)
    part = picture[y0:y1, x0:x1]
    noise = np.fft.fft2(uniforms(name + ".JPEG/scrambled", (y1 - y0) * (x1 - x0)).reshape(y1 - y0, -1))
    phases = noise / np.abs(noise)
    phases[0, 0] = 1
    texture = np.stack(
        [np.fft.ifft2(periodic_part(part[..., c]) * phases).real for c in range(3)], -1)
    texture = np.rint(np.clip(texture, 0, 255))
    rows, columns = np.arange(top, bottom), np.arange(left, right)
    tiled = texture[(rows - y0) % (y1 - y0)][:, (columns - x0) % (x1 - x0)]
    fade = max(1, min(right - left, bottom - top) / 16)
    dy = np.minimum(rows - top, bottom - 1 - rows) + 0.5
    dx = np.minimum(columns - left, right - 1 - columns) + 0.5
    t = np.minimum(np.minimum(dy[:, None], dx[None]) / fade, 1)
    share = (t * t * (3 - 2 * t))[..., None]
    result = picture.copy()
    under = picture[top:bottom, left:right]
    result[top:bottom, left:right] = np.floor(under + share * (tiled - under) + 0.5)
    return result


# noise


def self_similar(unzoomed, largest, name):
    view = math.ceil(SIZE * max(largest, 1) * 1.5)
    side = math.ceil(view * 1.5)
    while not fast(side):
        side += 1
    start = (side - view) // 2
    numbers = uniforms(name + ".JPEG/noise", 3 * side * side).reshape(3, side, side)
    f = np.fft.fftfreq(side, 1 / side)
    radius = np.hypot(f[None], f[:, None])
    radius[0, 0] = np.inf
    planes = np.fft.ifft2(np.fft.fft2(numbers) / radius).real
    inner = planes[:, start:start + view, start:start + view]
    planes = (planes - inner.mean((1, 2), keepdims=True)) / inner.std((1, 2), keepdims=True)
    pixels = unzoomed.reshape(-1, 3)
    factor = np.linalg.cholesky(np.cov(pixels.T, bias=True))
    mixed = np.einsum("ab,bxy->xya", factor, planes) + pixels.mean(0)
    return levels(mixed).astype(float), (start, start, view)


# local


def steerable_filters():
    f = np.fft.fftfreq(SIZE, 1 / SIZE)
    u, v = f[None], f[:, None]
    radius = np.hypot(u, v)
    with np.errstate(divide="ignore", invalid="ignore"):
        def flank(edge):
            x = np.clip(np.log2(np.maximum(radius, 1e-9) / edge) + 1, 0, 1)
            return np.sin(np.pi / 2 * x), np.cos(np.pi / 2 * x)
        finest = SIZE / 2
        bands = [flank(finest)[0].astype(complex)]
        octaves = int(math.log2(SIZE / 16)) + 1
        for octave in range(octaves):
            edge = finest / 2**octave
            for k in range(4):
                angle = np.pi * k / 4
                along = np.nan_to_num((u * np.cos(angle) + v * np.sin(angle)) / radius)
                bands.append(1j * np.sqrt(0.8) * along**3 * flank(edge)[1] * flank(edge / 2)[0])
    return bands, flank(finest / 2**octaves)[1]


def tile_windows():
    centers = (np.arange(3) + 0.5) / 3
    x = np.clip((np.arange(SIZE) + 0.5) / SIZE, centers[0], centers[-1])
    return np.maximum(0, 1 - np.abs(x[None] - centers[:, None]) * 3)


def local(own, other):
    bands, coarse = steerable_filters()
    windows = tile_windows()

    def energy(x):
        return windows @ (x * x) @ windows.T / (SIZE * SIZE / 9)

    result = np.zeros_like(own)
    for c in range(3):
        first = spectrum = np.fft.fft2(own[..., c])
        target = np.fft.fft2(other[..., c])
        for _ in range(4):
            total = first * coarse**2
            for band in bands:
                mine, theirs = np.fft.ifft2(spectrum * band).real, np.fft.ifft2(target * band).real
                gains = ((energy(theirs) + 0.01) / (energy(mine) + 0.01)) ** 0.75
                total = total + np.fft.fft2(mine * (windows.T @ gains @ windows)) * np.conj(band)
            spectrum = total
        result[..., c] = np.fft.ifft2(spectrum).real
    return result


# retarget, by integrating the magnification numerically


def retarget_edges(length, start, end, scale):
    mean = (length - scale * (end - start)) / (length - (end - start))
    fall = min(0.5, mean / scale)
    floor = (mean - scale * fall / 2) / (1 - fall / 2)
    x = np.linspace(0, length, 400001)
    distance = np.maximum(start - x, x - end)
    width = np.where(x < start, fall * start, fall * (length - end))
    t = np.clip(distance / np.maximum(width, 1e-12), 0, 1)
    m = scale + (floor - scale) * t * t * (3 - 2 * t)
    place = np.r_[0, np.cumsum((m[1:] + m[:-1]) / 2 * np.diff(x))]
    assert abs(place[-1] - length) < 1e-3 * length
    return np.interp(np.linspace(0, length, SIZE + 1), place * length / place[-1], x), x, m


def retarget(picture, target, scale, sigma=0):
    left, top, side = view_of(picture)
    height, width = picture.shape[:2]
    maps = []
    for origin, start, end, source in (
            (left, target[0], target[2], width), (top, target[1], target[3], height)):
        edges, x, m = retarget_edges(side, start - origin, end - origin, scale)
        blur = 0
        if sigma:
            most = np.maximum(*(retarget_edges(side, start - origin, end - origin, s)[2]
                                for s in (SCALES[0], SCALES[-1])))
            middle = (edges[1:] + edges[:-1]) / 2
            ratio = np.interp(middle, x, most) / np.interp(middle, x, m)
            blur = sigma * np.sqrt(np.maximum(ratio**2 - 1, 0))
        maps.append(matrix(source, edges + origin, blur))
    return resampled(picture, *maps)


# shrink


def shrink(picture, scale, blur=0):
    left, top, side = view_of(picture)
    x, y = math.floor(left), math.floor(top)
    canvas = picture[y:math.ceil(top + side), x:math.ceil(left + side)]
    half = side / scale / 2
    cx, cy = left - x + side / 2, top - y + side / 2
    return resampled(
        canvas,
        matrix(canvas.shape[1], even(cx - half, cx + half), blur, mirrored=True),
        matrix(canvas.shape[0], even(cy - half, cy + half), blur, mirrored=True))


# Patches: target, seam, sham, moat, aperture.


def patch(picture, box, under, content, window, turned=False, place=None):
    """The box's surroundings magnified by `content`, through the box's hole enlarged by `window`."""
    left, top, side = view_of(picture)
    height, width = picture.shape[:2]
    m = SIZE / side
    margin = 2 * max(1, 1 / m)
    hole = [(box[0] - margin - left) * m, (box[1] - margin - top) * m,
            (box[2] + margin - left) * m, (box[3] + margin - top) * m]
    hole = [math.floor(hole[0]), math.floor(hole[1]), math.ceil(hole[2]), math.ceil(hole[3])]
    cx, cy = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    sx, sy = (cx - left) * m, (cy - top) * m
    solid = [sx + (hole[0] - sx) * window, sy + (hole[1] - sy) * window,
             sx + (hole[2] - sx) * window, sy + (hole[3] - sy) * window]
    source_x = cx + (np.arange(SIZE + 1) - sx) / m / content
    source_y = cy + (np.arange(SIZE + 1) - sy) / m / content
    if turned:
        source_x = 2 * cx - source_x
    layer = resampled(
        picture, matrix(width, source_x, mirrored=turned), matrix(height, source_y, mirrored=turned))
    at = np.arange(SIZE) + 0.5
    dx = np.maximum(np.maximum(solid[0] - at, at - solid[2]), 0)
    dy = np.maximum(np.maximum(solid[1] - at, at - solid[3]), 0)
    t = np.minimum(np.hypot(dx[None], dy[:, None]) / max(1, SIZE / 32), 1)
    share = (1 - t * t * (3 - 2 * t))[..., None]
    return np.floor(under + share * (layer - under) + 0.5)


def main():
    os.makedirs(OUT, exist_ok=True)
    numbers = {"targets": TARGETS, "pointSpread": {}}
    for name, target in TARGETS.items():
        short = name.split("_")[1]
        picture = photograph(name)
        sigma = point_spread(picture)
        numbers["pointSpread"][name] = sigma
        if name not in DRAWN:
            continue
        crops = [crop(picture, s) for s in SCALES]
        write(f"psf-{short}-1", crop(picture, 1, sigma * math.sqrt(2**2 - 1)))
        write(f"local-{short}-2", local(crops[0], crops[2]))
        noise, view = self_similar(crops[0], SCALES[-1], name)
        for s in (1, 2):
            write(f"noise-{short}-{s}", crop(noise, s, view=view))
        write(f"scrambled-{short}-1.5", crop(scrambled(picture, target, name), 1.5))
        write(f"retarget-{short}-2", retarget(picture, target, 2))
        write(f"retarget-psf-{short}-1.5", retarget(picture, target, 1.5, sigma))
        write(f"shrink-{short}-0.6", shrink(picture, 0.6))
        write(f"shrink-psf-{short}-0.6", shrink(picture, 0.6, sigma * math.sqrt((1 / 0.6)**2 - 1)))
        write(f"seam-{short}-1.5", patch(picture, target, crops[0], 1, 1.5, turned=True))
        gray = np.full((SIZE, SIZE, 3), 128.0)
        for label, content, window in (("zoom", 2, 2), ("content", 2, 1), ("window", 1, 2)):
            write(f"aperture-{label}-{short}", patch(picture, target, gray, content, window))
    with open(f"{OUT}/controls.json", "w") as file:
        json.dump(numbers, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()

"""Computes pillow.json and augmentation.json anew: python3 Tests/Fixtures/pixels.py [--check]

The cases are those that stand in the files; what Pillow makes of each is computed. With --check the files
stay, and it fails where they differ. Needs Pillow 13 and NumPy: hashes are of every pixel, and other
versions of libjpeg-turbo or of the resampling may round otherwise.
"""
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

FOLDER = Path(__file__).resolve().parent
FILTERS = {name.lower(): filter for name, filter in Image.Resampling.__members__.items()}


def fnv1a64(image):
    value = 0xCBF29CE484222325
    for byte in image.tobytes():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def rgb(name):
    """RGB, or RGBA where the file has any transparency, turned upright."""
    image = ImageOps.exif_transpose(Image.open(FOLDER / name))
    if image.mode.startswith("I"):
        # Pillow clips 16-bit grey where it converts it.
        upper = Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8))
        return upper.convert("RGB")
    clear = "transparency" in image.info or image.mode in ("LA", "PA", "RGBA")
    return image.convert("RGBA" if clear else "RGB")


def decoded(name):
    image = rgb(name)
    return {"channels": len(image.getbands()), "fnv1a64": fnv1a64(image),
            "height": image.height, "width": image.width}


def resized(case):
    image = rgb(case["source"])
    size = (case["width"], case["height"])
    return fnv1a64(image.resize(size, FILTERS[case["filter"]], tuple(case["box"])))


def blurred(case):
    image = rgb(f"photographs/{case['photograph']}.JPEG")
    side = min(image.size)
    left, top = (image.width - side) / 2, (image.height - side) / 2
    square = image.resize((64, 64), Image.BICUBIC, (left, top, left + side, top + side))
    small = round(64 / case["scale"])
    return fnv1a64(square.resize((small, small), Image.BICUBIC).resize((64, 64), Image.BICUBIC))


def varied(case):
    size, (x, y), fill = case["size"], case["offset"], tuple(case["fill"])
    image = rgb(case["source"]).resize((size, size), FILTERS[case["filter"]], tuple(case["box"]))
    border = max(abs(x), abs(y))
    image = ImageOps.expand(image, border, fill)
    image = image.crop((border - x, border - y, border - x + size, border - y + size))
    if case["isMirrored"]:
        image = ImageOps.mirror(image)
    for enhancer, name in (
            (ImageEnhance.Brightness, "brightness"), (ImageEnhance.Contrast, "contrast"),
            (ImageEnhance.Color, "saturation")):
        image = enhancer(image).enhance(case[name])
    return fnv1a64(image)


def main():
    pillow = json.loads((FOLDER / "pillow.json").read_text())
    augmentation = json.loads((FOLDER / "augmentation.json").read_text())
    before = json.dumps([pillow, augmentation], sort_keys=True)
    wrong = []

    def put(case, key, value, name):
        if case[key] != value:
            wrong.append(name)
        case[key] = value

    for name in pillow["decoded"]:
        put(pillow["decoded"], name, decoded(name), name)
    for kind, make in (("resized", resized), ("blurred", blurred)):
        for index, case in enumerate(pillow[kind]):
            put(case, "fnv1a64", make(case), f"{kind}[{index}]")
    for index, case in enumerate(augmentation):
        put(case, "fnv1a64", varied(case), f"augmentation[{index}]")
    print(f"{len(wrong)} differ" + (": " + ", ".join(wrong) if wrong else ""))
    if "--check" in sys.argv:
        raise SystemExit(1 if wrong else 0)
    if json.dumps([pillow, augmentation], sort_keys=True) != before:
        for name, value in (("pillow.json", pillow), ("augmentation.json", augmentation)):
            (FOLDER / name).write_text(json.dumps(value, indent=0, sort_keys=True) + "\n")


main()

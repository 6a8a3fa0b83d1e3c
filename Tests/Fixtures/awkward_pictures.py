"""Writes the pictures of `pictures/` whose orientation stands in unusual places, or whose file is odd but
whole, and notes in `pillow.json` what Pillow reads of them. Needs Pillow; run it in `Tests/Fixtures`."""

import io
import json
import struct
import zlib

from PIL import Image, ImageOps


def fnv1a64(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def segment(body):
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def exif(kind, value):
    field = struct.pack(">HH" if kind == 3 else ">I", *((value, 0) if kind == 3 else (value,)))
    return b"MM\0*\0\0\0\x08\0\x01\x01\x12" + struct.pack(">HI", kind, 1) + field + bytes(4)


def profile(data):
    text = data.hex()
    lines = [text[i : i + 72] for i in range(0, len(text), 72)]
    return f"\nexif\n{len(data):8}\n{chr(10).join(lines)}\n".encode()


small = Image.open("pictures/rgb8.png").convert("RGB")
buffer = io.BytesIO()
small.save(buffer, "JPEG", quality=70, subsampling=0)
jpeg = buffer.getvalue()
png = open("pictures/rgb8.png", "rb").read()
ADOBE = b"http://ns.adobe.com/xap/1.0/\0"
ATTRIBUTE = b'<x:xmpmeta><rdf:Description tiff:Orientation="8"/></x:xmpmeta>'
ELEMENT = b"<x:xmpmeta><tiff:Orientation>3</tiff:Orientation></x:xmpmeta>"
MARK = b"Exif\0\0"


def in_jpeg(*segments):
    return jpeg[:2] + b"".join(map(segment, segments)) + jpeg[2:]


def in_png(name, body):
    return png[:33] + chunk(name, body) + png[33:]


files = {
    "exif-long.jpg": in_jpeg(MARK + exif(4, 6)),
    "exif-two-segments.jpg": in_jpeg(MARK + exif(3, 6)[:14], MARK + exif(3, 6)[14:]),
    "exif-invalid.jpg": in_jpeg(MARK + exif(3, 9), ADOBE + ATTRIBUTE),
    "xmp-attribute.jpg": in_jpeg(ADOBE + ATTRIBUTE),
    "xmp-element.jpg": in_jpeg(ADOBE + ELEMENT),
    "exif-and-xmp.jpg": in_jpeg(ADOBE + ELEMENT, MARK + exif(3, 6)),
    "exif-prefixed.png": in_png(b"eXIf", MARK + exif(3, 5)),
    "exif-profile.png": in_png(
        b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(profile(MARK + exif(3, 6)))
    ),
    "exif-profile-plain.png": in_png(b"tEXt", b"Raw profile type exif\0" + profile(exif(4, 7))),
    "xmp.png": in_png(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + ATTRIBUTE),
    "endless.png": png[:-12],
}
table = json.load(open("pillow.json"))
for name, data in files.items():
    open(f"pictures/{name}", "wb").write(data)
for name in [*files, "sos-parameters.jpg", "sos-parameters-2.jpg", "base.jpg"]:
    picture = ImageOps.exif_transpose(Image.open(f"pictures/{name}"))
    table["decoded"][f"pictures/{name}"] = {
        "width": picture.width,
        "height": picture.height,
        "channels": len(picture.getbands()),
        "fnv1a64": fnv1a64(picture.tobytes()),
    }
with open("pillow.json", "w") as out:
    json.dump(table, out, indent=0, sort_keys=True)
    out.write("\n")

"""Writes image files, and beside each what Pillow reads from it, as PNG.

    python make_golden.py        # Pillow alone, with libjpeg-turbo and WebP

The picture has sharp edges between saturated colours, where programs that repeat
chroma samples and programs that interpolate them are far apart, and an odd size, so
that the last sample stands for one pixel. NAME.png is what Pillow's convert("RGB")
makes of the file NAME, and of transparent ones what it makes of them on white.
"""

import math
import pathlib

from PIL import Image

here = pathlib.Path(__file__).parent
height, width = 45, 67
colours = [(255, 0, 0), (0, 0, 255), (0, 255, 0), (255, 255, 0), (0, 255, 255), (255, 0, 255), (0, 0, 0), (255, 255, 255)]


def pixel(x, y):
    if x > 34 and (x - 40) ** 2 + (y - 22) ** 2 >= 150:
        return (4 * y, 3 * x, 255 - 2 * x - y)
    return colours[(x // 7 + y // 5 * 3) % 8]


def opacity(x, y):
    return int(max(255 - 8 * math.hypot(x - 33, y - 22), 0))


rgb, alpha = Image.new("RGB", (width, height)), Image.new("L", (width, height))
for y in range(height):
    for x in range(width):
        rgb.putpixel((x, y), pixel(x, y))
        alpha.putpixel((x, y), opacity(x, y))
rgba = rgb.copy()
rgba.putalpha(alpha)
grey = rgb.convert("L")


def write(name, image, **how):
    path = here / name
    image.save(path, **how)
    with Image.open(path) as read:
        read.load()
        if "A" in read.getbands() or "transparency" in read.info:
            read = Image.alpha_composite(Image.new("RGBA", read.size, "white"), read.convert("RGBA"))
        read.convert("RGB").save(here / (name + ".png"), optimize=True)


for name, sampling in {"420": 2, "422": 1, "444": 0}.items():
    write(f"{name}.jpg", rgb, quality=90, subsampling=sampling)
    write(f"{name}-progressive.jpg", rgb, quality=75, subsampling=sampling, progressive=True)
write("narrow.jpg", rgb.crop((0, 0, 4, 40)), quality=90, subsampling=2)
write("even.jpg", rgb.crop((0, 0, 64, 32)), quality=60, subsampling=2)
write("grey.jpg", grey, quality=90)
write("cmyk.jpg", rgb.convert("CMYK"), quality=90)
write("lossy.webp", rgb, quality=90)
write("lossless.webp", rgb, lossless=True)
write("transparent.webp", rgba, quality=90)
noted = Image.Exif()
noted[0x010E] = "a picture with a note, which makes the file an extended one"
write("transparent-lossless.webp", rgba, lossless=True, exif=noted)
write("palette.gif", rgb.quantize(64))
write("colour.bmp", rgb)
write("grey.bmp", grey)
write("plain.tiff", rgb)
write("lzw.tiff", rgb, compression="tiff_lzw")
write("transparent.tiff", rgba)
write("transparent.png", rgba)
write("transparent-palette.png", rgba.quantize(64))
write("one-bit.png", grey.convert("1"))

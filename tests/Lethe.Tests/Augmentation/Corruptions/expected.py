"""Writes expected.txt: what numpy 1.24, scipy 1.10 and Pillow 9.4 (Debian 12) make of one image, for the corruptions that draw nothing at random.

Each step is written from its definition in Hendrycks and Dietterich 2019 with the libraries that their program calls, or, where Debian has
them not (OpenCV, scikit-image), with scipy and colorsys in their place. One line each: name, severity or parameter, bytes in base64.
"""
import base64
import colorsys
import io

import numpy as np
from PIL import Image
from scipy import ndimage

SIZE = 16
rows, columns, channels = np.mgrid[0:SIZE, 0:SIZE, 0:3]
image = ((rows * rows * 3 + columns * (11 + 4 * channels) + channels * 60 + (rows * columns) % 7 * 9) % 256).astype(np.uint8)
x = image / 255.0


def emit(name, number, values):
    pixels = np.clip(np.floor(255 * np.clip(values, 0, 1) + 0.5), 0, 255).astype(np.uint8)
    print(name, number, base64.b64encode(pixels.tobytes()).decode())


def defocus(severity):
    radius, soft = [(0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1, 0.2), (1.5, 0.1)][severity - 1]
    grid = np.arange(-8, 9)
    disc = (grid[:, None] ** 2 + grid[None, :] ** 2 <= radius ** 2).astype(float)
    side = np.exp(-0.5 * np.arange(-1, 2) ** 2 / soft ** 2)
    side /= side.sum()
    kernel = ndimage.correlate(disc / disc.sum(), np.outer(side, side), mode="constant")
    return np.stack([ndimage.correlate(x[..., c], kernel, mode="mirror") for c in range(3)], -1)


def zoom(severity):
    factors = np.arange(1, [1.06, 1.11, 1.16, 1.21, 1.26][severity - 1], 0.01)
    total = x.copy()
    for factor in factors:
        crop = int(np.ceil(SIZE / factor))
        start = (SIZE - crop) // 2
        larger = ndimage.zoom(x[start:start + crop, start:start + crop], (factor, factor, 1), order=1)
        trim = (larger.shape[0] - SIZE) // 2
        total += larger[trim:trim + SIZE, trim:trim + SIZE]
    return total / (len(factors) + 1)


def brightness(severity):
    more = [0.05, 0.1, 0.15, 0.2, 0.3][severity - 1]
    result = np.empty_like(x)
    for i in range(SIZE):
        for j in range(SIZE):
            hue, saturation, value = colorsys.rgb_to_hsv(*x[i, j])
            result[i, j] = colorsys.hsv_to_rgb(hue, saturation, min(value + more, 1))
    return result


def contrast(severity):
    mean = x.mean((0, 1))
    return (x - mean) * [0.75, 0.5, 0.4, 0.3, 0.15][severity - 1] + mean


def pixelate(severity):
    small = int(SIZE * [0.95, 0.9, 0.85, 0.75, 0.65][severity - 1])
    return np.asarray(Image.fromarray(image).resize((small, small), Image.BOX).resize((SIZE, SIZE), Image.BOX)) / 255.0


def jpeg(pixels, severity):
    stored = io.BytesIO()
    Image.fromarray(pixels).save(stored, "JPEG", quality=[80, 65, 58, 50, 40][severity - 1])
    return np.asarray(Image.open(stored)) / 255.0


emit("image", 0, x)
for severity in (1, 3, 5):
    emit("defocus-blur", severity, defocus(severity))
    emit("zoom-blur", severity, zoom(severity))
    emit("brightness", severity, brightness(severity))
    emit("contrast", severity, contrast(severity))
    emit("pixelate", severity, pixelate(severity))
    emit("jpeg-compression", severity, jpeg(image, severity))
    emit("jpeg-grey", severity, jpeg(image[..., 0], severity))
emit("gaussian-nearest", 4, np.stack([ndimage.gaussian_filter(x[..., c], 1.3, mode="nearest", truncate=4) for c in range(3)], -1))
emit("gaussian-reflect", 3, np.stack([ndimage.gaussian_filter(x[..., c], 2.1, mode="reflect", truncate=3) for c in range(3)], -1))
for name, mode in (("sample-reflect", "reflect"), ("sample-mirror", "mirror"), ("sample-nearest", "nearest")):
    places = (rows[..., 0] * 1.7 - 5.3, columns[..., 0] * 1.6 - 4.1)
    emit(name, 0, np.stack([ndimage.map_coordinates(x[..., c], places, order=1, mode=mode) for c in range(3)], -1))

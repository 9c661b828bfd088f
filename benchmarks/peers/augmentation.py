#!/usr/bin/env python3
"""Views of SimCLR's augmentation with torchvision on PIL images, one process and one thread: the work of `Lethe.Benchmarks augmentation`.

With --images, `count` images are decoded before the clock starts. With --files, all files of the folder are opened, decoded and
made into two views each, as a dataset does it in an epoch. Either is repeated for --seconds. Prints one JSON object on the last line.
"""
import argparse
import json
import resource
import time

import torch
from PIL import Image
from torchvision import datasets, transforms

MEAN, DEVIATION = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)
VIEWS = 2


def augmentation(size, interpolation):
    jitter = transforms.ColorJitter(brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1)
    return transforms.Compose([
        transforms.RandomResizedCrop(size, scale=(0.2, 1.0), interpolation=transforms.InterpolationMode(interpolation)),
        transforms.RandomHorizontalFlip(),
        transforms.RandomApply([jitter], p=0.8),
        transforms.RandomGrayscale(p=0.2),
        transforms.ToTensor(),
        transforms.Normalize(MEAN, DEVIATION),
    ])


def read(path):
    with Image.open(path) as image:
        return image.convert("RGB")


def from_memory(files, count, view, seconds):
    images = [read(files[i * len(files) // count]) for i in range(count)]
    for image in images[:100]:
        view(image)
    made, clock, processor = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - clock < seconds:
        for image in images:
            for _ in range(VIEWS):
                view(image)
        made += VIEWS * count
    return made, time.perf_counter() - clock, time.process_time() - processor


def from_files(files, view, seconds):
    for path in files[:100]:
        view(read(path))
    made, clock, processor = 0, time.perf_counter(), time.process_time()
    while made == 0 or time.perf_counter() - clock < seconds:
        for path in files:
            image = read(path)
            for _ in range(VIEWS):
                view(image)
        made += VIEWS * len(files)
    return made, time.perf_counter() - clock, time.process_time() - processor


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--images", help="folder of class folders, decoded before the clock starts")
    source.add_argument("--files", help="folder of class folders, decoded while the clock runs")
    parser.add_argument("--count", type=int, default=1024)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--interpolation", choices=["bilinear", "bicubic"], default="bilinear")
    options = parser.parse_args()

    torch.manual_seed(0)
    torch.set_num_threads(1)
    view = augmentation(options.size, options.interpolation)
    files = [path for path, _ in datasets.ImageFolder(options.images or options.files).samples]
    if options.files:
        made, clock, processor = from_files(files, view, options.seconds)
    else:
        made, clock, processor = from_memory(files, min(options.count, len(files)), view, options.seconds)
    print(json.dumps({
        "views_per_second": made / clock,
        "views_per_cpu_second": made / processor,
        "views": made,
        "size": options.size,
        "interpolation": options.interpolation,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "torch": torch.__version__,
    }))


if __name__ == "__main__":
    main()

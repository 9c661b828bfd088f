#!/usr/bin/env python3
"""SimCLR pre-training with torch and torchvision, end to end: the work of `Lethe.Benchmarks training`.

Images are decoded once, before the clock starts; two worker processes make the views with torchvision. Prints one JSON
object on the last line.
"""
import argparse
import json
import multiprocessing
import os
import resource
import time

import torch
from PIL import Image
from torch.nn import functional
from torch.utils import data
from torchvision import datasets, transforms

from networks import network

MEAN, DEVIATION = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)


class Pairs(data.Dataset):
    """Two random views of each of `count` images, taken evenly from a folder of class folders."""

    def __init__(self, folder, count, size):
        files = [path for path, _ in datasets.ImageFolder(folder).samples]
        self.images = []
        for i in range(min(count, len(files))):
            with Image.open(files[i * len(files) // min(count, len(files))]) as image:
                self.images.append(image.convert("RGB"))
        jitter = transforms.ColorJitter(brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1)
        self.view = transforms.Compose([
            transforms.RandomResizedCrop(size, scale=(0.2, 1.0)),
            transforms.RandomHorizontalFlip(),
            transforms.RandomApply([jitter], p=0.8),
            transforms.RandomGrayscale(p=0.2),
            transforms.ToTensor(),
            transforms.Normalize(MEAN, DEVIATION),
        ])

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.view(self.images[index]), self.view(self.images[index])


def contrast(embeddings, temperature=0.5):
    """NT-Xent of 2N embeddings, all first views before all second views."""
    total = embeddings.shape[0]
    unit = functional.normalize(embeddings)
    similarities = (unit @ unit.T / temperature).masked_fill(torch.eye(total, dtype=torch.bool), float("-inf"))
    return functional.cross_entropy(similarities, torch.arange(total).roll(total // 2))


def processor_seconds():
    """CPU time of this process and of its workers so far."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = time.process_time()
    for worker in multiprocessing.active_children():
        with open(f"/proc/{worker.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / ticks
    return total


def forever(loader):
    while True:
        yield from loader


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", required=True, help="folder of class folders")
    parser.add_argument("--count", type=int, default=2048)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--backbone", choices=["resnet18", "resnet50"], default="resnet18")
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--layout", choices=["channels-first", "channels-last"], default="channels-last")
    options = parser.parse_args()

    torch.manual_seed(0)
    torch.set_num_threads(options.threads)
    layout = torch.channels_last if options.layout == "channels-last" else torch.contiguous_format
    model = network(options.backbone, options.width, options.size).to(memory_format=layout)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.06, momentum=0.9, weight_decay=5e-4)
    loader = data.DataLoader(
        Pairs(options.images, options.count, options.size), batch_size=options.batch, shuffle=True, drop_last=True,
        num_workers=options.workers, persistent_workers=options.workers > 0)
    batches = forever(loader)
    for step in range(options.warmup + options.steps):
        if step == options.warmup:
            processor, clock = processor_seconds(), time.perf_counter()
        images = torch.cat(next(batches)).to(memory_format=layout)
        loss = contrast(model(images))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        value = loss.item()
    clock, processor = time.perf_counter() - clock, processor_seconds() - processor
    trained = options.steps * options.batch
    print(json.dumps({
        "images_per_second": trained / clock,
        "images_per_cpu_second": trained / processor,
        "loss": value,
        "backbone": options.backbone,
        "width": options.width,
        "batch": options.batch,
        "size": options.size,
        "steps": options.steps,
        "threads": options.threads,
        "layout": options.layout,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "torch": torch.__version__,
    }))


if __name__ == "__main__":
    main()

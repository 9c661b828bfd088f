#!/usr/bin/env python3
"""A step of UMM as it is written down in formulas: the work of `Lethe.Benchmarks umm` with finite differences.

Each pass runs the whole encoder, view by view; the volume factor is a loop over samples, the coding rate a log determinant
for each image, the hypergradient two more gradients of level one. Prints one JSON object on the last line.
"""
import argparse
import json
import math
import resource
import time

import torch

from coding_rate import EPSILON_SQUARED, reduction
from networks import network
from simclr_training import contrast, processor_seconds

ALPHA, BETA, INNER_RATE, OUTER_RATE, RADIUS = 0.5, 10.0, 1e-2, 3e-4, 0.01
PARTS = {"stem": 3, "layer1": 5, "layer2": 7, "layer3": 9}  # modules of the network up to the end of each
PROJECTOR = 4


def upper_bound(rows, dimension):
    """The largest ΔR that so many rows of two views can have."""
    rank = min(rows, dimension)
    return rank / 2 * math.log(1 + dimension / (rank * EPSILON_SQUARED)) - math.log(1 + dimension / EPSILON_SQUARED) / 2


class Problem:
    """Both levels on one pair of views, as functions of the late layers' weights where they stand."""

    def __init__(self, early, late, heads, views):
        self.early, self.late, self.heads, self.views = early, late, heads, views
        self.weights = [*late.parameters(), *heads.parameters()]

    def forward(self):
        """Early maps with gradient, features and embeddings of each view."""
        with torch.no_grad():
            maps = [self.early(view) for view in self.views]
        maps = [map.requires_grad_() for map in maps]
        features = [self.late(map) for map in maps]
        return maps, features, torch.cat([self.heads(feature) for feature in features])

    def level_one(self):
        maps, _, embeddings = self.forward()
        loss = contrast(embeddings)
        gradients = torch.cat(torch.autograd.grad(loss, maps, create_graph=True))
        volumes = torch.stack([gradient.square().sum().sqrt() for gradient in gradients])
        density = 1 / volumes / (1 / volumes).sum()
        mixed = (density + 1 / len(density)) / 2
        divergence = ((density * (density / mixed).log()).sum() - (mixed * len(density)).log().mean()) / 2
        return torch.autograd.grad(loss + BETA * divergence, self.weights)

    def level_two(self):
        _, features, embeddings = self.forward()
        images = len(features[0])
        pairs = torch.cat(features)
        gain = reduction(pairs, torch.arange(2 * images) % images) / upper_bound(*pairs.shape)
        return torch.autograd.grad(contrast(embeddings) - ALPHA * gain, self.weights)

    def shift(self, direction, factor):
        with torch.no_grad():
            for weight, part in zip(self.weights, direction):
                weight.add_(part, alpha=factor)

    def hypergradient(self):
        inner = self.level_one()
        self.shift(inner, -INNER_RATE)
        outer = self.level_two()
        self.shift(inner, INNER_RATE)
        epsilon = RADIUS / torch.sqrt(sum(part.square().sum() for part in outer)).item()
        self.shift(outer, epsilon)
        ahead = self.level_one()
        self.shift(outer, -2 * epsilon)
        behind = self.level_one()
        self.shift(outer, epsilon)
        return [v - INNER_RATE * (a - b) / (2 * epsilon) for v, a, b in zip(outer, ahead, behind)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--split", choices=PARTS, default="layer2")
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--warmup", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(options.threads)
    modules = list(network("resnet18", options.width, options.size))
    early = torch.nn.Sequential(*modules[:PARTS[options.split]]).eval()
    late = torch.nn.Sequential(*modules[PARTS[options.split]:-PROJECTOR])
    heads = torch.nn.Sequential(*modules[-PROJECTOR:])
    for module in [*late.modules(), *heads.modules()]:
        if isinstance(module, torch.nn.ReLU):
            module.inplace = False
    seconds, processor = [], []
    optimiser = None
    for step in range(options.warmup + options.steps):
        clock, cpu = time.perf_counter(), processor_seconds()
        views = [torch.randn(options.batch, 3, options.size, options.size) for _ in range(2)]
        problem = Problem(early, late, heads, views)
        optimiser = optimiser or torch.optim.Adam(problem.weights, lr=OUTER_RATE)
        for weight, gradient in zip(problem.weights, problem.hypergradient()):
            weight.grad = gradient
        optimiser.step()
        seconds.append(time.perf_counter() - clock)
        processor.append(processor_seconds() - cpu)
    print(json.dumps({
        "seconds_per_step": min(seconds[options.warmup:]),
        "cpu_seconds_per_step": min(processor[options.warmup:]),
        "width": options.width,
        "batch": options.batch,
        "size": options.size,
        "split": options.split,
        "threads": options.threads,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "torch": torch.__version__,
    }))


if __name__ == "__main__":
    main()

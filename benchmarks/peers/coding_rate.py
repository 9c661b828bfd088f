#!/usr/bin/env python3
"""Coding rate reduction as it is usually written: a log determinant for each group of rows.

The instance partition with its gradient, a label partition without: the work of `Lethe.Benchmarks coding-rate`, on the
same numbers, torch's normal draws of seed 0. Prints one JSON object on the last line.
"""
import argparse
import json
import statistics
import time

import torch

EPSILON_SQUARED = 0.5
LABELS = 10
SHORTEST_SECONDS = 0.5


def rate(rows):
    count, dimension = rows.shape
    return torch.logdet(torch.eye(dimension) + dimension / (count * EPSILON_SQUARED) * (rows.T @ rows)) / 2


def reduction(features, groups):
    rows = torch.nn.functional.normalize(features)
    within = 0
    for group in torch.unique(groups):
        members = rows[groups == group]
        within = within + rate(members) * (members.shape[0] / rows.shape[0])
    return rate(rows) - within


def median(repeats, features, groups, gradient):
    seconds = []
    begun = time.perf_counter()
    while len(seconds) <= repeats or time.perf_counter() - begun < SHORTEST_SECONDS:
        features.grad = None
        start = time.perf_counter()
        with torch.set_grad_enabled(gradient):
            value = reduction(features, groups)
        if gradient:
            value.backward()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:]), value.item()  # the first one warms up


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=256, help="images, of two views each")
    parser.add_argument("--d", type=int, default=128, help="dimension")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    features = torch.randn(2 * options.n, options.d, requires_grad=True)
    row = torch.arange(2 * options.n)
    instance_seconds, instance_value = median(options.repeats, features, row % options.n, gradient=True)
    label_seconds, label_value = median(options.repeats, features, row % LABELS, gradient=False)
    print(json.dumps({
        "n": options.n,
        "d": options.d,
        "threads": options.threads,
        "instance_seconds": instance_seconds,
        "instance_value": instance_value,
        "label_seconds": label_seconds,
        "label_value": label_value,
        "torch": torch.__version__,
    }))


if __name__ == "__main__":
    main()

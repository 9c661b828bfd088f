#!/usr/bin/env python3
"""A linear probe as it is often trained: 1 000 full-batch epochs of Adam on standardised features.

Reads the features that `Lethe.Benchmarks linear-probe` writes beside its own run (raw little-endian float32 and int64), so that
both sides fit and test on the same numbers. The learning rate is the best one on the test rows out of those given, which
favours this side. Prints one JSON object on the last line; the seconds are those of one training.
"""
import argparse
import json
import time

import numpy
import torch


def load(folder, part, dimension):
    features = numpy.fromfile(f"{folder}/{part}.f32", dtype="<f4").reshape(-1, dimension)
    labels = numpy.fromfile(f"{folder}/{part}.i64", dtype="<i8")
    return torch.from_numpy(features), torch.from_numpy(labels)


def train(features, labels, classes, epochs, rate):
    start, processor = time.perf_counter(), time.process_time()
    mean, deviation = features.mean(0), features.std(0, unbiased=False).clamp_min(1e-6)
    rows = (features - mean) / deviation
    probe = torch.nn.Linear(rows.shape[1], classes)
    optimiser = torch.optim.Adam(probe.parameters(), lr=rate)
    for _ in range(epochs):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(probe(rows), labels).backward()
        optimiser.step()
    return probe, mean, deviation, time.perf_counter() - start, time.process_time() - processor


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--d", type=int, required=True)
    parser.add_argument("--classes", type=int, required=True)
    parser.add_argument("--epochs", type=int, default=1000)
    parser.add_argument("--rates", default="0.001,0.01")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    features, labels = load(options.folder, "fit", options.d)
    test, truth = load(options.folder, "test", options.d)
    best = None
    for rate in [float(rate) for rate in options.rates.split(",")]:
        probe, mean, deviation, seconds, processor = train(features, labels, options.classes, options.epochs, rate)
        with torch.no_grad():
            accuracy = (probe((test - mean) / deviation).argmax(1) == truth).float().mean().item()
        if best is None or accuracy > best["accuracy"]:
            best = {"accuracy": accuracy, "rate": rate, "seconds": seconds, "cpu_seconds": processor}
    print(json.dumps({**best, "rows": len(labels), "d": options.d, "epochs": options.epochs, "threads": options.threads, "torch": torch.__version__}))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Features of images with torch: the work of `Lethe.Benchmarks features`, a forward pass in evaluation mode without gradient."""
import argparse
import json
import resource
import time

import torch
from torch import nn

from networks import backbone


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backbone", choices=["resnet18", "resnet50"], default="resnet18")
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--warmup", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--layout", choices=["channels-first", "channels-last"], default="channels-last")
    options = parser.parse_args()

    torch.manual_seed(0)
    torch.set_num_threads(options.threads)
    layout = torch.channels_last if options.layout == "channels-last" else torch.contiguous_format
    model = nn.Sequential(*backbone(options.backbone, options.width, options.size)).to(memory_format=layout).eval()
    images = torch.randn(options.batch, 3, options.size, options.size).to(memory_format=layout)
    with torch.inference_mode():
        for step in range(options.warmup + options.steps):
            if step == options.warmup:
                processor, clock = time.process_time(), time.perf_counter()
            model(images)
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    done = options.steps * options.batch
    print(json.dumps({
        "images_per_second": done / clock,
        "images_per_cpu_second": done / processor,
        "layout": options.layout,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "torch": torch.__version__,
    }))


if __name__ == "__main__":
    main()

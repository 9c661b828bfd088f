"""Residual networks as torchvision has them, with a width and, below 96 pixels, the stem for small images."""
from torch import nn


def convolution(before, after, taps, stride=1):
    return nn.Conv2d(before, after, taps, stride=stride, padding=taps // 2, bias=False)


class Residual(nn.Module):
    """Two 3x3 convolutions, or 1x1, 3x3 and 1x1 with four times the channels."""

    def __init__(self, before, channels, stride, bottleneck):
        super().__init__()
        self.after = channels * 4 if bottleneck else channels
        if bottleneck:
            steps = [convolution(before, channels, 1), convolution(channels, channels, 3, stride), convolution(channels, self.after, 1)]
        else:
            steps = [convolution(before, channels, 3, stride), convolution(channels, channels, 3)]
        layers = []
        for step in steps:
            layers += [step, nn.BatchNorm2d(step.out_channels), nn.ReLU(inplace=True)]
        self.branch = nn.Sequential(*layers[:-1])
        self.shortcut = nn.Identity()
        if stride > 1 or before != self.after:
            self.shortcut = nn.Sequential(convolution(before, self.after, 1, stride), nn.BatchNorm2d(self.after))
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.relu(self.branch(x) + self.shortcut(x))


def backbone(name, width, size):
    """The layers of a backbone, pooling at the end: [N, 3, size, size] to [N, d]."""
    bottleneck, blocks = name == "resnet50", [3, 4, 6, 3] if name == "resnet50" else [2, 2, 2, 2]
    large = size >= 96
    layers = [convolution(3, width, 7, 2) if large else convolution(3, width, 3), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
    if large:
        layers.append(nn.MaxPool2d(3, stride=2, padding=1))
    channels = width
    for stage in range(4):
        for block in range(blocks[stage]):
            layers.append(Residual(channels, width * 2 ** stage, 2 if stage > 0 and block == 0 else 1, bottleneck))
            channels = layers[-1].after
    return layers + [nn.AdaptiveAvgPool2d(1), nn.Flatten()]


def network(name, width, size):
    """A backbone and the projector d -> 512 -> 128."""
    channels = width * 8 * (4 if name == "resnet50" else 1)
    head = [nn.Linear(channels, 512, bias=False), nn.BatchNorm1d(512), nn.ReLU(inplace=True), nn.Linear(512, 128)]
    return nn.Sequential(*backbone(name, width, size), *head)

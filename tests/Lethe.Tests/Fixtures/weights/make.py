"""Makes the files of this folder with PyTorch 1.13, torchvision 0.14 and onnx 1.12 (Debian's packages): python3 make.py

Weights are a formula of their place, so that tests know them without a file: see `numbers`, and FormulaWeights.cs, which is the same.
"""
import argparse, gzip, io, json, os, pickle, struct, tarfile, tempfile
import numpy as np
import torch
import torch.nn as nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

HERE = os.path.dirname(os.path.abspath(__file__))
DEPTHS = {'resnet10': (BasicBlock, [1, 1, 1, 1]), 'resnet18': (BasicBlock, [2, 2, 2, 2]), 'resnet34': (BasicBlock, [3, 4, 6, 3]),
          'resnet50': (Bottleneck, [3, 4, 6, 3]), 'resnet101': (Bottleneck, [3, 4, 23, 3])}


class Narrow(ResNet):
    """torchvision's network with another width of its first stage than 64, or its small stem."""

    def __init__(self, name, width, small=False, channels=3, classes=3):
        nn.Module.__init__(self)
        block, layers = DEPTHS[name]
        self._norm_layer, self.inplanes, self.dilation, self.groups, self.base_width = nn.BatchNorm2d, width, 1, 1, 64
        self.conv1 = nn.Conv2d(channels, width, 3, 1, 1, bias=False) if small else nn.Conv2d(channels, width, 7, 2, 3, bias=False)
        self.bn1, self.relu = nn.BatchNorm2d(width), nn.ReLU(inplace=True)
        self.maxpool = nn.Identity() if small else nn.MaxPool2d(3, 2, 1)
        self.layer1 = self._make_layer(block, width, layers[0])
        self.layer2 = self._make_layer(block, 2 * width, layers[1], stride=2)
        self.layer3 = self._make_layer(block, 4 * width, layers[2], stride=2)
        self.layer4 = self._make_layer(block, 8 * width, layers[3], stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(8 * width * block.expansion, classes)


class Callback:
    """An object as training programs put into their files."""

    def __init__(self):
        self.best = 3


def numbers(place, count):
    """Numbers in [0, 1) of the tensor at a place: SplitMix64 of the place and the index."""
    with np.errstate(over='ignore'):
        z = (np.uint64(place) << np.uint64(40)) + np.arange(1, count + 1, dtype=np.uint64)
        z = z * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(np.float64) * 2.0 ** -53


def fill(model, coarse):
    """Coarse weights are multiples of 1/32, exact in every type and small when packed."""
    place = 0
    for name, tensor in model.state_dict().items():
        if name.endswith('num_batches_tracked') or name.startswith('fc.'):
            tensor.fill_(0)
            continue
        u = numbers(place, tensor.numel())
        place += 1
        if coarse:
            u = np.floor(u * 32) / 32
            values = 0.5 + u if name.endswith('running_var') or (tensor.dim() == 1 and name.endswith('weight')) else u - 0.5
        elif tensor.dim() == 4:
            values = (2 * u - 1) * np.sqrt(3.0 / tensor[0].numel())
        elif name.endswith('running_var') or name.endswith('weight'):
            values = 0.75 + 0.5 * u
        else:
            values = 0.2 * (u - 0.5)
        tensor.copy_(torch.from_numpy(values.astype(np.float32)).reshape(tensor.shape))
    return model.eval()


def pack(name, data):
    with open(os.path.join(HERE, name + '.gz'), 'wb') as file:
        file.write(gzip.compress(data, 9, mtime=0))


def save(name, value, **how):
    buffer = io.BytesIO()
    torch.save(value, buffer, **how)
    pack(name, buffer.getvalue())


def legacy_tar(state):
    """The format that torch.load still reads and that PyTorch of 2016 wrote."""
    storages, tensors, keys = io.BytesIO(), io.BytesIO(), {}
    pickle.dump(len(state), storages, protocol=2)
    for i, (name, tensor) in enumerate(state.items()):
        kind = {torch.float32: torch.FloatStorage, torch.int64: torch.LongStorage}[tensor.dtype]
        pickle.dump((100 + i, 'cpu', kind), storages, protocol=2)
        storages.write(struct.pack('<q', tensor.numel()) + tensor.contiguous().numpy().tobytes())
    pickle.dump([], storages, protocol=2)
    pickle.dump(len(state), tensors, protocol=2)
    for i, (name, tensor) in enumerate(state.items()):
        keys[name] = 1000 + i
        pickle.dump((1000 + i, 100 + i, torch.FloatTensor), tensors, protocol=2)
        shape, stride = list(tensor.shape), list(tensor.contiguous().stride())
        tensors.write(struct.pack('<ii', len(shape), 0) + struct.pack('<%dq' % (2 * len(shape)), *shape, *stride) + struct.pack('<q', 0))

    class Key:
        def __init__(self, key):
            self.key = key

    class Pickler(pickle._Pickler):
        def persistent_id(self, value):
            return str(value.key) if isinstance(value, Key) else None

    objects = io.BytesIO()
    Pickler(objects, protocol=2).dump({name: Key(key) for name, key in keys.items()})
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode='w:', format=tarfile.PAX_FORMAT) as tar:
        for name, part in (('storages', storages), ('tensors', tensors), ('pickle', objects)):
            info = tarfile.TarInfo(name)
            info.size = len(part.getvalue())
            tar.addfile(info, io.BytesIO(part.getvalue()))
    with tempfile.NamedTemporaryFile() as file:  # torch.load reads the format from real files alone
        file.write(data.getvalue())
        file.flush()
        loaded = torch.load(file.name)
    assert all(torch.equal(loaded[name], tensor) for name, tensor in state.items())
    return data.getvalue()


def formats():
    model = fill(Narrow('resnet10', 4), coarse=True)
    state = model.state_dict()
    save('plain.pth', state)
    save('ddp-stream.pth.tar', {'epoch': 3, 'arch': 'resnet10', 'state_dict': {'module.' + k: v for k, v in state.items()},
                                'args': argparse.Namespace(lr=0.1), 'optimizer': {'state': {0: {'momentum_buffer': torch.zeros(3)}},
                                                                                 'param_groups': [{'lr': 0.1, 'params': [0]}]}},
         _use_new_zipfile_serialization=False)
    save('lightning.ckpt', {'epoch': 1, 'global_step': 2, 'pytorch-lightning_version': '1.9.0', 'callbacks': {'best': Callback()},
                            'hyper_parameters': argparse.Namespace(width=4, device=torch.device('cpu'), dtype=torch.float16),
                            'state_dict': {**{'backbone.' + k: v for k, v in state.items() if not k.startswith('fc.')},
                                           'projection_head.layers.0.weight': torch.zeros(2, 2)},
                            'optimizer_states': [{'state': {}}], 'lr_schedulers': [np.float64(0.5)]})
    save('half.pt', {k: v.half() if v.is_floating_point() else v for k, v in state.items()})
    save('bfloat16.pt', {k: v.bfloat16() if v.is_floating_point() else v for k, v in state.items()})
    save('double-stream.pt', {k: v.double() if v.is_floating_point() else v for k, v in state.items()},
         _use_new_zipfile_serialization=False)
    strided = {}
    for name, tensor in state.items():
        strided[name] = tensor.to(memory_format=torch.channels_last) if tensor.dim() == 4 else tensor
        if tensor.dim() == 1:  # every third element of a longer storage, from its second on
            strided[name] = torch.zeros(3 * len(tensor) + 5)[1:3 * len(tensor) + 1:3].copy_(tensor)
    save('strides.pth', strided)
    flat = torch.cat([tensor.reshape(-1) for tensor in state.values() if tensor.is_floating_point()])
    shared, start = {}, 0
    for name, tensor in state.items():
        if tensor.is_floating_point():
            shared['backbone.' + name] = flat[start:start + tensor.numel()].view(tensor.shape)
            shared['backbone_momentum.' + name] = shared['backbone.' + name]
            start += tensor.numel()
    save('shared.pth', shared)
    save('parameters.pth', {k: nn.Parameter(v) if v.is_floating_point() else v for k, v in state.items()})
    save('module.pth', model)
    pack('first.tar', legacy_tar(state))
    # A batch-norm that divides by one leaves coarse weights coarse when it is folded.
    for name, tensor in state.items():
        if name.endswith('running_var'):
            tensor.fill_(1 - 1e-5)
        elif tensor.dim() == 1 and name.endswith('weight'):
            tensor.fill_(1)
    for name, how in (('folded.onnx', torch.onnx.TrainingMode.EVAL), ('batch-norm.onnx', torch.onnx.TrainingMode.PRESERVE)):
        buffer = io.BytesIO()
        torch.onnx.export(model, torch.zeros(1, 3, 64, 64), buffer, training=how, opset_version=13,
                          do_constant_folding=name == 'folded.onnx')
        pack(name, buffer.getvalue())


def tiny():
    """Files of a few tensors of all kinds, for tests that alter their bytes."""
    flat = torch.arange(24, dtype=torch.float32)
    state = {'conv1.weight': flat[:18].view(2, 1, 3, 3), 'bn1.weight': flat[2:6:2], 'steps': torch.tensor(7), 'half': flat[:5].half(),
             'turned': flat.view(4, 6).t(), 'parameter': nn.Parameter(flat[20:]), 'mask': torch.tensor([True, False])}
    value = {'state_dict': state, 'args': argparse.Namespace(lr=0.1, sizes=[1, 2, (3, 2 ** 70)]), 'rate': np.float64(0.5),
             'groups': [{'lr': 0.1, 'params': [0, 1]}], 'size': torch.Size([1, 2]), 'device': torch.device('cpu'), 'none': None}
    for name, how in (('tiny.pth', {}), ('tiny-stream.pth', {'_use_new_zipfile_serialization': False}), ('tiny-protocol4.pth', {'pickle_protocol': 4})):
        torch.save(value, os.path.join(HERE, name), **how)
    with open(os.path.join(HERE, 'tiny.tar'), 'wb') as file:
        file.write(legacy_tar({'conv1.weight': flat[:18].view(2, 1, 3, 3).clone(), 'steps': torch.tensor(7)})[:6144])
    with torch.no_grad():
        model = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1, bias=False), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)).eval()
        torch.onnx.export(model, torch.zeros(1, 1, 8, 8), os.path.join(HERE, 'tiny.onnx'), training=torch.onnx.TrainingMode.PRESERVE,
                          opset_version=13, do_constant_folding=False)


def images(scale):
    """The first two images of Fashion-MNIST's test part, larger by a whole number, in three channels."""
    with gzip.open(os.path.join(HERE, '../../../../src/Lethe.Images/Data/Embedded/t10k-images-idx3-ubyte.gz')) as file:
        pixels = np.frombuffer(file.read(16 + 2 * 784), np.uint8)[16:].reshape(2, 1, 28, 28).astype(np.float32)
    pixels = pixels.repeat(scale, 2).repeat(scale, 3) / np.float32(255)
    mean, std = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
    return torch.from_numpy((pixels - mean[:, None, None]) / std[:, None, None])


def outputs():
    """Features of both images, of networks whose weights are the formula's."""
    expected = {}
    with torch.no_grad():
        for name in ('resnet18', 'resnet34', 'resnet50', 'resnet101'):
            for width, scale, small in ((8, 4, False), (8, 2, True), (64, 8, False)):
                model = fill(Narrow(name, width, small), coarse=False)
                model.fc = nn.Identity()
                features = model(images(scale)).double().numpy()
                every = features.shape[1] // 32
                expected['%s %d %d %s' % (name, width, 28 * scale, 'small' if small else 'large')] = {
                    'norm': float(np.sqrt((features ** 2).sum())), 'every': every,
                    'features': [float('%.9g' % value) for value in features[:, ::every].reshape(-1)]}
    with open(os.path.join(HERE, 'outputs.json'), 'w') as file:
        json.dump(expected, file, indent=0)
        file.write('\n')


if __name__ == '__main__':
    formats()
    tiny()
    outputs()

"""The peer: the same training steps in eager PyTorch on the CPU, answering one JSON request a line on standard input.

{"workload": "dcgan", "batch": 16, "width": 64, "size": 64, "labels": 9, "steps": 3} -> {"milliseconds": [..]}
Architectures are those of docs/results/speed.md: 5 x 5 kernels, stride 2, batch normalisation, Adam(2e-4, 0.5, 0.999).
"""
import json
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(2)
built = {}


def down(cin, cout, norm):
    layers = [nn.Conv2d(cin, cout, 5, 2, 2)]
    if norm:
        layers.append(nn.BatchNorm2d(cout))
    return layers + [nn.LeakyReLU(0.2, inplace=True)]


def up(cin, cout, last):
    layer = nn.ConvTranspose2d(cin, cout, 5, 2, 2, output_padding=1)
    return [layer, nn.Tanh()] if last else [layer, nn.BatchNorm2d(cout), nn.ReLU(inplace=True)]


class Generator(nn.Module):
    def __init__(self, z, labels, width, size):
        super().__init__()
        levels = (size // 8).bit_length()
        top = width * 2 ** (levels - 1)
        self.top = top
        self.dense = nn.Linear(z + labels, 16 * top)
        layers = [nn.BatchNorm2d(top), nn.ReLU(inplace=True)]
        while top > width:
            layers += up(top, top // 2, False)
            top //= 2
        self.body = nn.Sequential(*layers, *up(width, 3, True))

    def forward(self, z, labels):
        x = self.dense(torch.cat([z, labels], 1) if labels is not None else z)
        return self.body(x.view(-1, self.top, 4, 4))


def critic(outputs, width, size):
    layers, channels = down(3, width, False), width
    size //= 2
    while size > 4:
        layers += down(channels, channels * 2, True)
        channels, size = channels * 2, size // 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * 16, outputs))


def adam(module):
    return torch.optim.Adam(module.parameters(), lr=2e-4, betas=(0.5, 0.999))


def bce(logits, target):
    return F.binary_cross_entropy_with_logits(logits, target)


def dcgan(batch, width, size, labels):
    g, d = Generator(100, 0, width, size), critic(1, width, size)
    og, od = adam(g), adam(d)
    ones, zeros = torch.ones(batch, 1), torch.zeros(batch, 1)

    def step():
        real, z = torch.rand(batch, 3, size, size) * 2 - 1, torch.rand(batch, 100) * 2 - 1
        fake = g(z, None)
        d_loss = bce(d(real), ones) + bce(d(fake.detach()), zeros)
        od.zero_grad(set_to_none=True)
        d_loss.backward()
        od.step()
        g_loss = bce(d(fake), ones)
        og.zero_grad(set_to_none=True)
        g_loss.backward()
        og.step()

    return step


def causalgan(batch, width, size, labels):
    """D, Labeler (real images), Anti-Labeler (generated images) and G, one update each."""
    g, d = Generator(100, labels, width, size), critic(1, width, size)
    labeler, anti = critic(labels, width, size), critic(labels, width, size)
    og, od, ol, oa = adam(g), adam(d), adam(labeler), adam(anti)
    ones, zeros = torch.ones(batch, 1), torch.zeros(batch, 1)

    def step():
        real, z = torch.rand(batch, 3, size, size) * 2 - 1, torch.rand(batch, 100) * 2 - 1
        real_labels = (torch.rand(batch, labels) < 0.5).float()
        fake_labels = (torch.rand(batch, labels) < 0.5).float()
        fake = g(z, fake_labels)
        detached = fake.detach()
        od.zero_grad(set_to_none=True)
        (bce(d(real), ones) + bce(d(detached), zeros)).backward()
        od.step()
        ol.zero_grad(set_to_none=True)
        bce(labeler(real), real_labels).backward()
        ol.step()
        oa.zero_grad(set_to_none=True)
        bce(anti(detached), fake_labels).backward()
        oa.step()
        for frozen in (d, labeler, anti):
            frozen.requires_grad_(False)
        og.zero_grad(set_to_none=True)
        g_loss = bce(d(fake), ones) + bce(labeler(fake), fake_labels) - bce(anti(fake), fake_labels)
        g_loss.backward()
        og.step()
        for frozen in (d, labeler, anti):
            frozen.requires_grad_(True)

    return step


workloads = {"dcgan": dcgan, "causalgan": causalgan}

for line in sys.stdin:
    request = json.loads(line)
    key = tuple(request[k] for k in ("workload", "batch", "width", "size", "labels"))
    if key not in built:
        torch.manual_seed(1)
        built[key] = workloads[key[0]](*key[1:])
        built[key]()
    times = []
    for _ in range(request["steps"]):
        start = time.perf_counter()
        built[key]()
        times.append((time.perf_counter() - start) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"milliseconds": times, "torch": torch.__version__, "peak_mib": peak / 1024}), flush=True)

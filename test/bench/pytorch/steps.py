"""The peer: the same training steps in eager PyTorch on the CPU, answering one JSON request a line on standard input.

{"workload": "dcgan", "batch": 16, "width": 64, "size": 64, "labels": 9, "layout": "contiguous", "adam": "fused",
 "steps": 3} -> {"milliseconds": [..], "torch": "2.x"}

The networks are those of stdlib/networks/dcgan.causal: 5 x 5 kernels, stride 2, batch normalisation, Adam(2e-4, 0.5,
0.999); at 32 pixels without the biases that a batch normalisation cancels. Batches are made before the clock starts.
What costs PyTorch time without changing the step is left out: networks that a loss does not train are frozen, gradients
are set to none, activations are in place. `layout` is `contiguous` or `channels_last`, `adam` is `single`, `foreach` or
`fused`; the benchmark takes what is fastest.

Workloads: `dcgan` and `causalgan` as they are usually written, one network updated after the other, each generated batch
judged anew by the updated networks; `dcgan_shared` judges it once and updates both networks from there, as ours does.
"""
import json
import os
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(int(os.environ.get("CAUSAL_BENCH_THREADS", "2")))
torch.set_flush_denormal(True)


def conv(cin, cout, bias):
    return nn.Conv2d(cin, cout, 5, 2, 2, bias=bias)


def deconv(cin, cout, bias):
    return nn.ConvTranspose2d(cin, cout, 5, 2, 2, output_padding=1, bias=bias)


class Generator(nn.Module):
    def __init__(self, inputs, width, size):
        super().__init__()
        top = width * size // 8
        bias = size > 32
        self.top = top
        self.dense = nn.Linear(inputs, 16 * top, bias=bias)
        layers = [nn.BatchNorm2d(top), nn.ReLU(inplace=True)]
        while top > width:
            layers += [deconv(top, top // 2, bias), nn.BatchNorm2d(top // 2), nn.ReLU(inplace=True)]
            top //= 2
        self.body = nn.Sequential(*layers, deconv(width, 3, True), nn.Tanh())

    def forward(self, inputs):
        return self.body(self.dense(inputs).view(-1, self.top, 4, 4))


def judge(outputs, width, size):
    bias = size > 32
    layers = [conv(3, width, True), nn.LeakyReLU(0.2, inplace=True)]
    channels, side = width, size // 2
    while side > 4:
        layers += [conv(channels, 2 * channels, bias), nn.BatchNorm2d(2 * channels), nn.LeakyReLU(0.2, inplace=True)]
        channels, side = 2 * channels, side // 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * 16, outputs))


def bce(logits, target):
    return F.binary_cross_entropy_with_logits(logits, target)


class Step:
    """What the workloads share: layout, optimizers, batches and targets."""

    def __init__(self, request):
        self.batch, self.size, self.labels = request["batch"], request["size"], request["labels"]
        self.layout = torch.channels_last if request["layout"] == "channels_last" else torch.contiguous_format
        self.adam_options = {"single": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}[
            request["adam"]
        ]
        width = request["width"]
        self.g = self.place(Generator(100 + self.labels, width, self.size))
        self.d = self.place(judge(1, width, self.size))
        self.og, self.od = self.adam(self.g), self.adam(self.d)
        self.ones, self.zeros = torch.ones(self.batch, 1), torch.zeros(self.batch, 1)
        self.build(width)
        images = torch.rand(self.batch, 3, self.size, self.size) * 2 - 1
        self.real = images.contiguous(memory_format=self.layout)
        self.z = torch.rand(self.batch, 100) * 2 - 1
        self.real_labels = (torch.rand(self.batch, self.labels) < 0.5).float()
        self.fake_labels = (torch.rand(self.batch, self.labels) < 0.5).float()

    def build(self, width):
        pass

    def place(self, module):
        return module.to(memory_format=self.layout)

    def adam(self, module):
        return torch.optim.Adam(module.parameters(), lr=2e-4, betas=(0.5, 0.999), **self.adam_options)

    def generate(self):
        return self.g(torch.cat([self.z, 2 * self.fake_labels - 1], 1))


class Dcgan(Step):
    def __call__(self):
        fake = self.generate()
        self.od.zero_grad(set_to_none=True)
        (bce(self.d(self.real), self.ones) + bce(self.d(fake.detach()), self.zeros)).backward()
        self.od.step()
        self.d.requires_grad_(False)
        self.og.zero_grad(set_to_none=True)
        bce(self.d(fake), self.ones).backward()
        self.og.step()
        self.d.requires_grad_(True)


class DcganShared(Step):
    def __call__(self):
        fake = self.generate()
        judged = self.d(fake)
        d_loss = bce(self.d(self.real), self.ones) + bce(judged, self.zeros)
        g_loss = bce(judged, self.ones)
        for module, loss in ((self.d, d_loss), (self.g, g_loss)):
            parameters = list(module.parameters())
            gradients = torch.autograd.grad(loss, parameters, retain_graph=module is self.d)
            for parameter, gradient in zip(parameters, gradients):
                parameter.grad = gradient
        self.od.step()
        self.og.step()


class CausalGan(Step):
    """D, Labeler (real images), Anti-Labeler (generated images) and G, one update each."""

    def build(self, width):
        self.labeler = self.place(judge(self.labels, width, self.size))
        self.anti = self.place(judge(self.labels, width, self.size))
        self.ol, self.oa = self.adam(self.labeler), self.adam(self.anti)

    def __call__(self):
        fake = self.generate()
        detached = fake.detach()
        self.od.zero_grad(set_to_none=True)
        (bce(self.d(self.real), self.ones) + bce(self.d(detached), self.zeros)).backward()
        self.od.step()
        self.ol.zero_grad(set_to_none=True)
        bce(self.labeler(self.real), self.real_labels).backward()
        self.ol.step()
        self.oa.zero_grad(set_to_none=True)
        bce(self.anti(detached), self.fake_labels).backward()
        self.oa.step()
        judges = (self.d, self.labeler, self.anti)
        for frozen in judges:
            frozen.requires_grad_(False)
        self.og.zero_grad(set_to_none=True)
        adversarial = bce(self.d(fake), self.ones)
        (adversarial + bce(self.labeler(fake), self.fake_labels) - bce(self.anti(fake), self.fake_labels)).backward()
        self.og.step()
        for frozen in judges:
            frozen.requires_grad_(True)


workloads = {"dcgan": Dcgan, "dcgan_shared": DcganShared, "causalgan": CausalGan}
last = (None, None)

for line in sys.stdin:
    request = json.loads(line)
    steps = request.pop("steps")
    if last[0] != request:
        last = (None, None)
        torch.manual_seed(1)
        last = (request, workloads[request["workload"]](request))
        last[1]()
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        last[1]()
        times.append((time.perf_counter() - start) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"milliseconds": times, "torch": torch.__version__, "peak_mib": peak / 1024}), flush=True)

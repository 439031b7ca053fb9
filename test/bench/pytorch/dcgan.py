"""DCGAN, CausalGAN and drawing with the networks of stdlib/networks/dcgan.causal: 5 x 5 kernels, stride 2, batch
normalisation, Adam(2e-4, 0.5, 0.999); at other sizes than 64 without the biases that a batch normalisation cancels.
"""
import torch
from torch import nn

from step import Step, assign, bce


def conv(cin, cout, bias):
    return nn.Conv2d(cin, cout, 5, 2, 2, bias=bias)


def deconv(cin, cout, bias):
    return nn.ConvTranspose2d(cin, cout, 5, 2, 2, output_padding=1, bias=bias)


class Generator(nn.Module):
    def __init__(self, inputs, width, size):
        super().__init__()
        top = width * size // 8
        bias = size == 64
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
    bias = size == 64
    layers = [conv(3, width, True), nn.LeakyReLU(0.2, inplace=True)]
    channels, side = width, size // 2
    while side > 4:
        layers += [conv(channels, 2 * channels, bias), nn.BatchNorm2d(2 * channels), nn.LeakyReLU(0.2, inplace=True)]
        channels, side = 2 * channels, side // 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * 16, outputs))


class Pair(Step):
    def build(self, width):
        self.g = self.place(Generator(self.noise + self.labels, width, self.size))
        self.d = self.place(judge(1, width, self.size))
        self.og, self.od = self.adam(self.g.parameters()), self.adam(self.d.parameters())
        self.ones, self.zeros = torch.ones(self.batch, 1), torch.zeros(self.batch, 1)


class Dcgan(Pair):
    """As it is usually written: one network updated after the other, the generated batch judged anew by the updated one."""

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


class DcganShared(Pair):
    """The generated batch is judged once, as ours does it."""

    def __call__(self):
        fake = self.generate()
        judged = self.d(fake)
        d_loss = bce(self.d(self.real), self.ones) + bce(judged, self.zeros)
        g_loss = bce(judged, self.ones)
        for module, loss in ((self.d, d_loss), (self.g, g_loss)):
            parameters = list(module.parameters())
            assign(parameters, torch.autograd.grad(loss, parameters, retain_graph=module is self.d))
        self.od.step()
        self.og.step()


class CausalGan(Pair):
    """D, Labeler (real images), Anti-Labeler (generated images) and G, one update each."""

    def build(self, width):
        super().build(width)
        self.labeler = self.place(judge(self.labels, width, self.size))
        self.anti = self.place(judge(self.labels, width, self.size))
        self.ol, self.oa = self.adam(self.labeler.parameters()), self.adam(self.anti.parameters())

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


class Drawing(Pair):
    """Pictures from the generator with stored statistics, into one array; the noise is drawn on the way."""

    pictures = 1024

    def build(self, width):
        self.g = self.place(Generator(self.noise + self.labels, width, self.size)).eval()
        self.images = torch.empty(self.pictures, 3, self.size, self.size)
        self.signs = torch.rand(self.pictures, self.labels).round() * 2 - 1

    @torch.inference_mode()
    def __call__(self):
        for start in range(0, self.pictures, self.batch):
            part = slice(start, start + self.batch)
            z = torch.rand(self.batch, self.noise).mul_(2).sub_(1)
            self.images[part] = self.g(torch.cat([z, self.signs[part]], 1))

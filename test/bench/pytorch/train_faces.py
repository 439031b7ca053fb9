"""The peer of `npm run bench -- quality`: trains CausalGAN on faces as examples/faces/faces.causal does, from the weights and on
the batches that it finds in a folder, and leaves the averaged generator behind every few steps.

    python train_faces.py FOLDER EVERY

Every answer is a line of JSON. Networks, losses, settings and the order of work are those of the program and of the regime
`causalgan`: all four networks are updated at once from the values before the step, generated images are judged once, and the
anti-labeler's backward pass serves its own update and the generator's. The labeler's noise is drawn here.
"""
import json
import os
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(int(os.environ.get("CAUSAL_BENCH_THREADS", "2")))
torch.set_flush_denormal(True)
torch.manual_seed(1)

labeler_weight, antilabeler_weight = 0.85, 0.05
rates = {"generator": 5e-4, "discriminator": 3e-4, "labeler": 5e-4, "antilabeler": 5e-4}
average, warm_up = 0.995, 9
trial_steps = 6


def conv(cin, cout, bias=False):
    return nn.Conv2d(cin, cout, 4, 2, 1, bias=bias)


def deconv(cin, cout, bias=False):
    return nn.ConvTranspose2d(cin, cout, 4, 2, 1, bias=bias)


def leaky():
    return nn.LeakyReLU(0.2, inplace=True)


def norm(channels, stored=False):
    return nn.BatchNorm2d(channels, track_running_stats=stored)


class Generator(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.dense = nn.Linear(73, 64 * width, bias=False)
        self.body = nn.Sequential(
            norm(4 * width, True), nn.ReLU(inplace=True),
            deconv(4 * width, 2 * width), norm(2 * width, True), nn.ReLU(inplace=True),
            deconv(2 * width, width), norm(width, True), nn.ReLU(inplace=True),
            deconv(width, 3, True), nn.Tanh(),
        )  # fmt: skip

    def forward(self, inputs):
        return self.body(self.dense(inputs).view(len(inputs), -1, 4, 4))


class MinibatchFeatures(nn.Module):
    def __init__(self, inputs, kernels=32, dims=6):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, kernels * dims))
        self.shape = kernels, dims

    def forward(self, x):
        rows = (x @ self.weight).view(len(x), *self.shape)
        closeness = torch.exp(-(rows[:, None] - rows[None]).abs().sum(3))
        others = 1 - torch.eye(len(x))[:, :, None]
        return (closeness * others).sum(1) / (len(x) - 1)


class Discriminator(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.map = nn.Sequential(conv(3, width, True), leaky(), conv(width, 2 * width), norm(2 * width), leaky())
        self.small = nn.Sequential(conv(2 * width, width, True), leaky(), nn.Flatten())
        self.features = MinibatchFeatures(16 * width)
        self.rest = nn.Sequential(
            conv(2 * width + 32, 4 * width), norm(4 * width), leaky(), nn.Flatten(), nn.Linear(64 * width, 1)
        )

    def forward(self, x):
        x = self.map(x)
        batch = self.features(self.small(x))[:, :, None, None].expand(-1, -1, 8, 8)
        return self.rest(torch.cat([x, batch], 1))


class Labeler(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.body = nn.Sequential(
            conv(3, width, True), leaky(),
            conv(width, 2 * width), norm(2 * width), leaky(),
            conv(2 * width, 4 * width), norm(4 * width), leaky(), nn.Flatten(), nn.Linear(64 * width, 9),
        )  # fmt: skip

    def forward(self, x):
        return self.body(x + 0.2 * torch.randn_like(x))


def entries(module):
    """Parameters and statistics in the order in which the program has them, with whether they are a dense layer's weights."""
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            if layer.track_running_stats:
                yield layer.running_mean, False
                yield layer.running_var, False
            yield layer.weight, False
            yield layer.bias, False
        elif isinstance(layer, MinibatchFeatures):
            yield layer.weight, False
        elif isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            yield layer.weight, isinstance(layer, nn.Linear)
            if layer.bias is not None:
                yield layer.bias, False


@torch.no_grad()
def load(module, values):
    for entry, dense in entries(module):
        value = torch.from_numpy(next(values)).squeeze() if entry.dim() == 1 else torch.from_numpy(next(values))
        entry.copy_((value.T if dense else value).reshape(entry.shape))


def read_state(folder):
    state, offset = {}, 0
    raw = np.fromfile(f"{folder}/state.bin", np.float32)
    with open(f"{folder}/state.json") as file:
        for entry in json.load(file):
            size = int(np.prod(entry["shape"]))
            state[entry["name"]] = raw[offset : offset + size].reshape(entry["shape"])
            offset += size
    return state


class Batches:
    """What is fed, step after step, with pixels as bytes."""

    def __init__(self, folder, layout):
        with open(f"{folder}/batches.json") as file:
            self.entries = json.load(file)
        self.layout = layout
        self.raw = np.memmap(f"{folder}/batches.bin", np.uint8, "r")
        self.size = sum(np.prod(e["shape"]) * (1 if e["name"] == "real/image" else 4) for e in self.entries)
        self.steps = len(self.raw) // int(self.size)

    def __getitem__(self, step):
        fed, offset = {}, int(step * self.size)
        for entry in self.entries:
            count, image = int(np.prod(entry["shape"])), entry["name"] == "real/image"
            part = self.raw[offset : offset + (count if image else 4 * count)]
            offset += len(part)
            if image:
                pixels = torch.from_numpy(np.array(part)).view(entry["shape"])
                fed["image"] = (pixels.float() / 127.5 - 1).contiguous(memory_format=self.layout)
            else:
                fed[entry["name"]] = torch.from_numpy(np.array(part).view(np.float32)).view(entry["shape"])
        return fed


def label_loss(logits, labels):
    return F.binary_cross_entropy_with_logits(logits, labels, reduction="none").sum(1).mean()


class Training:
    def __init__(self, folder, layout):
        state = read_state(folder)
        self.batches = Batches(folder, layout)
        made = {"generator": Generator(), "discriminator": Discriminator(), "labeler": Labeler(), "antilabeler": Labeler()}
        self.networks = {}
        for scope, module in made.items():
            values = (value for name, value in state.items() if name.startswith(f"{scope}/") and "features/mean" not in name)
            load(module, values)
            assert next(values, None) is None, scope
            self.networks[scope] = module.to(memory_format=layout)
        self.parameters = {scope: list(module.parameters()) for scope, module in made.items()}
        self.optimizers = [
            torch.optim.Adam(self.parameters[scope], lr=rate, betas=(0.5, 0.99), eps=1e-8, fused=True)
            for scope, rate in rates.items()
        ]
        self.latest = [entry for entry, _ in entries(made["generator"])]
        self.averaged = [torch.zeros_like(entry) for entry in self.latest]
        self.step = 0

    def __call__(self):
        fed = self.batches[self.step]
        generator, discriminator, labeler, antilabeler = self.networks.values()
        grad, of = torch.autograd.grad, self.parameters
        natural = len(fed["fake/labels"])
        labels = torch.cat([fed["fake/labels"], fed["intervened/labels"]])
        fake = generator(torch.cat([fed["z"], 2 * labels - 1], 1))
        image = fake.detach().requires_grad_()
        judged = discriminator(image)
        adversarial = F.softplus(-judged).mean()
        labeler_fake = label_loss(labeler(image), labels)
        push, *of_antilabeler = grad(label_loss(antilabeler(image), labels), [image, *of["antilabeler"]])
        real = F.softplus(-discriminator(fed["image"])).mean()
        d_loss = real + F.softplus(judged[:natural]).mean()
        of_discriminator = grad(d_loss, of["discriminator"], retain_graph=True)
        of_labeler = grad(label_loss(labeler(fed["image"]), fed["real/labels"]), of["labeler"])
        (pull,) = grad(adversarial + labeler_weight * labeler_fake, [image])
        of_generator = grad(fake, of["generator"], pull - antilabeler_weight * push)
        slopes = {
            "generator": of_generator,
            "discriminator": of_discriminator,
            "labeler": of_labeler,
            "antilabeler": of_antilabeler,
        }
        for scope, gradients in slopes.items():
            for parameter, gradient in zip(of[scope], gradients):
                parameter.grad = gradient
        for optimizer in self.optimizers:
            optimizer.step()
        with torch.no_grad():
            kept = min(self.step / (self.step + warm_up), average)
            torch._foreach_lerp_(self.averaged, self.latest, 1 - kept)
        self.step += 1
        return d_loss

    def save(self, path):
        dense = [is_dense for _, is_dense in entries(self.networks["generator"])]
        flat = [(entry.T if d else entry).contiguous().view(-1) for entry, d in zip(self.averaged, dense)]
        torch.cat(flat).numpy().tofile(path)


def timed(training):
    start = time.perf_counter()
    training()
    return time.perf_counter() - start


def main(folder, every):
    layouts = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
    trials = {}
    for name, layout in layouts.items():
        training = Training(folder, layout)
        trials[name] = min(timed(training) for _ in range(trial_steps))
    fastest = min(trials, key=trials.get)
    steps = ", ".join(f"{name} {1000 * best:.0f} ms" for name, best in trials.items())
    print(json.dumps({"step": 0, "seconds": 0, "message": f"a step at best: {steps}"}), flush=True)
    training, seconds = Training(folder, layouts[fastest]), 0.0
    while training.step < training.batches.steps:
        seconds += timed(training)
        if training.step % every == 0:
            training.save(f"{folder}/average-{training.step}.bin")
            print(json.dumps({"step": training.step, "seconds": seconds}), flush=True)


main(sys.argv[1], int(sys.argv[2]))

"""CausalBEGAN: an autoencoder as discriminator, a labeler, a generator, and the three margins (Kocaoglu et al. 2018, section
5.3). Networks of stdlib/networks/began.causal (3 x 3 kernels), and for `faces_began` of examples/faces/networks.causal (4 x 4,
stride 2). Adam(8e-5, 0.9, 0.999); discriminator and labeler share one.
"""
import torch
from torch import nn

from step import Step, assign, bce


def conv(cin, cout, stride=1):
    return nn.Conv2d(cin, cout, 3, stride, 1)


def elu():
    return nn.ELU(inplace=True)


def block(cin, width):
    return [conv(cin, width), elu(), conv(width, width), elu()]


def decoder(inputs, width, size):
    layers = [nn.Linear(inputs, 64 * width), nn.Unflatten(1, (width, 8, 8)), *block(width, width)]
    side = 8
    while side < size:
        layers += [nn.Upsample(scale_factor=2), *block(width, width)]
        side *= 2
    return nn.Sequential(*layers, conv(width, 3))


def encoder(units, width, size):
    layers, channels, maps, side = [conv(3, width), elu()], width, width, size
    while side > 8:
        layers += [*block(channels, maps), conv(maps, maps, 2), elu()]
        channels, maps, side = maps, maps + width, side // 2
    return nn.Sequential(*layers, *block(channels, maps), nn.Flatten(), nn.Linear(64 * maps, units))


def reconstruction(image, decoded):
    return (decoded - image).abs().mean()


class CausalBegan(Step):
    """As it is usually written: the discriminator is updated first and judges the generated batch anew for the generator."""

    noise, code = 64, 64
    rate, betas = 8e-5, (0.9, 0.999)
    gamma, gamma_label, zeta = 0.5, 0.5, 0.5
    lambda_k, lambda_l, lambda_z = 1e-3, 8e-5, 1e-2

    def build(self, width):
        self.g, self.d, self.labeler = (self.place(module) for module in self.networks(width))
        self.image_parameters, self.label_parameters = list(self.d.parameters()), list(self.labeler.parameters())
        self.judges = self.image_parameters + self.label_parameters
        self.og, self.od = self.adam(self.g.parameters()), self.adam(self.judges)
        self.k, self.l, self.weight = torch.zeros(()), torch.zeros(()), torch.zeros(())

    def networks(self, width):
        size = self.size
        autoencoder = nn.Sequential(encoder(self.code, width, size), decoder(self.code, width, size))
        return decoder(self.labels + self.noise, width, size), autoencoder, encoder(self.labels, width, size)

    def distance(self, read, labels):
        return (torch.sigmoid(read) - labels).square().mean()

    def losses(self, image, labels):
        return reconstruction(image, self.d(image)), self.distance(self.labeler(image), labels)

    def __call__(self):
        fake = self.generate()
        self.od.zero_grad(set_to_none=True)
        real_image, real_label = self.losses(self.real, self.real_labels)
        fake_image, fake_label = self.losses(fake.detach(), self.fake_labels)
        (real_image + real_label - self.k * fake_image - self.l * fake_label).backward()
        self.od.step()
        for judge in (self.d, self.labeler):
            judge.requires_grad_(False)
        self.og.zero_grad(set_to_none=True)
        image, label = self.losses(fake, self.fake_labels)
        (image + self.weight * label).backward()
        self.og.step()
        for judge in (self.d, self.labeler):
            judge.requires_grad_(True)
        self.follow(real_image, real_label, fake_image, fake_label)

    @torch.no_grad()
    def follow(self, real_image, real_label, fake_image, fake_label):
        margin_k = self.gamma * real_image - fake_image
        margin_l = self.gamma_label * real_label - fake_label
        margin_z = self.zeta * margin_k.relu() - margin_l.relu()
        for weight, rate, margin in (
            (self.k, self.lambda_k, margin_k),
            (self.l, self.lambda_l, margin_l),
            (self.weight, self.lambda_z, margin_z),
        ):
            weight.add_(rate * margin).clamp_(0, 1)


class CausalBeganShared(CausalBegan):
    """The generated batch is judged and differentiated once, for its judges and, through the image, for the generator."""

    def __call__(self):
        grad = torch.autograd.grad
        fake = self.generate()
        leaf = fake.detach().requires_grad_()
        real_image, real_label = self.losses(self.real, self.real_labels)
        slopes = grad(real_image + real_label, self.judges)
        fake_image, fake_label = self.losses(leaf, self.fake_labels)
        image_pull, *of_image = grad(fake_image, [leaf, *self.image_parameters])
        label_pull, *of_label = grad(fake_label, [leaf, *self.label_parameters])
        torch._foreach_mul_(of_image, self.k)
        torch._foreach_mul_(of_label, self.l)
        torch._foreach_sub_(slopes, of_image + of_label)
        assign(self.judges, slopes)
        self.og.zero_grad(set_to_none=True)
        fake.backward(image_pull.add_(self.weight * label_pull))
        self.od.step()
        self.og.step()
        self.follow(real_image, real_label, fake_image, fake_label)


class Noise(nn.Module):
    """Normal noise of deviation 0.2, drawn before the clock starts as all that is fed."""

    def __init__(self, noise):
        super().__init__()
        self.noise = noise

    def forward(self, x):
        return x + self.noise


class BatchFeatures(nn.Module):
    """Appends to each row how much it resembles the others of its batch (Salimans et al. 2016)."""

    def __init__(self, inputs, kernels=32, dims=6):
        super().__init__()
        self.weight = nn.Parameter(0.02 * torch.randn(inputs, kernels * dims))
        self.shape = kernels, dims

    def forward(self, x):
        rows = (x @ self.weight).view(len(x), *self.shape)
        closeness = torch.exp(-(rows.unsqueeze(1) - rows).abs().sum(3)).sum(1) - 1
        return torch.cat([x, closeness], 1)


class FacesBegan(CausalBegan):
    noise = 32
    labeler_width = 16

    def networks(self, width):
        def down(cin, cout, bias=True):
            return nn.Conv2d(cin, cout, 4, 2, 1, bias=bias)

        def up(cin, cout):
            return nn.ConvTranspose2d(cin, cout, 4, 2, 1)

        def make(inputs):
            top = 4 * width
            start = [nn.Linear(inputs, 16 * top), nn.Unflatten(1, (top, 4, 4)), elu()]
            return nn.Sequential(*start, up(top, 2 * width), elu(), up(2 * width, width), elu(), up(width, 3))

        read = [down(3, width), elu(), down(width, 2 * width), elu(), down(2 * width, 4 * width), elu()]
        encode = nn.Sequential(*read, nn.Flatten(), BatchFeatures(64 * width), nn.Linear(64 * width + 32, self.code))
        w = self.labeler_width
        labeler = nn.Sequential(
            Noise(0.2 * torch.randn_like(self.real)), down(3, w), nn.LeakyReLU(0.2, inplace=True),
            down(w, 2 * w, False), nn.BatchNorm2d(2 * w), nn.LeakyReLU(0.2, inplace=True),
            down(2 * w, 4 * w, False), nn.BatchNorm2d(4 * w), nn.LeakyReLU(0.2, inplace=True),
            nn.Flatten(), nn.Linear(64 * w, self.labels),
        )  # fmt: skip
        return make(self.labels + self.noise), nn.Sequential(encode, make(self.code)), labeler

    def distance(self, read, labels):
        return bce(read, labels)


class FacesBeganShared(CausalBeganShared, FacesBegan):
    pass

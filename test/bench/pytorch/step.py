"""What the workloads share: layout, implementation of Adam, batches made before the clock starts.

What costs PyTorch time without changing the step is left out everywhere: networks that a loss does not train are frozen,
gradients are set to none, activations are in place.
"""
import torch
import torch.nn.functional as F

bce = F.binary_cross_entropy_with_logits


class Step:
    noise = 100
    rate, betas = 2e-4, (0.5, 0.999)

    def __init__(self, request):
        self.batch, self.size, self.labels = request["batch"], request["size"], request["labels"]
        self.layout = torch.channels_last if request["layout"] == "channels_last" else torch.contiguous_format
        self.adam_options = {"single": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}[
            request["adam"]
        ]
        self.real = self.image(self.batch)
        self.z = torch.rand(self.batch, self.noise) * 2 - 1
        self.real_labels, self.fake_labels = self.some_labels(), self.some_labels()
        self.parameters = 0
        self.build(request["width"])

    def build(self, width):
        raise NotImplementedError

    def image(self, count):
        images = torch.rand(count, 3, self.size, self.size) * 2 - 1
        return images.contiguous(memory_format=self.layout)

    def some_labels(self):
        return (torch.rand(self.batch, self.labels) < 0.5).float()

    def place(self, module):
        return module.to(memory_format=self.layout)

    def adam(self, parameters):
        parameters = list(parameters)
        self.parameters += sum(parameter.numel() for parameter in parameters)
        return torch.optim.Adam(parameters, lr=self.rate, betas=self.betas, **self.adam_options)

    def generate(self):
        return self.g(torch.cat([self.z, 2 * self.fake_labels - 1], 1))


def assign(parameters, gradients):
    for parameter, gradient in zip(parameters, gradients):
        parameter.grad = gradient

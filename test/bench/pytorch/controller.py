"""The controller of labels, `wgan_gp` with a critic for each node given its parents: nine generators and nine critics of one
shape as stacks of matrix products, on the graph G1. A step is five updates of the critics with their gradient penalty and one
of both. Adam(2e-3, 0.5, 0.9).
"""
import torch
import torch.nn.functional as F
from torch import nn

from step import Step

# Young, Male, Eyeglasses, Bald, Mustache, Smiling, Wearing_Lipstick, Mouth_Slightly_Open, Narrow_Eyes; 9 is a column of zeros
parents = [[9, 9, 9], [9, 9, 9], [0, 9, 9], [1, 0, 9], [1, 0, 9], [1, 0, 9], [1, 0, 9], [0, 5, 9], [1, 0, 5]]


class Stack(nn.Module):
    """Perceptrons of one shape: [count, n, inputs] -> [count, n, outputs]."""

    def __init__(self, count, widths):
        super().__init__()
        pairs = list(zip(widths, widths[1:]))
        self.weights = nn.ParameterList(
            nn.Parameter(torch.empty(count, a, b).uniform_(-1, 1) * (6 / (a + b)) ** 0.5) for a, b in pairs
        )
        self.biases = nn.ParameterList(nn.Parameter(torch.zeros(count, 1, b)) for _, b in pairs)

    def forward(self, x):
        last = len(self.weights) - 1
        for i, (weight, bias) in enumerate(zip(self.weights, self.biases)):
            x = torch.baddbmm(bias, x, weight)
            if i < last:
                x = F.leaky_relu(x, 0.2, inplace=True)
        return x


class Controller(Step):
    rate, betas = 2e-3, (0.5, 0.9)
    critic_steps, penalty, restraint = 5, 0.1, 1e-6

    def build(self, width):
        nodes, wide, noise = len(parents), len(parents[0]), 4
        self.places = torch.tensor(parents)
        self.g = Stack(nodes, [noise + wide, 32, 32, 1])
        self.critic = Stack(nodes, [wide + 1, 32, 1])
        self.og, self.oc = self.adam(self.g.parameters()), self.adam(self.critic.parameters())
        calls = self.critic_steps + 1
        self.rows = [self.some_labels() for _ in range(calls)]
        self.draws = [torch.rand(nodes, self.batch, noise) * 2 - 1 for _ in range(calls)]
        self.mixes = [torch.rand(nodes, self.batch, 1) for _ in range(calls)]

    def families(self, labels):
        """The parents [nodes, batch, 3] and the nodes themselves [nodes, batch, 1]."""
        columns = labels.t()
        given = F.pad(columns, (0, 0, 0, 1))[self.places].transpose(1, 2)
        return given, columns.unsqueeze(2)

    def update_critic(self, given, real, fake, mix):
        batch = self.batch
        both = torch.cat([given, given], 1)
        scores = self.critic(torch.cat([both, torch.cat([real, fake], 1)], 2))
        between = torch.lerp(fake, real, mix).requires_grad_()
        (slope,) = torch.autograd.grad(self.critic(torch.cat([given, between], 2)).sum(), between, create_graph=True)
        loss = scores[:, batch:].mean() - scores[:, :batch].mean() + self.penalty * slope.square().sum(-1).mean()
        self.oc.zero_grad(set_to_none=True)
        loss.backward()
        self.oc.step()

    def __call__(self):
        for i in range(self.critic_steps):
            given, real = self.families(self.rows[i])
            with torch.no_grad():
                fake = torch.sigmoid(self.g(torch.cat([self.draws[i], given], 2)))
            self.update_critic(given, real, fake, self.mixes[i])
        given, real = self.families(self.rows[-1])
        logits = self.g(torch.cat([self.draws[-1], given], 2))
        fake = torch.sigmoid(logits)
        self.update_critic(given, real, fake.detach(), self.mixes[-1])
        self.critic.requires_grad_(False)
        self.og.zero_grad(set_to_none=True)
        (self.restraint * logits.square().mean() - self.critic(torch.cat([given, fake], 2)).mean()).backward()
        self.og.step()
        self.critic.requires_grad_(True)

"""Ensembles of small networks whose members are computed in one tensor operation."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from rlhf_gym.reward_model.filled_in import FilledIn
from rlhf_gym.reward_model.inputs import Inputs, InputSpec

__all__ = ["RewardNetworks", "new_networks"]

SLOPE = 0.01  # of the leaky ReLU; Christiano et al. 2017, appendix A


class RewardNetworks(nn.Module):
    """An ensemble of reward networks: images through convolutions, then all through an MLP.

    Args:
        spec: of the inputs: the width of the vector, and the shape of each image.
        settings: number and sizes of the networks; dropout is for training mode only.

    Attributes:
        pixels: of all images of one observation.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, spec: InputSpec, settings: FilledIn) -> None:
        super().__init__()
        self.members, self.clip_inputs = settings.members, settings.clip_inputs
        self.pixels = sum(height * width for _, height, width in spec.images)
        self.convolutions = nn.ModuleList(_Convolutions(shape, settings) for shape in spec.images)
        width = spec.features + sum(part.width for part in self.convolutions)  # type: ignore[misc]
        sizes = [int(width), *settings.hidden, 1]
        self.layers = nn.ModuleList(
            _Linear(self.members, before, after) for before, after in pairwise(sizes)
        )
        self._features, self._sees_absorbing = spec.features, spec.sees_absorbing
        self._begin_alike()
        self.register_buffer("mean", torch.zeros(spec.features))
        self.register_buffer("std", torch.ones(spec.features))

    def forward(self, inputs: Inputs) -> Tensor:
        """Return rewards ``(members, n)``."""
        vector = (inputs.vector - self.mean) / self.std
        if self.clip_inputs < math.inf:
            vector = vector.clamp(-self.clip_inputs, self.clip_inputs)
        hidden = vector.expand(self.members, *vector.shape)
        if inputs.images:
            seen = [
                convolutions(image)
                for convolutions, image in zip(self.convolutions, inputs.images, strict=True)
            ]
            hidden = torch.cat([hidden, *seen], dim=2)
        for layer in self.layers[:-1]:
            hidden = functional.leaky_relu(layer(hidden), SLOPE, inplace=True)
        return self.layers[-1](hidden).squeeze(2)  # type: ignore[no-any-return]

    def linear(self) -> list[tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]:
        """Return copies of each layer's weight ``(members, before, after)`` and bias."""
        parameters = [
            parameter.detach().cpu().numpy().copy() for parameter in self.layers.parameters()
        ]
        return list(zip(parameters[::2], parameters[1::2], strict=True))

    @torch.no_grad()
    def draw_weights(self, rng: np.random.Generator) -> None:
        """Draw new weights; how inputs are standardised stays."""
        generator = torch.Generator().manual_seed(int(rng.integers(2**63)))
        for parameter, bound in self._bounds():
            drawn = torch.empty(parameter.shape).uniform_(-bound, bound, generator=generator)
            parameter.copy_(drawn)
        self._begin_alike()
        for layer in self.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.reset_parameters()

    @torch.no_grad()
    def _begin_alike(self) -> None:
        """Let an absorbing step be worth what others are until a label tells them apart."""
        if self._sees_absorbing:
            first = self.layers[0]
            assert isinstance(first, _Linear)
            first.weight[:, self._features - 1] = 0.0

    def _bounds(self) -> Iterator[tuple[nn.Parameter, float]]:
        """Yield each parameter and the bound within which it is drawn, as in PyTorch's layers."""
        for layer in self.modules():
            if isinstance(layer, _Linear):
                inputs = layer.weight.shape[1]
            elif isinstance(layer, nn.Conv2d):
                inputs = layer.weight[0].numel()
            else:
                continue
            for parameter in layer.parameters():
                yield parameter, 1 / math.sqrt(inputs)

    @torch.no_grad()
    def standardise(self, mean: Tensor, std: Tensor) -> None:
        """Change how the vector input is standardised without changing what the networks compute.

        Outputs change only for inputs that are clipped, before or afterwards.
        """
        first = self.layers[0]
        assert isinstance(first, _Linear)
        width = len(self.mean)
        weight = first.weight[:, :width]
        shift = ((mean - self.mean) / self.std).expand(self.members, 1, width)
        first.bias.add_(torch.bmm(shift, weight))
        weight *= (std / self.std)[:, None]
        self.mean.copy_(mean)
        self.std.copy_(std)


def new_networks(spec: InputSpec, settings: FilledIn, seed: int) -> RewardNetworks:
    """Return an ensemble whose weights depend on the seed alone; torch's random state stays."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return RewardNetworks(spec, settings)


class _Linear(nn.Module):
    """One linear layer of all members: ``(members, n, before) -> (members, n, after)``."""

    def __init__(self, members: int, before: int, after: int) -> None:
        super().__init__()
        bound = 1 / math.sqrt(before)
        self.weight = nn.Parameter(torch.empty(members, before, after).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(members, 1, after).uniform_(-bound, bound))

    def forward(self, x: Tensor) -> Tensor:
        members, _, after = self.weight.shape
        if after == 1 < members:  # a batched product with one column is three times slower
            return (x * self.weight.mT).sum(dim=2, keepdim=True) + self.bias
        return torch.baddbmm(self.bias, x, self.weight)


class _Convolutions(nn.Module):
    """The convolutions of all members as grouped convolutions: one image in, features out."""

    def __init__(self, shape: tuple[int, int, int], settings: FilledIn) -> None:
        super().__init__()
        channels, height, width = shape
        members, filters = settings.members, settings.filters
        self.members = members
        layers: list[nn.Module] = []
        for i, (kernel, stride) in enumerate(_kernels(min(height, width))):
            groups = members if i else 1
            before = members * filters if i else channels
            layers.append(nn.Conv2d(before, members * filters, kernel, stride, groups=groups))
            if settings.batch_norm:
                layers.append(nn.BatchNorm2d(members * filters))
            layers.append(nn.LeakyReLU(SLOPE, inplace=True))
            if settings.dropout:
                layers.append(nn.Dropout(settings.dropout))
            height, width = (height - kernel) // stride + 1, (width - kernel) // stride + 1
        self.layers = nn.Sequential(*layers)
        self.width = filters * height * width

    def forward(self, image: Tensor) -> Tensor:
        seen = self.layers(image.float().div_(255).sub_(0.5))
        return seen.reshape(len(image), self.members, self.width).transpose(0, 1)  # type: ignore[no-any-return]


def _kernels(side: int) -> list[tuple[int, int]]:
    """Return kernel sizes and strides (Christiano et al. 2017, A.2), fewer for small images."""
    if side >= 64:
        return [(7, 3), (5, 2), (3, 1), (3, 1)]
    if side >= 24:
        return [(5, 3), (3, 2), (3, 1)]
    return [(3, 1), (3, 1)]

"""RewardNetworks: members batched in one operation equal members computed one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from rlhf_gym.reward_model.filled_in import FilledIn
from rlhf_gym.reward_model.inputs import Inputs, InputSpec
from rlhf_gym.reward_model.networks import RewardNetworks

FILTERS = 4


def networks_of(
    members: int = 3,
    features: int = 5,
    images: Sequence[tuple[int, int, int]] = (),
    hidden: Sequence[int] = (8, 6),
    **settings: Any,
) -> RewardNetworks:
    torch.manual_seed(0)
    spec = InputSpec((), (), None, features, tuple(images), uses_next_observations=False)
    sizes = FilledIn(members=members, hidden=tuple(hidden), filters=FILTERS, **settings)
    return RewardNetworks(spec, sizes)


def one_by_one(networks: RewardNetworks, inputs: Inputs) -> Tensor:
    """What the networks compute, each member by itself, with plain layers."""
    rows = []
    for member in range(networks.members):
        hidden = [(inputs.vector - networks.mean) / networks.std]
        for part, image in zip(networks.convolutions, inputs.images, strict=True):
            seen = image / 255 - 0.5
            own = slice(member * FILTERS, (member + 1) * FILTERS)
            for layer in part.layers:  # type: ignore[union-attr]
                match layer:
                    case nn.Conv2d():
                        assert layer.bias is not None
                        weight, bias = layer.weight[own], layer.bias[own]
                        seen = functional.conv2d(seen, weight, bias, layer.stride)
                    case nn.BatchNorm2d():
                        seen = functional.batch_norm(seen, None, None, training=True)
                    case nn.LeakyReLU():
                        seen = functional.leaky_relu(seen, 0.01)
            hidden.append(seen.flatten(1))
        x = torch.cat(hidden, dim=1)
        for i, layer in enumerate(networks.layers):
            x = x @ layer.weight[member] + layer.bias[member]  # type: ignore[index]
            x = functional.leaky_relu(x, 0.01) if i < len(networks.layers) - 1 else x
        rows.append(x[:, 0])
    return torch.stack(rows)


IMAGES = [(4, 84, 84), (3, 30, 24), (1, 8, 9)]


@pytest.mark.parametrize("images", [[], *[[image] for image in IMAGES], IMAGES[1:]], ids=str)
@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_batched_members_equal_members_computed_one_by_one(
    members: int, images: list[tuple[int, int, int]], batch_norm: bool
) -> None:
    networks = networks_of(members, images=images, batch_norm=batch_norm)
    inputs = Inputs(
        torch.randn(7, 5),
        tuple(torch.randint(0, 256, (7, *image), dtype=torch.uint8) for image in images),
    )
    with torch.no_grad():
        rewards = networks(inputs)
        assert rewards.shape == (members, 7)
        torch.testing.assert_close(rewards, one_by_one(networks, inputs), rtol=1e-4, atol=1e-5)


def test_members_begin_with_different_weights() -> None:
    rewards = networks_of()(Inputs(torch.randn(20, 5)))
    assert (rewards[0] - rewards[1]).abs().max() > 0.01


def test_no_hidden_layers_make_a_linear_reward() -> None:
    networks = networks_of(hidden=())
    x, y = torch.randn(2, 4, 5)
    middle = networks(Inputs((x + y) / 2))
    torch.testing.assert_close(middle, (networks(Inputs(x)) + networks(Inputs(y))) / 2)


@pytest.mark.parametrize("images", [[], [(3, 24, 24)]], ids=str)
def test_standardising_anew_changes_no_prediction(images: list[tuple[int, int, int]]) -> None:
    networks = networks_of(images=images)
    inputs = Inputs(
        torch.randn(50, 5) * 3 + 2,
        tuple(torch.randint(0, 256, (50, *image), dtype=torch.uint8) for image in images),
    )
    before = networks(inputs)
    for mean, std in ((2.0, 3.0), (-1.0, 0.1)):  # the second starts from the first
        networks.standardise(torch.full((5,), mean), torch.full((5,), std))
        torch.testing.assert_close(networks(inputs), before, rtol=1e-3, atol=1e-4)
    assert networks.mean.tolist() == [-1.0] * 5

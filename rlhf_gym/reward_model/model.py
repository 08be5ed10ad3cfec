"""RewardModel: an ensemble that learns from judged queries and predicts normalised rewards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from rlhf_gym.clips import Array, Observations, map_leaves
from rlhf_gym.reward_model.diagnostics import Diagnostics, diagnose
from rlhf_gym.reward_model.inputs import Inputs, input_spec
from rlhf_gym.reward_model.judged import JudgedQueries
from rlhf_gym.reward_model.loss import (
    cross_entropy,
    cross_entropy_floor,
    preference_probability,
)
from rlhf_gym.reward_model.networks import RewardNetworks
from rlhf_gym.reward_model.small_batches import SmallBatches
from rlhf_gym.reward_model_settings import RewardModelSettings

__all__ = ["RewardModel"]

CHECK_EVERY, PATIENCE = 10, 2
"""Gradient steps between two looks at the losses, and rises of the held-out loss that end a fit."""
EVALUATED = 64
"""Judged queries on which the losses are looked at."""
SMALL_BATCH = 256
"""So many steps at most are predicted in numpy."""
TOLERANCE = 0.02
"""A training loss so near its floor, as a share of it, has nothing left to learn."""
MAX_WEIGHT_DECAY, LEAST_WEIGHT_DECAY = 1.0, 1e-3
"""Bounds of the adaptive L2 regularisation; the lower one is a share of where it starts."""
CHUNK, IMAGE_CHUNK = 16_384, 1024
"""Steps in one forward pass at most, without and with images, so that they fit into memory."""


class RewardModel:
    """The learned reward: an ensemble of networks fitted to judgements (Christiano et al. 2017).

    Args:
        observation_space: of one environment, as the agent's environment gives it.
        action_space: of one environment.
        settings: of the networks and the fit.
        seed: of the first weights, the bootstrap samples and the order of the batches.
        device: ``"auto"`` takes CUDA where it is there.

    Raises:
        ValueError: if a space is not supported.

    >>> import gymnasium as gym, numpy as np
    >>> env = gym.make("CartPole-v1")
    >>> model = RewardModel(env.observation_space, env.action_space, seed=0)
    >>> model.predict(np.zeros((5, 4), np.float32), np.zeros(5, np.int64)).shape
    (5,)
    """

    def __init__(
        self,
        observation_space: gym.Space[Any],
        action_space: gym.Space[Any],
        settings: RewardModelSettings | None = None,
        *,
        seed: int = 0,
        device: str = "auto",
    ) -> None:
        self.settings = settings or RewardModelSettings()
        self.observation_space, self.action_space = observation_space, action_space
        self.spec = input_spec(observation_space, action_space)
        self.seed = seed
        self._chunk = IMAGE_CHUNK if self.spec.images else CHUNK
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        self.device = torch.device(device)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.networks = RewardNetworks(
                self.settings.members,
                self.spec.features,
                self.spec.images,
                self.settings.hidden,
                self.settings.filters,
            ).to(self.device)
        self.judged = JudgedQueries(self.spec, self.settings.members, seed, self.device)
        self.version = 0
        """Grows by one whenever predictions change."""
        self._optimizer = torch.optim.AdamW(
            self.networks.parameters(),
            lr=self.settings.learning_rate,
            weight_decay=self.settings.weight_decay,
            fused=True,
        )
        self._rng = np.random.default_rng([seed, 1])
        self._offset = torch.zeros(self.settings.members, 1, device=self.device)
        self._scale = torch.ones(self.settings.members, 1, device=self.device)
        self._can_be_small = self.device.type == "cpu" and not self.spec.images
        self._small: tuple[int, SmallBatches] | None = None

    def predict(self, observations: Observations, actions: Array) -> npt.NDArray[np.float32]:
        """The learned reward of each of ``n`` steps: ``(n,)`` float32.

        The mean of the members, each normalised by itself to mean 0 and deviation 1 over recent
        experience (see `normalise`); so its own deviation is 1 where they agree, else less.
        """
        inputs = self.spec.encode(observations, actions)
        if len(actions) <= SMALL_BATCH and self._can_be_small:
            if self._small is None or self._small[0] != self.version:
                networks = SmallBatches(self.networks, self._offset, self._scale)
                self._small = (self.version, networks)
            return self._small[1](inputs.vector.numpy())
        with torch.inference_mode():
            raw = self._raw(inputs)
            normalised = ((raw - self._offset) / self._scale).mean(dim=0)
            return normalised.cpu().numpy()

    def predict_each(self, observations: Observations, actions: Array) -> npt.NDArray[np.float32]:
        """The reward of each of ``n`` steps by each member, not normalised: ``(members, n)``."""
        with torch.inference_mode():
            raw = self._raw(self.spec.encode(observations, actions))
            return raw.cpu().numpy()

    def predict_returns(
        self, observations: Observations, actions: Array, mask: Array
    ) -> npt.NDArray[np.float32]:
        """The return of each of ``n`` padded clips by each member, not normalised.

        Args:
            observations: ``(n, length, *obs)``.
            actions: ``(n, length, *act)``.
            mask: ``(n, length)``, the steps that count.

        Returns:
            ``(members, n)``.
        """
        n, length = mask.shape
        flat = map_leaves(lambda leaf: leaf.reshape(n * length, *leaf.shape[2:]), observations)
        each = self.predict_each(flat, actions.reshape(n * length, *actions.shape[2:]))
        return np.asarray((each.reshape(-1, n, length) * mask).sum(axis=2))

    def normalised_returns(self, returns: Array, mask: Array) -> npt.NDArray[np.float32]:
        """Learned returns ``(n,)`` on the scale of `predict`, from what `predict_returns` gave."""
        offset, scale = self._offset.cpu().numpy(), self._scale.cpu().numpy()
        normalised = (returns - offset * mask.sum(axis=1)) / scale
        return np.asarray(normalised.mean(axis=0), dtype=np.float32)

    def _raw(self, inputs: Inputs) -> Tensor:
        n = len(inputs.vector)
        if n <= self._chunk:
            return self.networks(inputs.to(self.device))  # type: ignore[no-any-return]
        parts = torch.split(torch.arange(n), self._chunk)
        return torch.cat([self.networks(inputs[part].to(self.device)) for part in parts], dim=1)

    def standardise_inputs(self, observations: Observations, actions: Array) -> None:
        """Scale the vector inputs to these steps' mean and deviation; predictions do not change."""
        vector = self.spec.encode(observations, actions).vector
        std = vector.std(dim=0)
        std = torch.where(std < 1e-3, torch.ones_like(std), std)
        self.networks.standardise(vector.mean(dim=0).to(self.device), std.to(self.device))

    def normalise(self, observations: Observations, actions: Array) -> None:
        """Normalise each member's reward to mean 0 and deviation 1 over these steps."""
        with torch.inference_mode():
            raw = self._raw(self.spec.encode(observations, actions))
            self._offset = raw.mean(dim=1, keepdim=True)
            self._scale = raw.std(dim=1, keepdim=True).clamp(min=1e-3)
        self.version += 1

    def fit(self, updates: int | None = None) -> int:
        """Fit the ensemble to all judged queries; returns the gradient steps taken.

        Goes on from the present weights, and stops early when nothing is left to learn: the
        training loss is at its floor, or the held-out loss has risen twice in a row. The L2
        regularisation grows while the held-out loss is more than 1.5 times the training loss and
        shrinks while it is less than 1.1 times (Christiano et al. 2017, section 2.2.3).

        Args:
            updates: gradient steps at most; by default as the settings say.
        """
        known = torch.nonzero(~self.judged.labels.isnan()).squeeze(1)
        if len(known) == 0:
            return 0
        labels, weights = self.judged.labels, self.judged.weights
        inputs, mask = self.judged.stacked()
        floor = cross_entropy_floor(labels[known])
        batches = self._batches(known, self.settings.batch_size)
        taken = rises = 0
        some = next(self._batches(known, EVALUATED))
        looked_at = (inputs[some], mask[some], labels[some], weights[:, some])
        train, held_out = self._evaluate(*looked_at)
        while taken < (updates or self.settings.updates) and rises < PATIENCE:
            if train < floor * (1 + TOLERANCE):
                break
            for _ in range(min(CHECK_EVERY, (updates or self.settings.updates) - taken)):
                chosen = next(batches)
                self._update(inputs[chosen], mask[chosen], labels[chosen], weights[:, chosen])
                taken += 1
            before = held_out
            train, held_out = self._evaluate(*looked_at)
            rises = rises + 1 if held_out > before else 0
        self._regularise(held_out / train)
        self.version += 1
        return taken

    def _batches(self, rows: Tensor, size: int) -> Iterator[Tensor]:
        """Endless random batches of ``rows``; every row once before any again."""
        n = len(rows)
        size = min(size, n)
        while True:
            order = rows[torch.from_numpy(self._rng.permutation(n)).to(self.device)]
            for start in range(0, n - size + 1, size):
                yield order[start : start + size]

    def _update(self, inputs: Inputs, mask: Tensor, labels: Tensor, weights: Tensor) -> None:
        """One gradient step of all members."""
        loss = cross_entropy(self._probabilities(inputs, mask), labels)
        mean = (loss * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1.0)
        self._optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(mean.sum())
        self._optimizer.step()

    @torch.no_grad()
    def _evaluate(
        self, inputs: Inputs, mask: Tensor, labels: Tensor, weights: Tensor
    ) -> tuple[float, float]:
        """Mean training loss and mean held-out loss of the members (NaN where none is held out)."""
        loss = cross_entropy(self._all_probabilities(inputs, mask), labels)
        train = (loss * weights).sum() / weights.sum()
        return train.item(), loss[weights == 0].mean().item()

    def _regularise(self, ratio: float) -> None:
        """Adapt the L2 regularisation to held-out loss / training loss."""
        group = self._optimizer.param_groups[0]
        if ratio > 1.5:
            group["weight_decay"] = min(group["weight_decay"] * 1.5, MAX_WEIGHT_DECAY)
        elif ratio < 1.1:
            least = self.settings.weight_decay * LEAST_WEIGHT_DECAY
            group["weight_decay"] = max(group["weight_decay"] / 1.5, least)

    def _all_probabilities(self, inputs: Inputs, mask: Tensor) -> Tensor:
        """As `_probabilities`, of any number of queries: not more of them at once than fit."""
        parts = torch.split(torch.arange(len(mask)), max(self._chunk // (2 * mask.shape[2]), 1))
        each = [self._probabilities(inputs[part], mask[part]) for part in parts]
        return torch.cat(each, dim=1)

    def _probabilities(self, inputs: Inputs, mask: Tensor) -> Tensor:
        """Probability ``(members, n)`` that the first clip is preferred, for ``n`` queries."""
        rewards = self.networks(_flatten(inputs)).reshape(-1, *mask.shape)
        returns = (rewards * mask).sum(dim=3)
        return preference_probability(returns[..., 0], returns[..., 1])

    def diagnostics(self) -> Diagnostics:
        """How far the ensemble can be trusted, from the judged queries alone."""
        labels = self.judged.labels
        known = torch.nonzero(~labels.isnan()).squeeze(1)
        if len(known) == 0:
            return diagnose(
                np.empty((self.settings.members, 0)),
                np.empty((self.settings.members, 0)),
                np.empty(0),
            )
        inputs, mask = self.judged.stacked()
        with torch.inference_mode():
            probability = self._all_probabilities(inputs[known], mask[known])
        return diagnose(
            probability.cpu().numpy(),
            self.judged.weights[:, known].cpu().numpy(),
            labels[known].cpu().numpy(),
        )

    def weights(self) -> dict[str, Tensor]:
        """All that `predict` depends on, as the tensors that are in use."""
        return {**self.networks.state_dict(), "offset": self._offset, "scale": self._scale}

    def load_weights(self, weights: dict[str, Tensor]) -> None:
        """Take over copies of what `weights` gave; predictions change."""
        networks = dict(weights)
        self._offset = networks.pop("offset").clone()
        self._scale = networks.pop("scale").clone()
        self.networks.load_state_dict(networks)
        self.version += 1

    def state(self) -> dict[str, Any]:
        """Everything but the judged queries, as tensors and plain data."""
        return {
            "settings": asdict(self.settings),
            "seed": self.seed,
            "features": self.spec.features,
            "images": list(self.spec.images),
            "networks": self.networks.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "offset": self._offset,
            "scale": self._scale,
            "version": self.version,
            "rng": self._rng.bit_generator.state,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave.

        Raises:
            ValueError: if it comes from a model of other spaces or sizes.
        """
        images = [tuple(image) for image in state["images"]]
        mine, its = self.settings, state["settings"]
        ours = (self.spec.features, list(self.spec.images), tuple(mine.hidden), mine.filters)
        theirs = (state["features"], images, tuple(its["hidden"]), its["filters"])
        if theirs != ours or its["members"] != mine.members:
            raise ValueError(
                f"these weights do not fit: they are of {its['members']} members with (features, "
                f"images, hidden, filters) = {theirs}, but this model has {mine.members} members "
                f"with {ours}; use the environment and the settings that they were trained with"
            )
        self.networks.load_state_dict(state["networks"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._offset = state["offset"].to(self.device)
        self._scale = state["scale"].to(self.device)
        self.version, self._small = state["version"], None
        self._rng.bit_generator.state = state["rng"]

    def save(self, path: str | Path) -> None:
        """Write the model to a file that `load` reads; tensors and plain data, no pickled code."""
        path = Path(path)
        part = path.with_name(path.name + ".part")
        torch.save(self.state(), part)
        os.replace(part, path)

    @classmethod
    def load(
        cls,
        path: str | Path,
        observation_space: gym.Space[Any],
        action_space: gym.Space[Any],
        *,
        device: str = "auto",
    ) -> RewardModel:
        """Read a model that `save` wrote.

        Raises:
            ValueError: if the file is no reward model or was made for other spaces.
            OSError: if there is no such file, or it cannot be read.
        """
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
            settings = RewardModelSettings(
                **{**state["settings"], "hidden": tuple(state["settings"]["hidden"])}
            )
            seed = int(state["seed"])
        except OSError:
            raise
        except Exception as error:
            raise ValueError(
                f"{path} holds no reward model; give a file that RewardModel.save wrote"
            ) from error
        model = cls(observation_space, action_space, settings, seed=seed, device=device)
        model.load_state(state)
        return model


def _flatten(inputs: Inputs) -> Inputs:
    """Merge the leading axes ``(n, 2, length)``."""
    return Inputs(
        inputs.vector.flatten(0, 2), tuple(image.flatten(0, 2) for image in inputs.images)
    )

"""RewardModel: an ensemble that learns from judged queries and predicts normalised rewards."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from rlhf_gym.clips.observations import Array, Observations, map_leaves
from rlhf_gym.clips.steps import After
from rlhf_gym.reward_model.dataset import JudgedQueries
from rlhf_gym.reward_model.diagnostics import Diagnostics, diagnose
from rlhf_gym.reward_model.fitting import Fitting
from rlhf_gym.reward_model.inputs import Inputs, input_spec
from rlhf_gym.reward_model.networks import RewardNetworks
from rlhf_gym.reward_model.settings import RewardModelSettings
from rlhf_gym.reward_model.small_batches import SmallBatches

__all__ = ["RewardModel"]

SMALL_BATCH = 256
"""So many steps at most are predicted in numpy."""
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
        self.spec = input_spec(
            observation_space,
            action_space,
            changes=self.settings.changes,
            actions=self.settings.actions,
        )
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
                batch_norm=self.settings.batch_norm,
                dropout=self.settings.dropout,
                clip_inputs=self.settings.clip_inputs,
            )
        self.networks.eval().to(self.device)
        self.judged = JudgedQueries(self.spec, self.settings.members, seed, self.device)
        self.version = 0
        """Grows by one whenever predictions change."""
        rng = np.random.default_rng([seed, 1])
        self._fitting = Fitting(self.networks, self.settings, self._chunk, rng)
        self._offset = torch.zeros(self.settings.members, 1, device=self.device)
        self._scale = torch.ones(self.settings.members, 1, device=self.device)
        self._after_end = torch.full((), torch.nan, device=self.device)
        self._can_be_small = self.device.type == "cpu" and not self.spec.images
        self._small: tuple[int, SmallBatches] | None = None

    def predict(
        self,
        observations: Observations,
        actions: Array,
        after: After | None = None,
        *,
        over: Array | None = None,
    ) -> npt.NDArray[np.float32]:
        """The learned reward of each of ``n`` steps: ``(n,)`` float32.

        The mean of the members, each normalised by itself to mean 0 and deviation 1 over recent
        experience (see `normalise`); so its own deviation is 1 where they agree, else less.

        Args:
            observations: ``(n, *obs)``.
            actions: ``(n, *act)``.
            after: what the steps led to; needed where the settings say ``changes=True``, here and
                below.
            over: ``(n,)`` bool, the steps behind the end of an episode: they all get one reward
                after `level_after_end`. By default none is.
        """
        rewards = self._predict(self.spec.encode(observations, actions, after))
        if over is not None and not self._after_end.isnan():
            rewards[over] = float(self._after_end)
        return rewards

    def _predict(self, inputs: Inputs) -> npt.NDArray[np.float32]:
        if len(inputs.vector) <= SMALL_BATCH and self._can_be_small:
            if self._small is None or self._small[0] != self.version:
                networks = SmallBatches(self.networks, self._offset, self._scale)
                self._small = (self.version, networks)
            return self._small[1](inputs.vector.numpy())
        with torch.inference_mode():
            raw = self._raw(inputs)
            normalised = ((raw - self._offset) / self._scale).mean(dim=0)
            return normalised.cpu().numpy()

    def predict_each(
        self,
        observations: Observations,
        actions: Array,
        after: After | None = None,
    ) -> npt.NDArray[np.float32]:
        """The reward of each of ``n`` steps by each member, not normalised: ``(members, n)``."""
        with torch.inference_mode():
            raw = self._raw(self.spec.encode(observations, actions, after))
            return raw.cpu().numpy()

    def predict_returns(
        self,
        observations: Observations,
        actions: Array,
        mask: Array,
        after: After | None = None,
    ) -> npt.NDArray[np.float32]:
        """The return of each of ``n`` padded clips by each member, not normalised.

        Args:
            observations: ``(n, length, *obs)``.
            actions: ``(n, length, *act)``.
            mask: ``(n, length)``, the steps that count.
            after: ``(n, length, *obs)`` and ``(n, length)``.

        Returns:
            ``(members, n)``.
        """
        n, length = mask.shape

        def flat(leaf: Array) -> Array:
            return np.reshape(leaf, (n * length, *leaf.shape[2:]))

        if after is not None:
            after = After(map_leaves(flat, after.observations), flat(after.ended))
        each = self.predict_each(map_leaves(flat, observations), flat(actions), after)
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

    def standardise_inputs(
        self,
        observations: Observations,
        actions: Array,
        after: After | None = None,
    ) -> None:
        """Scale the vector inputs to these steps' mean and deviation.

        Predictions do not change, but for inputs that are clipped (``clip_inputs``).
        """
        if self.spec.features == 0:
            return
        vector = self.spec.encode(observations, actions, after).vector
        std = vector.std(dim=0)
        std = torch.where(std < 1e-3, torch.ones_like(std), std)
        mean = vector.mean(dim=0)
        if self.spec.changes:  # ends are so rare that they would lie far from all else
            mean[-1], std[-1] = 0.0, 1.0
        self.networks.standardise(mean.to(self.device), std.to(self.device))

    def normalise(
        self,
        observations: Observations,
        actions: Array,
        after: After | None = None,
    ) -> None:
        """Normalise each member's reward to mean 0 and deviation 1 over these steps."""
        with torch.inference_mode():
            raw = self._raw(self.spec.encode(observations, actions, after))
            self._offset = raw.mean(dim=1, keepdim=True)
            self._scale = raw.std(dim=1, keepdim=True).clamp(min=1e-3)
        self.version += 1

    def shift_to_zero(
        self,
        observations: Observations,
        actions: Array,
        after: After | None = None,
    ) -> None:
        """Shift each member's reward so that its mean over these steps is 0.

        Preferences between clips of one length do not tell from where rewards are counted. Where
        something is known to be worth nothing, that does.
        """
        with torch.inference_mode():
            raw = self._raw(self.spec.encode(observations, actions, after))
            self._offset = raw.mean(dim=1, keepdim=True)
        self.version += 1

    def level_after_end(
        self,
        observations: Observations,
        actions: Array,
        after: After | None = None,
    ) -> None:
        """Pay for each step behind an end, from now on, the mean prediction for these ``n``.

        Where all ends are alike, what they leave behind is one absorbing state, or else the agent
        seeks the pleasantest way to fail.
        """
        inputs = self.spec.encode(observations, actions, after)
        self._after_end.fill_(float(self._predict(inputs).mean()))
        self.version += 1

    def fit(self, updates: int | None = None) -> int:
        """Fit the ensemble to all judged queries, see `Fitting`; returns the gradient steps taken.

        Args:
            updates: gradient steps at most; by default as the settings say.
        """
        taken = self._fitting.fit(self.judged, updates or self.settings.updates)
        self.version += taken > 0
        return taken

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
        with torch.inference_mode():
            probability = self._fitting.probabilities(self.judged, known)
        return diagnose(
            probability.cpu().numpy(),
            self.judged.weights[:, known].cpu().numpy(),
            labels[known].cpu().numpy(),
        )

    def weights(self) -> dict[str, Tensor]:
        """All that `predict` depends on, as the tensors that are in use."""
        normalisation = {"offset": self._offset, "scale": self._scale}
        return {**self.networks.state_dict(), **normalisation, "after_end": self._after_end}

    def load_weights(self, weights: dict[str, Tensor]) -> None:
        """Take over copies of what `weights` gave; predictions change."""
        networks = dict(weights)
        self._offset = networks.pop("offset").clone()
        self._scale = networks.pop("scale").clone()
        self._after_end = networks.pop("after_end").clone()
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
            "optimizer": self._fitting.optimizer.state_dict(),
            "offset": self._offset,
            "scale": self._scale,
            "after_end": self._after_end,
            "version": self.version,
            "rng": self._fitting.rng.bit_generator.state,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave.

        Raises:
            ValueError: if it comes from a model of other spaces or sizes.
        """
        ours, theirs = _sizes(self.state()), _sizes(state)
        if theirs != ours:
            raise ValueError(
                f"these weights do not fit: they are of a model with {theirs}, but this one has "
                f"{ours}; use the environment and the settings that they were trained with"
            )
        self.networks.load_state_dict(state["networks"])
        self._fitting.optimizer.load_state_dict(state["optimizer"])
        self._offset = state["offset"].to(self.device)
        self._scale = state["scale"].to(self.device)
        self._after_end = state["after_end"].to(self.device)
        self.version, self._small = state["version"], None
        self._fitting.rng.bit_generator.state = state["rng"]

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


def _sizes(state: dict[str, Any]) -> dict[str, Any]:
    """What must agree for the weights of one model to be those of another."""
    settings = state["settings"]
    return {
        "members": settings["members"],
        "features": state["features"],
        "images": [tuple(image) for image in state["images"]],
        "hidden": tuple(settings["hidden"]),
        "filters": settings["filters"],
        "batch_norm": settings.get("batch_norm", False),
    }

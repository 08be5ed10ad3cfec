"""RewardEnsemble: networks that learn from labels and predict normalised rewards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from rlhf_gym.basics.checks import Seed, check_arguments
from rlhf_gym.basics.durable import replacing
from rlhf_gym.basics.heap import give_back
from rlhf_gym.clips.observations import Array
from rlhf_gym.clips.steps import Transitions
from rlhf_gym.feedback.query import Query
from rlhf_gym.reward_model.dataset import PreferenceDataset
from rlhf_gym.reward_model.devices import Device
from rlhf_gym.reward_model.diagnostics import Diagnostics, diagnose
from rlhf_gym.reward_model.filled_in import filled_in
from rlhf_gym.reward_model.fitting import Fitting
from rlhf_gym.reward_model.inputs import Inputs, input_spec
from rlhf_gym.reward_model.likelihoods import LIKELIHOODS, Likelihood, answer_probability
from rlhf_gym.reward_model.networks import new_networks
from rlhf_gym.reward_model.scale import RewardScale, standardisation
from rlhf_gym.reward_model.settings import RewardModelSettings, with_new_names
from rlhf_gym.reward_model.small_batches import SmallBatches
from rlhf_gym.wrappers.old_reward_function import from_old_form

__all__ = ["RewardEnsemble"]

SMALL_BATCH = 256
"""Number of steps up to which rewards are predicted in numpy."""
CHUNK, IMAGE_CHUNK = 16_384, 256
"""Steps in one forward pass at most, without and with images, so that they fit into memory."""


class RewardEnsemble:
    """The learned reward: an ensemble of networks fitted to labels (Christiano et al. 2017).

    It is a `RewardModel`.

    Args:
        observation_space: of one environment, as the agent's environment gives it.
        action_space: of one environment.
        settings: of the networks and the fit.
        seed: of the first weights, the bootstrap samples and the order of the batches.
        device: ``"auto"`` takes CUDA where it is available.
        anchored: whether an episode that has terminated is worth nothing from then on: the zero
            of rewards is what the members predict, on average, for the steps behind an end. Before
            there was an end, the mean reward is 0, so that none is sought or avoided.
        likelihoods: how likely answers are under learned returns, by kind of answer.

    Attributes:
        version: grows whenever predictions change.
        anchored: as given.

    Raises:
        ValueError: if a space is not supported.

    >>> import gymnasium as gym, numpy as np
    >>> env = gym.make("CartPole-v1")
    >>> model = RewardEnsemble(env.observation_space, env.action_space, seed=0)
    >>> steps = Transitions.within_episodes(np.zeros((5, 4), np.float32), np.zeros(5, np.int64))
    >>> model.predict(steps).shape
    (5,)
    """

    def __init__(
        self,
        observation_space: gym.Space[Any],
        action_space: gym.Space[Any],
        settings: RewardModelSettings | None = None,
        *,
        seed: Seed = 0,
        device: Device = "auto",
        anchored: bool = False,
        likelihoods: Mapping[str, Likelihood] = LIKELIHOODS,
    ) -> None:
        check_arguments(RewardEnsemble.__init__, locals())
        self.settings = filled_in(settings or RewardModelSettings(), observation_space)
        self.observation_space, self.action_space = observation_space, action_space
        self.spec = input_spec(
            observation_space,
            action_space,
            uses_next_observations=self.settings.uses_next_observations,
            actions=self.settings.actions,
            sees_absorbing=anchored,
        )
        self.seed, self.version, self.anchored = seed, 0, anchored
        self._chunk = IMAGE_CHUNK if self.spec.images else CHUNK
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        self.device = torch.device(device)
        self.networks = new_networks(self.spec, self.settings, seed).eval().to(self.device)
        self.dataset = PreferenceDataset(self.spec, self.settings.members, seed, self.device)
        rng = np.random.default_rng([seed, 1])
        self._fitting = Fitting(
            self.networks, self.settings, self._chunk, rng, likelihoods["comparison"]
        )
        self.scale = RewardScale(self.settings.members, self.device)
        self._can_be_small = self.device.type == "cpu" and not self.spec.images
        self._small: tuple[int, SmallBatches] | None = None

    @property
    def uses_next_observations(self) -> bool:
        """Whether the networks see what a step led to."""
        return self.spec.uses_next_observations

    def predict(self, transitions: Transitions, *old: Any, **over: Any) -> npt.NDArray[np.float32]:
        """Return the learned reward ``(n,)`` float32 of each of ``n`` steps.

        The mean of the members, each normalised by itself to mean 0 and deviation 1 over recent
        experience (see `normalise`); so its own deviation is 1 where they agree, else less.
        (Observations, actions and what followed, as in version 0.1.0, work with a warning.)
        """
        if old:
            transitions = from_old_form(transitions, *old, **over)  # type: ignore[arg-type]
        return self.scale.with_absorbing(self._predict(transitions), transitions.absorbing)

    def _predict(self, transitions: Transitions) -> npt.NDArray[np.float32]:
        if len(transitions) <= SMALL_BATCH and self._can_be_small:
            if self._small is None or self._small[0] != self.version:
                networks = SmallBatches(self.networks, self.scale.offset, self.scale.scale)
                self._small = (self.version, networks)
            return self._small[1](self.spec.vector(transitions))
        with torch.inference_mode():
            raw = self._raw(self.spec.encode(transitions))
            return self.scale.each(raw).mean(dim=0).cpu().numpy()

    def predict_each(
        self, transitions: Transitions, *, normalised: bool = False
    ) -> npt.NDArray[np.float32]:
        """Return the reward of each of ``n`` steps by each member: ``(members, n)``.

        Args:
            transitions: the steps; absorbing ones are predicted as others are.
            normalised: whether each member's rewards are on the scale of `predict`.
        """
        with torch.inference_mode():
            raw = self._raw(self.spec.encode(transitions))
            return (self.scale.each(raw) if normalised else raw).cpu().numpy()

    def predict_returns(self, transitions: Transitions, mask: Array) -> npt.NDArray[np.float32]:
        """Return ``(members, n)`` returns of padded clips, see `RewardModel.predict_returns`.

        If it is anchored, clips that an end cuts short are as long as others: the steps behind the
        end, of which each is worth 0, need not be given.
        """
        each = self.predict_each(transitions.flat())
        if self.anchored:
            each -= self.scale.offset.cpu().numpy()
        return np.asarray((each.reshape(-1, *mask.shape) * mask).sum(axis=2))

    def predict_preference(self, query: Query) -> float:
        """Return the probability that a query's first clip is better, averaged over the members."""
        each = [self.predict_each(clip.transitions).sum(axis=1) for clip in query.clips]
        returns = torch.from_numpy(np.stack(each, axis=-1))[:, None]  # (members, 1, 2)
        return float(answer_probability(self._fitting.likelihood, returns).mean())

    def _raw(self, inputs: Inputs) -> Tensor:
        n = len(inputs.vector)
        if n <= self._chunk:
            return self.networks(inputs.to(self.device))  # type: ignore[no-any-return]
        parts = torch.split(torch.arange(n), self._chunk)
        return torch.cat([self.networks(inputs[part].to(self.device)) for part in parts], dim=1)

    def standardise_inputs(self, transitions: Transitions) -> None:
        """Scale the vector inputs to these steps' mean and deviation.

        Predictions do not change, except for inputs that are clipped (``clip_inputs``).
        """
        self._standardise(self.spec.encode(transitions))

    def _standardise(self, inputs: Inputs) -> None:
        if self.spec.features:
            moments = standardisation(inputs.vector, self.spec.flags)
            self.networks.standardise(*(moment.to(self.device) for moment in moments))

    def normalise(
        self,
        recent: Transitions,
        absorbing: Transitions | None = None,
        *,
        valued_terminals: bool = False,
    ) -> None:
        """Standardise inputs, and set the scale of rewards, see `RewardModel.normalise`.

        Each member's reward gets mean 0 and deviation 1. If ``valued_terminals``, absorbing steps
        keep the rewards that are predicted for them, of which the mean becomes 0. If it is
        anchored, the mean that is predicted for absorbing steps becomes 0, and the root mean square
        of all others 1.
        """
        inputs = self.spec.encode(recent)
        self._standardise(inputs)
        with torch.inference_mode():
            anchor = None
            if self.anchored and absorbing is not None and len(absorbing):
                anchor = self._raw(self.spec.encode(absorbing))
            self.scale.normalise(self._raw(inputs), anchor)
        self.version += 1
        if self.spec.images:
            del inputs
            give_back()
        if self.anchored:
            self.scale.level_absorbing(0.0)
            return
        if absorbing is None or len(absorbing) == 0:
            return
        if valued_terminals:
            with torch.inference_mode():
                self.scale.shift_to_zero(self._raw(self.spec.encode(absorbing)))
        else:
            self.scale.level_absorbing(float(self._predict(absorbing).mean()))
        self.version += 1

    def update(self, labels: Mapping[int, float | None], queries: Mapping[int, Query]) -> None:
        """Take in new and changed labels, see `PreferenceDataset`; predictions stay."""
        self.dataset.update(labels, queries)

    def fit(self, new_labels: int | None = None, *, updates: int | None = None) -> int:
        """Fit the ensemble to all labels, see `Fitting`; returns the gradient steps taken.

        Args:
            new_labels: labels that have come since the last fit: few of them allow few gradient
                steps, as the settings say. By default that does not matter.
            updates: gradient steps at most; by default as the settings say.
        """
        if updates is None:
            updates = self.settings.updates
        if new_labels is not None:
            updates = min(updates, self.settings.updates_per_label * new_labels)
        taken = self._fitting.fit(self.dataset, updates)
        if self.spec.images:
            give_back()
        self.version += taken > 0
        return taken

    def diagnostics(self) -> Diagnostics:
        """Measure how well labels are predicted by the members that did not learn from them."""
        labels = self.dataset.labels
        known = torch.nonzero(~labels.isnan()).squeeze(1)
        if len(known) == 0:
            return Diagnostics()
        with torch.inference_mode():
            probability = self._fitting.probabilities(self.dataset, known)
        return diagnose(
            probability.cpu().numpy(),
            self.dataset.weights[:, known].cpu().numpy(),
            labels[known].cpu().numpy(),
            self._fitting.likelihood,
        )

    def weights(self) -> dict[str, Tensor]:
        """Return everything that `predict` depends on, as the tensors that are in use."""
        return {**self.networks.state_dict(), **self.scale.state()}

    def load_weights(self, weights: dict[str, Tensor]) -> None:
        """Take over copies of what `weights` gave; predictions change."""
        self.scale.load_state(weights)
        ours = self.networks.state_dict().keys()
        self.networks.load_state_dict({name: weights[name] for name in ours})
        self.version += 1

    def state(self) -> dict[str, Any]:
        """Return everything but the labels, as tensors and plain data."""
        return {
            "settings": asdict(self.settings),
            "seed": self.seed,
            "features": self.spec.features,
            "images": list(self.spec.images),
            "anchored": self.anchored,
            "networks": self.networks.state_dict(),
            "optimizer": self._fitting.optimizer.state_dict(),
            **self.scale.state(),
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
        self.scale.load_state(state)
        self.version, self._small = state["version"], None
        self.anchored = state.get("anchored", False)
        self._fitting.rng.bit_generator.state = state["rng"]

    def save(self, path: str | Path) -> None:
        """Write the model to a file that `load` reads; tensors and plain data, no pickled code."""
        with replacing(Path(path)) as unfinished:
            torch.save(self.state(), unfinished)

    @classmethod
    def load(
        cls,
        path: str | Path,
        observation_space: gym.Space[Any],
        action_space: gym.Space[Any],
        *,
        device: str = "auto",
    ) -> RewardEnsemble:
        """Read a model that `save` wrote.

        Raises:
            ValueError: if the file is no reward model or was made for other spaces.
            OSError: if there is no such file, or it cannot be read.
        """
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
            of_file = with_new_names(state["settings"])
            settings = RewardModelSettings(**{**of_file, "hidden": tuple(of_file["hidden"])})
            seed = int(state["seed"])
        except FileNotFoundError:
            raise FileNotFoundError(
                f"there is no reward model {path}: give a file that RewardEnsemble.save wrote"
            ) from None
        except OSError:
            raise
        except Exception as error:
            raise ValueError(
                f"{path} holds no reward model; give a file that RewardEnsemble.save wrote"
            ) from error
        model = cls(
            observation_space,
            action_space,
            settings,
            seed=seed,
            device=device,
            anchored=bool(state.get("anchored", False)),
        )
        model.load_state(state)
        return model


def _sizes(state: dict[str, Any]) -> dict[str, Any]:
    """Return what two models must have in common to share weights."""
    settings = state["settings"]
    return {
        "members": settings["members"],
        "features": state["features"],
        "images": [tuple(image) for image in state["images"]],
        "hidden": tuple(settings["hidden"]),
        "filters": settings["filters"],
        "batch_norm": settings.get("batch_norm", False),
    }

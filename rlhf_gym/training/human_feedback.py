"""HumanFeedback: the plug-in. The only composer of clips, queries, teachers and reward model."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import CSVOutputFormat
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm
from stable_baselines3.common.type_aliases import TrainFreq, TrainFrequencyUnit
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym.agents.a3c.agent import A3C
from rlhf_gym.agents.relabelling import relabel
from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.observations import Array
from rlhf_gym.clips.steps import Transitions
from rlhf_gym.environments.checks import check_venv
from rlhf_gym.environments.description import (
    clip_steps,
    describe_venv,
    env_id_of,
    environment_record,
    frame_stack_of,
    horizon_of,
)
from rlhf_gym.feedback import FeedbackStore
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.presets import FeedbackSettings, feedback_of
from rlhf_gym.queries.schedule import Schedule
from rlhf_gym.queries.strategies import Strategy
from rlhf_gym.reward_model import RewardEnsemble, RewardModelSettings
from rlhf_gym.teachers import teacher_of
from rlhf_gym.teachers.teacher import AnswersQueries, Teacher, TeacherFunction
from rlhf_gym.training.a3c import share_with_workers
from rlhf_gym.training.asking import Asking
from rlhf_gym.training.checkpoints import load_checkpoint, save_checkpoint
from rlhf_gym.training.log import RunLog
from rlhf_gym.training.loop import Teaching
from rlhf_gym.training.warm_up import act_untrained, warm_up_steps
from rlhf_gym.wrappers.clip_recorder import ClipRecorder
from rlhf_gym.wrappers.learned_reward import VecLearnedReward

__all__ = ["HumanFeedback"]

Agent = TypeVar("Agent", bound=BaseAlgorithm)

FORGOTTEN = 250
"""Vector steps without a training of ours from which on the callback was forgotten."""
CHECKPOINT_SHARE = 20
"""Checkpoints take at most one second in so many."""


class HumanFeedback(BaseCallback):
    """Teach a stable-baselines3 agent by comparisons of clips (Christiano et al. 2017).

    `wrap` puts the learned reward in place of the environment's; as a callback of ``learn`` it
    then asks the teacher, fits the reward model, and logs both.

    Args:
        teacher: ``"window"`` (a person), ``"synthetic"`` (the oracle, which judges by the true
            reward, or by the environment's score where `score_of` knows one), a `Teacher`, or a
            function of two clips that says which is better.
        labels: how many answers to spend; "cannot tell" and skipped pairs are not counted. By
            default, here and where None stands below, what was measured to be good in that
            environment (see `preset_of`); a person is asked for less, on longer clips.
        clip_seconds: length of a clip at the environment's own frame rate.
        clip_length: length of a clip in steps, instead of ``clip_seconds``.
        strategy: which clips are asked about.
        schedule: when: ``"hyperbolic"``, ``"constant"``, or the share of the labels wanted at a
            share of training.
        first_share: share of the labels that is asked for before training.
        last_label: share of training at which the last one is asked for, so that the agent can
            still learn from it.
        reward_model: settings of the reward model.
        run: folder for the store, the clips and checkpoints. By default ``runs/ENV-DATE`` for a
            person, and none (all in memory) for other teachers.
        resume: go on with the run in that folder.
        seed: of the choice of queries and of the reward model.
        wait: whether training waits for a person behind the first labels: by default when it is
            more than 8 labels ahead of her; True: for every answer; False: never.
        ends_differ: whether episodes can end well or badly, as with a landing or a crash. More
            clips then show an end, others are compared with one behind it, in which nothing
            happens, and what is behind ends is worth nothing on average; else it is always paid
            alike. By default as the environment's ``metadata["ends_differ"]`` says, or what is
            known of Gymnasium's.
        goal: what the agent shall do, shown to a person; by default the environment's own.
        tie_breaker: what decides between two clips that seem equal.
        annotator: name of the person.
        memory_bytes: bound of the clip buffer.
        device: of the reward model; ``"auto"`` takes CUDA where it is there.
        warm_up_steps: steps of the untrained agent from which the first clips are cut; by default
            a tenth of training, at most 2048 but at least two clips of each environment; in
            short trainings half of it.
        checkpoint_seconds: time between two checkpoints (with a run folder).
        settings: how feedback is collected, with no value left to the preset; what is given beside
            them comes in place of theirs.

    Raises:
        ValueError: if a setting cannot work; said before any time is spent.

    >>> from stable_baselines3 import PPO
    >>> from rlhf_gym import HumanFeedback, make_vec_env
    >>> feedback = HumanFeedback("synthetic", labels=8)
    >>> env = feedback.wrap(make_vec_env("CartPole-v1", n_envs=2, seed=0))
    >>> agent = PPO("MlpPolicy", env, n_steps=128, seed=0, device="cpu")
    >>> _ = agent.learn(2000, callback=feedback)
    >>> feedback.labels_given
    8
    """

    def __init__(
        self,
        teacher: str | Teacher | AnswersQueries | TeacherFunction = "window",
        labels: int | None = None,
        *,
        clip_seconds: float | None = None,
        clip_length: int | None = None,
        strategy: Strategy | None = None,
        schedule: Schedule | None = None,
        first_share: float | None = None,
        last_label: float | None = None,
        reward_model: RewardModelSettings | None = None,
        run: str | Path | None = None,
        resume: bool = False,
        seed: int = 0,
        wait: bool | None = None,
        ends_differ: bool | None = None,
        goal: str | None = None,
        tie_breaker: str | None = None,
        annotator: str | None = None,
        memory_bytes: int | None = None,
        device: str = "auto",
        warm_up_steps: int | None = None,
        checkpoint_seconds: float | None = None,
        settings: FeedbackSettings | None = None,
    ) -> None:
        super().__init__()
        given: dict[str, Any] = {
            "labels": labels,
            "clip_seconds": clip_seconds,
            "clip_length": clip_length,
            "strategy": strategy,
            "schedule": schedule,
            "first_share": first_share,
            "last_label": last_label,
            "reward_model": reward_model,
            "valued_terminals": ends_differ,
            "memory_bytes": memory_bytes,
            "warm_up_steps": warm_up_steps,
            "checkpoint_seconds": checkpoint_seconds,
        }
        self._given = {name: value for name, value in given.items() if value is not None}
        self.settings = replace(settings or FeedbackSettings(), **self._given)
        self._settings_are_whole = settings is not None
        self.teacher = teacher_of(teacher, seed=seed, annotator=annotator)
        self._is_the_oracle = teacher == "synthetic"
        self.teacher.check()
        self.wait = wait
        self.run = None if run is None else RunFolder(Path(run))
        self.resuming, self.seed = resume, seed
        self.goal, self.tie_breaker = goal, tie_breaker
        self.device = device
        self._warm_up_taken = 0
        self._warmed_up = self._stopped = self._began = False
        self._steps_without = 0
        self._csv: CSVOutputFormat | None = None
        self._relabelled: OffPolicyAlgorithm | None = None
        self._publish: Callable[[], None] | None = None
        self._relabels = False
        self._checkpoint_due = time.monotonic() + self.settings.checkpoint_seconds

    def wrap(self, venv: VecEnv) -> VecEnv:
        """Record the steps of ``venv`` as clips and put the learned reward in place of its own.

        Raises:
            ValueError: if a space is not supported, a clip is longer than an episode, the run
                folder is in use, or a person is to label an environment that cannot be drawn.
        """
        if not isinstance(venv, VecEnv):
            raise ValueError(
                f"wrap needs a vector environment, but was given {venv!r}: build it with "
                "rlhf_gym.make_vec_env(ENV_ID, n_envs=8)"
            )
        env_id = env_id_of(venv)
        if not self._settings_are_whole:
            self.settings = feedback_of(env_id, self._given, person=self.teacher.live)
        length = self.settings.clip_length or clip_steps(venv, self.settings.clip_seconds)
        check_venv(venv, length, person=self.teacher.live)
        if self._is_the_oracle:
            self.teacher = teacher_of("synthetic", seed=self.seed, env_id=env_id)
        self._make_reward_model(venv, env_id, length)
        if self.run is None and self.teacher.live:
            self.run = RunFolder.new(env_id)
            print(f"run folder: {self.run.path}")  # `rlhf-gym label` wants to be told
        self.store = self._open_store(venv)
        self.log = RunLog(self.store, self.run, self.settings.labels, venv.num_envs)
        self._make_teaching()
        self.recorder = ClipRecorder(venv, self.buffer)
        self.learned_reward = VecLearnedReward(self.recorder, self._predict)
        return self.learned_reward

    def _make_reward_model(self, venv: VecEnv, env_id: str, length: int) -> None:
        """The reward model, and the buffer from which it is asked about clips."""
        self.reward_model = RewardEnsemble(
            venv.observation_space,
            venv.action_space,
            self.settings.reward_model,
            seed=self.seed,
            device=self.device,
        )
        valued = self.settings.valued_terminals
        self.buffer = ClipBuffer(
            venv.observation_space,
            venv.action_space,
            venv.num_envs,
            length,
            max_bytes=self.settings.memory_bytes,
            frame_stack=frame_stack_of(venv),
            valued_terminals=describe_venv(venv).valued_terminals if valued is None else valued,
            keep_next=self.reward_model.uses_next_observations,
            env_id=env_id,
        )

    def _make_teaching(self) -> None:
        """What asks for labels, learns from them, and pays the agent."""
        rng = np.random.default_rng([self.seed, 3])
        self.asking = Asking(
            self.teacher,
            self.store,
            self.buffer,
            labels=self.settings.labels,
            strategy=self.settings.strategy,
            repeats=self.settings.repeats,
            seed=self.seed,
        )
        self.teaching = Teaching(
            self.asking,
            self.reward_model,
            self.buffer,
            self.log,
            rng,
            schedule=self.settings.schedule,
            first_share=self.settings.first_share,
            last_label=self.settings.last_label,
            wait=self.wait,
        )

    def _open_store(self, venv: VecEnv) -> FeedbackStore:
        record = environment_record(venv, self.goal, self.tie_breaker)
        if self.run is None:
            return FeedbackStore.in_memory(environment=record)
        if self.resuming:
            store = FeedbackStore.open(self.run.store)
            store.check_environment(record)
            return store
        self.run.create()
        return FeedbackStore.create(self.run.store, environment=record)

    @property
    def labels_given(self) -> int:
        """Labels that the reward model learns from."""
        return self.asking.labels

    @property
    def stopped(self) -> bool:
        """Whether training was ended early, by `stop` or by a person who left too soon."""
        return self._stopped

    def stop(self) -> None:
        """End training after the present rollout, with a checkpoint where there is a run folder."""
        self.teaching.stopping = True

    def _predict(self, transitions: Transitions) -> Array:
        if not self._began:
            self._tell_of_the_callback()
        if self._relabels:  # nobody reads these rewards
            return np.zeros(len(transitions), np.float32)
        with self.log.timed("predict"):
            rewards = self.reward_model.predict(transitions)
        self.log.earned(rewards)
        return rewards

    def _tell_of_the_callback(self) -> None:
        """Warn, once, of a training that goes on without asking anybody."""
        self._steps_without += 1
        if self._steps_without == FORGOTTEN:
            warnings.warn(
                f"{FORGOTTEN} steps were taken in the environments of this feedback, but it is no "
                "callback of the training, so nobody is asked and nothing is learned: "
                "agent.learn(..., callback=feedback)",
                stacklevel=2,
            )

    def _on_training_start(self) -> None:
        if not hasattr(self, "recorder"):
            raise ValueError(
                "this feedback has wrapped no environment: train the agent on "
                "env = feedback.wrap(make_vec_env(...))"
            )
        self._stopped, self._began = False, True
        self._log_into_the_folder()
        if isinstance(self.model, OffPolicyAlgorithm) and self._relabelled is not self.model:
            self.relabel(self.model)
        if isinstance(self.model, A3C) and self._publish is None:
            self._publish = share_with_workers(
                self.model, self.reward_model, self.recorder, self.learned_reward
            )
        if self.run is not None:
            self.teacher.start(self.run.path)
        if not self._warmed_up:
            self._warm_up()
        if not (self.teaching.first_round_done or self.teaching.stopping):
            self.teaching.first_round(self.model)

    def _log_into_the_folder(self) -> None:
        """Let SB3's logger write what a report shows, unless it does already."""
        formats = self.logger.output_formats
        if self.run is not None and not any(isinstance(it, CSVOutputFormat) for it in formats):
            self._csv = CSVOutputFormat(str(self.run.next_progress()))
            formats.append(self._csv)

    def relabel(self, agent: OffPolicyAlgorithm, state: dict[str, Array] | None = None) -> None:
        """Let the agent's replay buffer pay what the newest reward model says, see `relabel`.

        Rewards are then predicted when a batch is sampled, and no longer at each step; unless
        VecNormalize scales them by the rewards of the steps.
        """
        relabel(
            agent,
            self.reward_model.predict,
            lambda: self.reward_model.version,
            self.recorder.observation_space,
            lambda: self.recorder.newest,
            state,
            uses_next_observations=self.reward_model.uses_next_observations,
        )
        normalize = agent.get_vec_normalize_env()
        self._relabelled = agent
        self._relabels = normalize is None or not normalize.norm_reward

    def _warm_up(self) -> None:
        """Let the untrained agent act, so that there are clips to ask about."""
        self.log.publish(self.model, 0, "warming up")
        one_clip = (self.buffer.clip_length + 1) * self.buffer.n_envs
        wanted = warm_up_steps(self.settings.warm_up_steps, self.model._total_timesteps, one_clip)
        while self._warm_up_taken < wanted and not self.teaching.stopping:
            dones, infos = act_untrained(self.model)
            self._episodes_ended(dones, infos)
            self._warm_up_taken += self.buffer.n_envs
            self.log.publish(self.model, 0, "warming up")
        self._warmed_up = not self.teaching.stopping
        self.num_timesteps = self.model.num_timesteps

    def _on_rollout_start(self) -> None:
        if self.teaching.stopping:
            self._stop()
            return
        self.teaching.round(self.model, self._progress())
        if self._publish is not None:
            self._publish()
        self.log.seconds["record"] = self.recorder.seconds
        self.log.publish(self.model, self.asking.labels, "training")
        self.log.write(
            self.logger,
            labels=self.asking.labels,
            asked=self.asking.asked,
            round=self.asking.round,
        )
        if self.run is not None and time.monotonic() >= self._checkpoint_due:
            self.checkpoint()

    def _stop(self) -> None:
        """Keep everything as it is before the rollout; its first step then ends training."""
        self._stopped = True
        if self.run is not None:
            self.checkpoint()

    def _on_step(self) -> bool:
        if not self._stopped:
            if self._publish is not None:  # predicted elsewhere, so not counted yet
                infos = self.locals["infos"]
                self.log.earned(np.array([info["learned_reward"] for info in infos]))
            self._episodes_ended(self.locals["dones"], self.locals["infos"])
        return not self._stopped

    def _on_training_end(self) -> None:
        self.log.publish(self.model, self.asking.labels, "stopped" if self._stopped else "done")
        if self.run is not None and not self._stopped:
            self.checkpoint()
        if self._csv is not None:
            self.logger.output_formats.remove(self._csv)
            self._csv.close()
            self._csv = None
        if self._stopped and self.run is not None and not self.run.config.exists():  # a script's
            print(
                f"stopped with everything saved in {self.run.path}; go on with "
                "HumanFeedback(run=..., resume=True) and restore"
            )
        self.teacher.stop()
        missing = self.settings.labels - self.asking.labels
        if missing > 0 and not (self.teacher.live or self._stopped):
            warnings.warn(
                f"{self.asking.labels} of {self.settings.labels} labels were given: the teacher "
                "skipped the others, or training was too short for clips to ask about",
                stacklevel=2,
            )
        self.teaching.stopping = False

    def _episodes_ended(self, dones: Array, infos: list[dict[str, Any]]) -> None:
        if not dones.any():
            return
        if self._relabels:
            for env in np.flatnonzero(dones):
                rewards = self.reward_model.predict(self.buffer.last_episode(int(env)))
                self.log.episode_returned(float(rewards.sum()))
        else:
            self.log.episodes_ended(dones)
        for info in infos:
            if "episode" in info:
                self.teacher.episode_ended(info["episode"]["r"], info["episode"]["l"])

    def _progress(self) -> float:
        """Share of training done, 1 at the last rollout in which a label can still be of use."""
        last = self.model._total_timesteps - self._rollout_steps() - self._warm_up_taken
        return (self.num_timesteps - self._warm_up_taken) / last if last > 0 else 1.0

    def _rollout_steps(self) -> int:
        """Steps of a rollout, at most."""
        train_every = getattr(self.model, "train_freq", None)
        if not isinstance(train_every, TrainFreq):
            return int(getattr(self.model, "n_steps", 1)) * self.buffer.n_envs
        if train_every.unit is TrainFrequencyUnit.STEP:
            return train_every.frequency * self.buffer.n_envs
        return train_every.frequency * (horizon_of(self.recorder.venv) or 1)

    def checkpoint(self) -> None:
        """Write all that is needed to go on from here into the run folder."""
        assert self.run is not None
        began = time.monotonic()
        save_checkpoint(self.run, self.model, self)
        took = time.monotonic() - began
        self._checkpoint_due = began + max(
            self.settings.checkpoint_seconds, CHECKPOINT_SHARE * took
        )

    def restore(self, algorithm: type[Agent], env: VecEnv, device: str = "auto") -> Agent:
        """The agent of the last checkpoint, on ``env = feedback.wrap(...)``.

        Needs ``resume=True``; go on with ``agent.learn(total - agent.num_timesteps,
        callback=feedback, reset_num_timesteps=False)``.

        Raises:
            FileNotFoundError: if the run stopped before its first checkpoint.
        """
        if self.run is None or not self.resuming:
            raise ValueError("restore needs HumanFeedback(run=FOLDER, resume=True)")
        return load_checkpoint(self.run, algorithm, env, self, device)

    def state(self) -> dict[str, Any]:
        """Counters and random state, as plain data."""
        return {
            "warm_up": [self._warm_up_taken, self._warmed_up],
            "teaching": self.teaching.state(),
            "recorder": [self.recorder.agent_step, self.recorder.seconds],
            "log": self.log.state(),
            "asking": self.asking.state(),
            "teacher": self.teacher.state(),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave, and the labels that are in the store."""
        self._warm_up_taken, self._warmed_up = state["warm_up"]
        self.recorder.agent_step, self.recorder.seconds = state["recorder"]
        self.log.load_state(state["log"])
        if state["teacher"] is not None:  # as it is in old checkpoints
            self.teacher.load_state(state["teacher"])
        asked = state.get("asking")
        if asked is None:  # an old checkpoint
            asked = {"round": state["teaching"]["round"], "rng": state["teaching"]["asking_rng"]}
        self.asking.load_state(asked)
        self.teaching.load_state(state["teaching"])

"""HumanFeedback: the plug-in, which joins teacher, queries, reward model and agent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym.basics.checks import Seed, Text, check_arguments
from rlhf_gym.environments.lookup import env_id_of
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.presets.feedback_settings import FeedbackSettings, Labels, Steps
from rlhf_gym.reward_model import RewardModel, RewardModelSettings
from rlhf_gym.reward_model.devices import Device
from rlhf_gym.teachers import teacher_of
from rlhf_gym.teachers.teacher import AnswersQueries, Teacher, TeacherFunction
from rlhf_gym.training.agent_reward import AgentReward
from rlhf_gym.training.asking import Asking
from rlhf_gym.training.assembly import checked_clip_length, make_buffer, make_ensemble, open_store
from rlhf_gym.training.checkpoints import Checkpoints, Part, load_agent, load_parts
from rlhf_gym.training.concerns import warn_of_missing_labels
from rlhf_gym.training.given import GivenSettings, own_reward_model
from rlhf_gym.training.log import FolderOutput, RunLog, say_how_to_go_on
from rlhf_gym.training.loop import FeedbackLoop
from rlhf_gym.training.other_callbacks import end_unseen
from rlhf_gym.training.progress import share_of_training
from rlhf_gym.training.warm_up import WarmUp
from rlhf_gym.training.wrapped import check_can_start, check_can_wrap

__all__ = ["HumanFeedback"]

Agent = TypeVar("Agent", bound=BaseAlgorithm)


class HumanFeedback(BaseCallback):
    """Teach a stable-baselines3 agent by comparisons of clips (Christiano et al. 2017).

    `wrap` puts the learned reward in place of the environment's. As a callback of ``learn`` it then
    asks the teacher, fits the reward model, and logs both.

    Args:
        teacher: ``"window"`` (a person), ``"synthetic"`` (the oracle, which judges by the true
            reward, or by the environment's score if `score_of` has one), a `Teacher`, or a function
            of two clips that says which is better.
        labels: how many answers to spend; "cannot tell" and skipped pairs are not counted. By
            default as in ``settings``.
        settings: how feedback is collected: `FeedbackSettings`, or a mapping of some of its fields.
            All others, by default all, are as was measured to be good in the environment (see
            `feedback_of`); a person is asked for fewer labels, on longer clips.
        reward_model: a `RewardModel` for the environment, or settings of the `RewardEnsemble` that
            is made by default.
        run: folder for the store, the clips and checkpoints. By default ``runs/ENV-DATE`` for a
            live teacher, and none (all in memory) for others.
        resume: go on with the run in that folder, see `restore`.
        wait: whether training waits for a live teacher after the first labels: by default while it
            is more than 8 labels ahead, and for the last ones; True: for every one; False: never.
        goal: what the agent should do, shown to a person; by default the environment's own goal.
        tie_breaker: what decides between two clips that seem equal.
        annotator: name of the person.
        seed: of the choice of queries, of the reward model, and of the synthetic teacher.
        device: of the reward model; ``"auto"`` takes CUDA if it is available.
        total_steps: of the training in all, if ``learn`` is called more than once: labels are asked
            for by the share of it that is done. By default each call is taken for the last.
        **old_arguments: settings by the names that they had as arguments in version 0.1.0.

    Attributes:
        stopped: whether training was ended early, by `stop` or by a person who left too soon.

    Raises:
        ValueError: if a setting cannot work; raised before any time is spent.

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
        labels: Labels | None = None,
        *,
        settings: FeedbackSettings | Mapping[str, Any] | None = None,
        reward_model: RewardModel | RewardModelSettings | None = None,
        run: Text | Path | None = None,
        resume: bool = False,
        wait: bool | None = None,
        goal: Text | None = None,
        tie_breaker: Text | None = None,
        annotator: Text | None = None,
        seed: Seed = 0,
        device: Device = "auto",
        total_steps: Steps | None = None,
        **old_arguments: Any,
    ) -> None:
        super().__init__()
        check_arguments(HumanFeedback.__init__, locals())
        self._own_model = own_reward_model(reward_model)
        of_model = reward_model if isinstance(reward_model, RewardModelSettings) else None
        self._given = GivenSettings(settings, old_arguments, labels=labels, reward_model=of_model)
        self.settings = self._given.settings
        self.teacher = teacher_of(teacher, seed=seed, annotator=annotator)
        self.teacher.check()
        self._formula = teacher if isinstance(teacher, str) and not self.teacher.live else ""
        self.run = None if run is None else RunFolder(Path(run))
        self.resuming, self.wait = resume, wait
        self.goal, self.tie_breaker, self.total_steps = goal, tie_breaker, total_steps
        self.seed, self.device, self._everyone = seed, device, self
        self.stopped = self._wrapped = False

    def wrap(self, venv: VecEnv) -> VecEnv:
        """Record the steps of ``venv`` as clips and put the learned reward in place of its own.

        Raises:
            ValueError: if a space is not supported, a clip is longer than an episode, the run
                folder is in use, or a person is to label an environment that cannot be drawn.
        """
        check_can_wrap(venv, self._wrapped)
        env_id, teacher, own = env_id_of(venv), self.teacher, self._own_model
        self.settings = settings = self._given.in_environment(env_id, person=teacher.like_a_person)
        length = checked_clip_length(venv, settings, teacher, own)
        if self._formula:
            self.teacher = teacher_of(self._formula, seed=self.seed, env_id=env_id)
        model = make_ensemble(venv, settings, self.seed, self.device) if own is None else own
        self.reward_model, self.buffer = model, make_buffer(venv, settings, length, model)
        if self.run is None and teacher.live:
            self.run = RunFolder.new(env_id)
            print(f"run folder: {self.run.path}")  # `rlhf-gym label` needs it
        self.store = open_store(
            venv, self.run, resuming=self.resuming, goal=self.goal, tie_breaker=self.tie_breaker
        )
        self.log = RunLog(self.store, self.run, settings.labels, venv.num_envs)
        self._output = FolderOutput(self.run)
        self._checkpoints = Checkpoints(self.run, settings.checkpoint_seconds)
        self.agent_reward = AgentReward(venv, self.reward_model, self.buffer, self.log)
        self.recorder = self.agent_reward.recorder
        self.warm_up = WarmUp(settings.warm_up_steps, length + 1, venv.num_envs)
        self.asking = Asking(self.teacher, self.store, self.buffer, settings, seed=self.seed)
        self.loop = FeedbackLoop(
            self.asking, self.reward_model, self.log, settings, wait=self.wait, seed=self.seed
        )
        self._wrapped = True
        return self.agent_reward.wrapper

    @property
    def labels_given(self) -> int:
        """Number of labels that the reward model learns from."""
        return self.asking.labels

    def stop(self) -> None:
        """End training after the present rollout, with a checkpoint if there is a run folder."""
        self.loop.stopping = True

    def _on_training_start(self) -> None:
        check_can_start(self._wrapped, self.parent)
        in_call = self.agent_reward.training_starts(self.model, self.total_steps, self.locals)
        self.warm_up.check(self.model, in_call, self.log.total)
        self.stopped, self._everyone = False, self.locals.get("callback", self)
        self._output.open(self.logger)
        if self.run is not None:
            self.teacher.start(self.run.path)

    def _before_training(self) -> None:
        """Warm up, and ask for the first labels; all other callbacks have started by now."""
        self.warm_up.run(self.model, self._everyone, self.log, lambda: self.loop.stopping)
        self.loop.stopping |= not self.warm_up.done  # then another callback ends training
        if not self.loop.stopping:
            self.loop.first_round(self.model)

    def _on_rollout_start(self) -> None:
        if not self.loop.first_round_done:
            self._before_training()
        if self.loop.stopping:
            self.stopped = True  # at the first step of the rollout, which is not kept
            end_unseen(self._everyone)
            self.checkpoint()
            return
        log, warm_up = self.log, self.warm_up.taken
        self.loop.round(self.model, share_of_training(self.model, log.taken, log.total, warm_up))
        self.agent_reward.attached.publish()
        if self._checkpoints.due:
            self.checkpoint()

    def _on_step(self) -> bool:
        if not self.stopped:
            self.agent_reward.step_taken(self.locals, warming_up=not self.warm_up.done)
            self.asking.step_taken(self.locals["dones"], self.locals["infos"])
        return not self.stopped

    def _on_training_end(self) -> None:
        self.agent_reward.training_ends()
        self.loop.end(self.model, stopped=self.stopped)
        if not self.stopped:
            self.checkpoint()
        self._output.close(self.logger)
        self.teacher.stop()
        if self.stopped:
            say_how_to_go_on(self.run)
        elif not self.teacher.live and self.log.taken >= (self.total_steps or 0):
            warn_of_missing_labels(self.asking.labels, self.settings.labels)
        self.loop.stopping = False

    def checkpoint(self) -> None:
        """Write all that is needed to go on from here into the run folder, if there is one."""
        self._checkpoints.save(self.model, self._parts())
        self.store.fold()

    def restore(
        self, algorithm: type[Agent], env: VecEnv, device: str = "auto", *, trust: bool = False
    ) -> Agent:
        """Return the agent of the last checkpoint, on ``env = feedback.wrap(...)``.

        Needs ``resume=True``; go on with ``agent.learn(total - agent.num_timesteps,
        callback=feedback, reset_num_timesteps=False)``. An agent can run any code: one that this
        account did not write on this machine is loaded with ``trust=True`` only.

        Raises:
            FileNotFoundError: if the run stopped before its first checkpoint.
            ValueError: if the folder is from elsewhere, or was changed since, and not trusted.
        """
        check_arguments(HumanFeedback.restore, locals())
        if self.run is None or not self.resuming:
            raise ValueError("restore needs HumanFeedback(run=FOLDER, resume=True)")
        checkpoint = self._checkpoints.latest(trust)
        agent = load_agent(checkpoint, algorithm, env, device)
        self.agent_reward.attach(agent)
        load_parts(checkpoint, agent, self._parts())
        return agent

    def _parts(self) -> dict[str, Part]:
        """Return what a checkpoint keeps, in the order in which it is restored."""
        return {
            "reward_model": self.reward_model,
            "clip_buffer": self.buffer,
            "recorder": self.agent_reward,
            "replay": self.agent_reward.attached,
            "log": self.log,
            "warm_up": self.warm_up,
            "teacher": self.teacher,
            "asking": self.asking,
            "loop": self.loop,  # takes the labels from the store, and gives them to the others
        }

"""Checkpoints: a run that was stopped goes on as if it had not been."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from programs import Program, completed
from sb3_contrib import RecurrentPPO
from stable_baselines3 import A2C, DQN, PPO, SAC
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import SubprocVecEnv, VecEnv, VecFrameStack, VecNormalize

from rlhf_gym import (
    A3C,
    FeedbackStore,
    HumanFeedback,
    Judgement,
    Population,
    Preference,
    Query,
    ScriptedTeacher,
    SyntheticTeacher,
    make_vec_env,
)
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.reward_model import RewardEnsemble
from rlhf_gym.teachers import ShuffledTeacher
from rlhf_gym.training.checkpoints import (
    latest_checkpoint,
    load_agent,
    load_parts,
    save_checkpoint,
)

TOTAL, LABELS = 700, 12


class StopAt(BaseCallback):
    """Asks for a stop at a training step."""

    def __init__(self, feedback: HumanFeedback, step: int) -> None:
        super().__init__()
        self.feedback, self.step = feedback, step

    def _on_step(self) -> bool:
        if self.num_timesteps >= self.step:
            self.feedback.stop()
        return True


@dataclass(frozen=True)
class Case:
    """An agent, and the wrappers inside and outside of `HumanFeedback.wrap`."""

    algorithm: type[BaseAlgorithm]
    env_id: str
    settings: dict[str, Any] = field(default_factory=dict)
    n_envs: int = 2
    policy: str = "MlpPolicy"
    inside: Callable[[VecEnv], VecEnv] = lambda venv: venv
    outside: Callable[[VecEnv], VecEnv] = lambda venv: venv
    processes: bool = False
    first_share: float = 0.25
    teacher: Callable[[], Any] = lambda: "synthetic"

    def venv(self) -> VecEnv:
        return make_vec_env(
            self.env_id,
            self.n_envs,
            seed=3,
            hold=500,  # else most of the short clips of CartPole are ties
            vec_env_cls=SubprocVecEnv if self.processes else None,
        )

    def plug_in(self, run: Path, resume: bool = False) -> tuple[HumanFeedback, VecEnv]:
        feedback = HumanFeedback(
            self.teacher(),
            LABELS,
            settings={
                "clip_length": 10,
                "strategy": "disagreement",
                "first_share": self.first_share,
            },
            run=run,
            resume=resume,
            seed=1,
            device="cpu",
        )
        return feedback, self.outside(feedback.wrap(self.inside(self.venv())))

    def train(self, run: Path, stop_at: int | None = None) -> tuple[HumanFeedback, BaseAlgorithm]:
        feedback, env = self.plug_in(run)
        agent = self.algorithm(self.policy, env, seed=5, device="cpu", **self.settings)
        stops = [StopAt(feedback, stop_at)] if stop_at is not None else []
        agent.learn(TOTAL, callback=[feedback, *stops])
        env.close()
        return feedback, agent

    def resume(self, run: Path) -> tuple[HumanFeedback, BaseAlgorithm]:
        feedback, env = self.plug_in(run, resume=True)
        agent = feedback.restore(self.algorithm, env, device="cpu")
        agent.learn(TOTAL - agent.num_timesteps, callback=feedback, reset_num_timesteps=False)
        env.close()
        return feedback, agent


SMALL_PPO = {"n_steps": 64, "batch_size": 32, "n_epochs": 2}
SMALL = {"learning_starts": 50, "batch_size": 16}
STACK: Callable[[VecEnv], VecEnv] = lambda venv: VecFrameStack(venv, 2)  # noqa: E731
# A3C begins new episodes in its workers when it goes on, so that even one worker, with which runs
# can be repeated, does not end in the same weights; its own test is below.
CASES = {
    "PPO": Case(PPO, "CartPole-v1", SMALL_PPO),
    "A2C": Case(A2C, "CartPole-v1"),
    "DQN": Case(DQN, "CartPole-v1", SMALL, n_envs=1),
    "SAC, normalised outside": Case(
        SAC, "Pendulum-v1", {**SMALL, "train_freq": 5}, outside=VecNormalize
    ),
    "PPO, normalised outside": Case(PPO, "Pendulum-v1", SMALL_PPO, outside=VecNormalize),
    "PPO, stacked images": Case(
        PPO,
        "rlhf/MovingDot-v1",
        {**SMALL_PPO, "n_epochs": 1},
        policy="CnnPolicy",
        inside=STACK,
    ),
    "RecurrentPPO": Case(
        RecurrentPPO,
        "CartPole-v1",
        {**SMALL_PPO, "policy_kwargs": {"lstm_hidden_size": 8, "net_arch": [8]}},
        policy="MlpLstmPolicy",
    ),
    "PPO, with ends": Case(PPO, "FrozenLake-v1", SMALL_PPO),
    "PPO, in processes": Case(PPO, "Pendulum-v1", SMALL_PPO, processes=True),
}


def weights(agent: BaseAlgorithm, feedback: HumanFeedback) -> torch.Tensor:
    assert isinstance(feedback.reward_model, RewardEnsemble)
    values = [
        *agent.policy.state_dict().values(),
        *feedback.reward_model.networks.state_dict().values(),
    ]
    return torch.cat([value.double().flatten() for value in values])


@pytest.mark.parametrize("name", CASES)
def test_a_run_that_was_stopped_and_resumed_ends_like_one_that_was_not(
    name: str, tmp_path: Path
) -> None:
    case = CASES[name]
    whole, agent = case.train(tmp_path / "whole")
    half, _ = case.train(tmp_path / "half", stop_at=350)
    assert half.stopped
    half.store.close()
    resumed, again = case.resume(tmp_path / "half")
    assert again.num_timesteps == agent.num_timesteps
    assert not resumed.stopped
    assert [e["r"] for e in agent.ep_info_buffer or ()] == [
        e["r"] for e in again.ep_info_buffer or ()
    ]
    assert whole.labels_given == resumed.labels_given == LABELS
    assert torch.equal(weights(agent, whole), weights(again, resumed))


class Learner:
    """A user's object: answers from episodes and earlier queries, and is no `Teacher` of ours."""

    def __init__(self) -> None:
        self.best, self.asked = 0.0, 0

    def answer(self, query: Query) -> Judgement | None:
        self.asked += 1
        if self.asked % 4 == 0:
            return None
        first = (self.asked + int(self.best)) % 3 == 0
        preference = Preference.FIRST if first else Preference.SECOND
        return Judgement(query.id, preference, "learner")

    def episode_ended(self, true_return: float, length: int) -> None:
        self.best = max(self.best, true_return)

    def state(self) -> dict[str, Any]:
        return {"best": self.best, "asked": self.asked}

    def load_state(self, state: Any) -> None:
        self.best, self.asked = state["best"], state["asked"]


@pytest.mark.parametrize(
    "teacher",
    [
        lambda: SyntheticTeacher(beta=0.5, equal=0.05, seed=4),
        lambda: ShuffledTeacher(SyntheticTeacher(mistake=0.3), seed=4),
        lambda: Population(None, 3, beta=0.5, seed=4),
        lambda: ScriptedTeacher(cycle(["first", "second", None, "second", 0.5])),
        Learner,
    ],
    ids=["synthetic", "shuffled", "population", "scripted", "a user's"],
)
def test_a_teacher_answers_after_a_stop_as_it_would_have_without(
    teacher: Callable[[], Any], tmp_path: Path
) -> None:
    case = replace(CASES["PPO"], teacher=teacher)
    whole, _ = case.train(tmp_path / "whole")
    half, _ = case.train(tmp_path / "half", stop_at=350)
    assert 0 < half.labels_given < LABELS
    half.store.close()
    resumed, _ = case.resume(tmp_path / "half")
    assert [judgement.preference for judgement in whole.store.judgements()] == [
        judgement.preference for judgement in resumed.store.judgements()
    ]


@pytest.fixture(scope="module")
def never_stopped(tmp_path_factory: pytest.TempPathFactory) -> torch.Tensor:
    """The weights of a run of PPO that was never stopped."""
    feedback, agent = CASES["PPO"].train(tmp_path_factory.mktemp("runs") / "whole")
    return weights(agent, feedback)


@pytest.mark.parametrize("after", [0, 3])
def test_a_stop_in_the_warm_up_goes_on_there(
    after: int, never_stopped: torch.Tensor, tmp_path: Path
) -> None:
    case = CASES["PPO"]
    feedback, env = case.plug_in(tmp_path / "half")
    if after == 0:
        feedback.stop()
    else:
        step, taken = feedback.recorder.step_wait, iter(range(after))

        def stop_soon() -> Any:
            if next(taken, None) is None:
                feedback.stop()
            return step()

        feedback.recorder.step_wait = stop_soon  # type: ignore[method-assign]
    PPO("MlpPolicy", env, seed=5, device="cpu", **case.settings).learn(TOTAL, callback=feedback)
    assert feedback.stopped and feedback.labels_given == 0
    resumed, again = case.resume(tmp_path / "half")
    assert torch.equal(never_stopped, weights(again, resumed))


class StopsTraining(ScriptedTeacher):
    """Stops training when it has given a number of answers."""

    def __init__(self, after: int) -> None:
        super().__init__(cycle(["first", "second", "second", "first", "second"]))
        self.left = after
        self.feedback: HumanFeedback

    def answer(self, query: Query) -> Judgement | None:
        self.left -= 1
        if self.left == 0:
            self.feedback.stop()
        return super().answer(query)


@pytest.mark.parametrize("after", [2, 7, 12])
def test_a_stop_in_the_first_round_changes_no_result(after: int, tmp_path: Path) -> None:
    case = replace(CASES["PPO"], first_share=1.0, teacher=lambda: StopsTraining(after))
    never = replace(case, teacher=lambda: StopsTraining(0))
    whole, agent = never.train(tmp_path / "whole")
    half, env = case.plug_in(tmp_path / "half")
    assert isinstance(half.teacher, StopsTraining)
    half.teacher.feedback = half
    PPO("MlpPolicy", env, seed=5, device="cpu", **case.settings).learn(TOTAL, callback=half)
    assert half.stopped and half.labels_given == {2: 5, 7: 10, 12: 12}[after]
    half.store.close()
    resumed, again = never.resume(tmp_path / "half")
    assert torch.equal(weights(agent, whole), weights(again, resumed))


def test_labels_given_after_the_checkpoint_are_kept_and_count(tmp_path: Path) -> None:
    case = CASES["PPO"]
    feedback, _ = case.train(tmp_path / "run", stop_at=200)
    before = feedback.labels_given
    feedback.asking.ask(before + 3, None)  # what a process does before it is killed
    feedback.store.close()
    resumed, env = case.plug_in(tmp_path / "run", resume=True)
    agent = resumed.restore(PPO, env, device="cpu")
    assert resumed.labels_given == before + 3
    agent.learn(TOTAL - agent.num_timesteps, callback=resumed, reset_num_timesteps=False)
    assert resumed.labels_given == resumed.store.counts().answered == LABELS


class Noted:
    """A part of a checkpoint, whose state is given."""

    def __init__(self, state: dict[str, Any]) -> None:
        self._state = state
        self.loaded: dict[str, Any] | None = None

    def state(self) -> dict[str, Any]:
        return self._state

    def load_state(self, state: dict[str, Any], /) -> None:
        self.loaded = state


def test_parts_of_plain_data_of_arrays_and_of_tensors_are_kept_without_pickles(
    tmp_path: Path,
) -> None:
    agent = PPO("MlpPolicy", make_vec_env("CartPole-v1", 2, seed=0), device="cpu")
    parts = {
        "plain": Noted({"count": 3, "pair": (1, [None, "two"]), "array": np.arange(3)}),
        "arrays": Noted({"one": np.eye(2), "two": np.zeros(3, bool)}),
        "tensors": Noted({"layers": [{"weight": torch.eye(2)}], "steps": 7}),
        "empty": Noted({}),
    }
    save_checkpoint(tmp_path / "checkpoint", agent, parts)
    names = {path.name for path in (tmp_path / "checkpoint").iterdir()}
    assert names == {"agent.zip", "counters.json", "torch_rng.pt", "arrays.npz", "tensors.pt"}
    again = load_agent(tmp_path / "checkpoint", PPO, make_vec_env("CartPole-v1", 2), "cpu")
    new = Noted({})
    load_parts(tmp_path / "checkpoint", again, {**parts, "new": new})
    assert new.loaded is None  # it was no part of that checkpoint
    plain, arrays, tensors = (parts[name].loaded for name in ("plain", "arrays", "tensors"))
    assert plain is not None and arrays is not None and tensors is not None
    assert (plain["count"], plain["pair"]) == (3, (1, [None, "two"]))
    np.testing.assert_array_equal(plain["array"], np.arange(3))
    np.testing.assert_array_equal(arrays["one"], np.eye(2))
    assert torch.equal(tensors["layers"][0]["weight"], torch.eye(2)) and tensors["steps"] == 7
    assert parts["empty"].loaded == {}


def test_a_part_whose_state_cannot_be_kept_is_named(tmp_path: Path) -> None:
    agent = PPO("MlpPolicy", make_vec_env("CartPole-v1", 2, seed=0), device="cpu")
    with pytest.raises(TypeError, match="the state of teacher cannot be kept: set is not plain"):
        save_checkpoint(tmp_path / "checkpoint", agent, {"teacher": Noted({"asked": {1}})})
    assert not (tmp_path / "checkpoint").exists()


def test_a_run_without_checkpoint_says_so(tmp_path: Path) -> None:
    feedback, env = CASES["PPO"].plug_in(tmp_path / "run")
    feedback.store.close()
    feedback, env = CASES["PPO"].plug_in(tmp_path / "run", resume=True)
    with pytest.raises(FileNotFoundError, match="holds no checkpoint"):
        feedback.restore(PPO, env)


def test_restoring_needs_a_run_to_resume(tmp_path: Path) -> None:
    feedback, env = CASES["PPO"].plug_in(tmp_path / "run")
    with pytest.raises(ValueError, match="restore needs HumanFeedback"):
        feedback.restore(PPO, env)


def test_weights_of_another_reward_model_are_refused(tmp_path: Path) -> None:
    from rlhf_gym import RewardModelSettings

    case = CASES["PPO"]
    case.train(tmp_path / "run", stop_at=200)[0].store.close()
    feedback = HumanFeedback(
        "synthetic",
        LABELS,
        settings={"clip_length": 10},
        run=tmp_path / "run",
        resume=True,
        reward_model=RewardModelSettings(hidden=(8,)),
    )
    env = feedback.wrap(case.venv())
    with pytest.raises(ValueError, match="these weights do not fit"):
        feedback.restore(PPO, env)


def test_a_run_of_another_environment_is_refused(tmp_path: Path) -> None:
    CASES["PPO"].plug_in(tmp_path / "run")[0].store.close()
    with pytest.raises(RuntimeError, match="is about CartPole-v1.* choose another run folder"):
        CASES["PPO, normalised outside"].plug_in(tmp_path / "run", resume=True)


@pytest.mark.parametrize("last", ["checkpoint", "checkpoint.old"])
def test_one_whole_checkpoint_is_there_at_every_moment(last: str, tmp_path: Path) -> None:
    feedback, agent = CASES["PPO"].train(tmp_path / "run", stop_at=200)
    run = RunFolder(tmp_path / "run")
    if last == "checkpoint.old":  # killed between the two moves
        os.replace(run.checkpoint, run.path / "checkpoint.old")
    seen = []
    kept = os.replace

    def watched(source: Any, target: Any) -> None:
        seen.append(latest_checkpoint(run.checkpoint).name)
        kept(source, target)
        if Path(target).suffix != ".part":
            seen.append(latest_checkpoint(run.checkpoint).name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rlhf_gym.training.checkpoint_files.os.replace", watched)
        feedback.checkpoint()
    assert latest_checkpoint(run.checkpoint) == run.checkpoint
    assert seen[0] == last
    names = sorted(path.name for path in run.path.glob("checkpoint*"))
    assert names == ["checkpoint", "checkpoint.old"]


KILLED = """
import sys
from pathlib import Path
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from rlhf_gym import HumanFeedback, make_vec_env

class Says(BaseCallback):
    def _on_rollout_start(self):
        print("a rollout begins", flush=True)
    def _on_step(self):
        return True

run, total = Path(sys.argv[1]), int(sys.argv[2])
resume = (run / "feedback.db").exists()
feedback = HumanFeedback("synthetic", 40, run=run, resume=resume, seed=1, device="cpu",
                         settings={"clip_length": 10, "checkpoint_seconds": 0.05})
env = feedback.wrap(make_vec_env("CartPole-v1", 2, seed=3))
try:
    agent = feedback.restore(PPO, env, device="cpu") if resume else None
except FileNotFoundError:
    agent = None
agent = agent or PPO("MlpPolicy", env, seed=5, device="cpu", n_steps=32, n_epochs=1)
agent.learn(total - agent.num_timesteps, callback=[feedback, Says()],
            reset_num_timesteps=agent.num_timesteps == 0)
print(agent.num_timesteps, feedback.labels_given, flush=True)
"""


@pytest.mark.slow
def test_kill_at_any_moment_loses_and_doubles_no_label(tmp_path: Path) -> None:
    command = ["-c", KILLED, str(tmp_path / "run"), "4000"]  # 63 rollouts, at most 54 before kills
    moments = random.Random(0)
    for _ in range(3):
        with Program(*command) as process:
            for _ in range(moments.randint(1, 18)):
                assert process.stdout.readline() == "a rollout begins\n"
            time.sleep(moments.uniform(0, 0.01))  # within the rollout, or what follows it
            process.kill()
            assert process.wait() == -signal.SIGKILL
    done = completed(*command)
    assert done.returncode == 0, done.stderr
    steps, labels = map(int, done.stdout.splitlines()[-1].split())
    assert 4000 <= steps < 4064 and labels == 40
    with FeedbackStore.open(tmp_path / "run" / "feedback.db") as store:
        judged = [judgement.query for judgement in store.judgements()]
        assert len(judged) == len(set(judged)) == store.counts().answered == 40
        assert store.counts().open == 0


@pytest.mark.parametrize(
    "case",
    [
        Case(A3C, "Pendulum-v1", {"n_workers": 2}, outside=VecNormalize),
        Case(A3C, "rlhf/MovingDot-v1", {"n_workers": 2}, policy="CnnPolicy", inside=STACK),
    ],
    ids=["normalised outside", "stacked images"],
)
def test_a_run_of_asynchronous_workers_goes_on_with_new_episodes(
    case: Case, tmp_path: Path
) -> None:
    feedback, stopped = case.train(tmp_path / "run", stop_at=300)
    assert 300 <= stopped.num_timesteps < TOTAL
    feedback.store.close()
    feedback, agent = case.resume(tmp_path / "run")
    assert agent.num_timesteps == TOTAL and feedback.labels_given == LABELS
    assert feedback.buffer.rows == TOTAL // case.n_envs
    normalize = agent.get_vec_normalize_env()
    assert normalize is None or normalize.ret_rms.count >= TOTAL  # workers may be ahead at a stop
    feedback.store.close()


def test_random_states_survive(tmp_path: Path) -> None:
    case = CASES["PPO"]
    case.train(tmp_path / "run", stop_at=200)[0].store.close()
    draws = []
    for _ in range(2):
        feedback, env = case.plug_in(tmp_path / "run", resume=True)
        feedback.restore(PPO, env, device="cpu")
        draws.append((random.random(), np.random.rand(), torch.rand(1).item()))
        feedback.store.close()
    assert draws[0] == draws[1]

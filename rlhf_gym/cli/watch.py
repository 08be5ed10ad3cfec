"""`rlhf-gym watch RUN`: watch the agent act, with the learned reward."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import tyro

from rlhf_gym.basics.checks import Limits, Seed
from rlhf_gym.basics.closing import close
from rlhf_gym.basics.display import NoDisplay
from rlhf_gym.basics.quick_imports import quick_imports
from rlhf_gym.cli.parsing import OutFile, VideoName
from rlhf_gym.cli.trust import require_trust
from rlhf_gym.envs.description import describe_env
from rlhf_gym.feedback import FeedbackStore
from rlhf_gym.feedback.run_folder import RunFolder

if TYPE_CHECKING:
    from rlhf_gym.window.watching.trace import Moment

__all__ = ["command"]


def command(
    run: Annotated[str, tyro.conf.Positional],
    *,
    video: Annotated[OutFile, VideoName()] | None = None,
    seconds: Annotated[float, Limits(above=0, at_most=3600)] = 10.0,
    seed: Seed = 0,
    trust: bool = False,
) -> None:
    """Watch the agent act in the untouched environment, above a curve of the learned reward.

    It takes its most likely actions; returns "before" and "after" of a run may be of sampled ones.

    Space pauses, `.` advances one step, R restarts, + and - change the speed, Esc quits. Without a
    display, a video is written instead.

    Example: rlhf-gym watch runs/CartPole-v1-ppo-20261120-120000 --video agent.mp4

    Args:
        run: the run folder.
        video: write a video into this file instead of opening a window.
        seconds: length of a video; a window stays open until you close it.
        seed: seed of the first episode.
        trust: run the code of a run folder from elsewhere.
    """
    folder = RunFolder.open(run)
    require_trust(folder, trust)
    with quick_imports():
        from rlhf_gym.cli.moments import moments, write_video
        from rlhf_gym.runs.train import load
        from rlhf_gym.window.watching.player import watch
    agent, reward_model, settings = load(folder.path, trust=True)
    env = settings.maker.made("rgb_array")
    description = describe_env(env)
    goal = settings.goal or _asked_goal(folder) or description.goal.text

    def start() -> Iterator[Moment]:
        return moments(agent, reward_model, env, seed)

    try:
        if video is None:
            try:
                watch(start, title=settings.env_id, goal=goal, fps=description.fps)
                return
            except NoDisplay:
                video = folder.videos / "watch.mp4"
                print("no display: writing a video")
        write_video(start, video, settings.env_id, goal, description.fps, seconds)
    finally:
        close(env)


def _asked_goal(folder: RunFolder) -> str:
    """Return the goal that a person has said in the window, ``""`` if nobody was asked."""
    if not folder.store.exists():
        return ""
    with FeedbackStore.open(folder.store) as store:
        return store.environment.goal

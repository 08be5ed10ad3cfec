"""`rlhf-gym train`: train an agent on what a person, or a formula, prefers."""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Annotated, Any

import tyro

from rlhf_gym.agents import agent_settings
from rlhf_gym.basics.checks import Limits, Text
from rlhf_gym.basics.faults import first_line
from rlhf_gym.basics.program import program
from rlhf_gym.basics.quick_imports import quick_imports
from rlhf_gym.basics.words import assigned
from rlhf_gym.cli.show import shown, summary
from rlhf_gym.cli.trust import require_trust
from rlhf_gym.environments.registry import describe_id
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.reward_model.settings import RewardModelSettings
from rlhf_gym.runs.config import read_settings
from rlhf_gym.runs.open_fields import options_of
from rlhf_gym.runs.records import mean_and_error, read_evaluation
from rlhf_gym.runs.settings import VIDEO_SECONDS, TrainSettings, fill_in, reward_model_of
from rlhf_gym.teachers.window import WindowTeacher

__all__ = ["HELP", "command", "conclude"]

HELP = """\
usage: rlhf-gym train [ENV] [options]

Train an agent on what a person, or a formula, prefers; in CartPole-v1 if no ENV is named.

often used
  --teacher NAME              who answers: synthetic (a formula; by default), person (one
                              that errs as people do), or window (you)
  --labels N                  how many answers to spend
  --steps N                   how long to train
  --algo NAME                 ppo (by default), a2c, a3c, dqn, sac, td3, or module:Class
  --clip-seconds NUMBER       length of a clip
  --goal TEXT                 what the agent should do, as a person is told
  --seed N                    seed of all random numbers
  --env-kwargs KEY=VALUE      an argument of the environment, such as gravity=1.62
  --set KEY=VALUE             a setting of the agent, such as n_steps=128
  --run FOLDER                the run folder; by default runs/ENV-ALGO-DATE
  --resume RUN                go on with a run that was stopped
  --show                      print all that the run would use, and train nothing

What is not given is as it was measured to work in the environment, or else a default.
All options: rlhf-gym train --help-all

Example: rlhf-gym train CartPole-v1 --teacher window --labels 100
"""
"""What ``--help`` shows: what is often used, on one screen."""


def command(
    settings: Annotated[TrainSettings, tyro.conf.arg(name="")] = TrainSettings(),  # noqa: B008
    *,
    reward_model: Annotated[
        dict[str, Any], tyro.conf.arg(constructor=options_of(RewardModelSettings))
    ] = {},  # noqa: B006
    set: Annotated[
        tuple[str, ...], tyro.conf.UseAppendAction, tyro.conf.arg(metavar="KEY=VALUE")
    ] = (),
    env_kwargs: Annotated[
        tuple[str, ...], tyro.conf.UseAppendAction, tyro.conf.arg(metavar="KEY=VALUE")
    ] = (),
    run: Text | None = None,
    resume_run: Annotated[Text | None, tyro.conf.arg(name="resume", metavar="RUN")] = None,
    video_seconds: Annotated[float, Limits(at_least=0, at_most=600)] = VIDEO_SECONDS,
    show: bool = False,
    no_progress: bool = False,
    json: bool = False,
    trust: bool = False,
) -> int:
    """Train an agent on what a person, or a formula, prefers.

    Ctrl-C stops after the current rollout with everything saved; --resume RUN continues from there.

    Example: rlhf-gym train CartPole-v1 --teacher window --labels 100

    Args:
        settings: settings of the run.
        reward_model: settings of the reward model, instead of the preset's.
        set: a setting of the agent, by SB3's name, instead of the preset's, such as n_steps=128, or
            learning_rate=lin_1e-3, which falls linearly to 0. Can be repeated.
        env_kwargs: an argument of the environment, such as gravity=1.62; can be repeated.
        run: the run folder; by default runs/ENV-ALGO-DATE.
        resume_run: continue this run with its own settings, but for more --steps or --labels.
        video_seconds: length of the videos of the agent before and after training; 0 makes none.
        show: print what the run would use, and train nothing.
        no_progress: do not show a progress bar.
        json: print the result as JSON.
        trust: with --resume, run the code of a run folder from elsewhere.
    """
    if resume_run is not None:
        if (
            show
            or set
            or env_kwargs
            or reward_model
            or settings.with_changes(steps=None, labels=None) != TrainSettings()
        ):
            raise ValueError(
                "a resumed run has its own settings: only --steps and --labels can be combined "
                "with --resume, to train for longer and ask for more"
            )
        folder = RunFolder.open(resume_run)
        require_trust(folder, trust)
    else:
        settings = replace(settings, env_kwargs=assigned(env_kwargs, "gravity=1.62"))
        settings = _filled_in(settings, set, reward_model)
    if show:
        print(json_module.dumps(shown(settings), indent=2) if json else summary(settings))
        return 0

    def log(line: str) -> None:
        print(line, file=sys.stderr if json else sys.stdout, flush=True)

    progress = not (no_progress or json)
    how: dict[str, Any] = {"progress": progress, "video_seconds": video_seconds, "log": log}
    if resume_run is not None:
        with _window(read_settings(folder, TrainSettings), folder, resuming=True) as teacher:
            with quick_imports():  # after all checks, since torch takes seconds
                from rlhf_gym.runs.train import resume
            more = {"steps": settings.steps, "labels": settings.labels}
            resume(folder.path, **more, trust=True, teacher=teacher, **how)
        return conclude(folder, json)
    folder = RunFolder(Path(run)) if run else RunFolder.new(settings.env_id, settings.algo)
    with _window(settings, folder) as teacher:
        with quick_imports():
            from rlhf_gym.runs.train import train
        train(settings, folder.path, teacher=teacher, **how)
    return conclude(folder, json)


@contextmanager
def _window(
    settings: TrainSettings, folder: RunFolder, *, resuming: bool = False
) -> Iterator[WindowTeacher | None]:
    """Open the window, if a person answers, and close it again if training cannot begin."""
    if settings.teacher != "window":
        yield None
        return
    teacher = WindowTeacher(settings.annotator)
    teacher.check()
    if not resuming:
        folder.create()
    teacher.open(folder.path, settings.env_id)
    try:
        yield teacher
    except BaseException:
        if teacher.awaits_training:
            teacher.close()
        if not resuming and not folder.store.exists():
            folder.undo_create()
        raise


def _filled_in(
    settings: TrainSettings, assignments: tuple[str, ...], reward_model: dict[str, Any]
) -> TrainSettings:
    """Return the settings of a run, checked, with nothing left open."""
    settings = replace(settings, agent=agent_settings(assignments))
    if reward_model:
        of_run = reward_model_of(settings.env_id, reward_model)
        settings = settings.with_changes(reward_model=of_run)
    return fill_in(settings)


def conclude(folder: RunFolder, json: bool = False) -> int:
    """Write the report of a run and print what came out."""
    with quick_imports():
        from rlhf_gym.reports.run import build_report

    report: Path | None = None
    try:
        report = build_report(folder.path)
    except Exception as error:  # the training is done, and is told in any case
        print(
            f"! the report cannot be written ({first_line(error)}); try again "
            f"with: {program()} report {folder.path}",
            file=sys.stderr,
        )
    evaluation = read_evaluation(folder.evaluation)
    before, after = evaluation.comparable_before, evaluation.after
    if json:
        written = None if report is None else str(report)
        result = {"run": str(folder.path), "report": written, "after": after}
        print(json_module.dumps({**result, "before": before, "actions": evaluation.actions}))
        return 0
    measured = [
        f"{mean_and_error(returns)} {when}"
        for returns, when in ((before, "before"), (after, "after"))
        if returns
    ]
    blind = bool(folder.settings_table().get("blind"))
    if measured and blind:
        print(
            f"{folder.evaluation} holds the returns before and after training (--blind hides them)"
        )
    elif measured:
        name = describe_id(str(folder.settings_table().get("env_id", ""))).return_name
        print(
            f"{name} on the untouched environment: {', '.join(measured)} training "
            f"({evaluation.way})"
        )
    if report is not None:
        print(f"report: {report}")
    print(f"see the agent: {program()} watch {folder.path}")
    if before and after and fmean(after) <= fmean(before) and not blind:
        if folder.settings_table().get("teacher") == "window":
            print(f"look at your answers again: {program()} label {folder.path} --review")
        print(f"give more: {program()} train --resume {folder.path} --labels N --steps N")
    return 0

"""One state of each kind, for tests and screenshots."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rlhf_gym.envs.known import GENERAL_GOAL, MISSION_GOAL
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.outcome import Outcome
from rlhf_gym.labelling.ending import Ending, Films, Given
from rlhf_gym.labelling.practice import PAIRS
from rlhf_gym.labelling.state import Item, Pair, Screen, Skipped, State, Status


def states(pair: Pair) -> dict[str, State]:
    """One state of each kind."""
    given = Judgement(1, Preference.FIRST, "ada", response_seconds=4.1)
    history = tuple(
        Item(
            replace(pair, query=100 + n),
            given=replace(given, query=100 + n, preference=preference),
            seconds=4.0,
        )
        for n, preference in enumerate(
            [Preference.FIRST] * 17 + [Preference.SECOND] * 13 + [Preference.TIE] * 5
            + [Preference.CANNOT_TELL] * 2
        )
    )  # fmt: skip
    status = Status(37, 200, 4, 6, 12_400, 50_000, 131.0, 0.81, "training", 0.2)
    label = State(
        "ada",
        environment="CartPole-v1",
        goal="Keep the pole upright and the cart near the middle.",
        tie_breaker="If the pole falls in both, the one that stays up longer is better.",
        items=(*history, Item(pair)),
        index=len(history),
        status=status,
        position=0.62,
        now=5.0,
    )
    practice = replace(label, items=tuple(Item(p) for p in PAIRS), index=0, status=Status())
    wrong = replace(given, query=-1, preference=Preference.SECOND)
    right = replace(given, query=-3, preference=Preference.TIE)
    old = replace(given, query=pair.query, preference=Preference.SECOND)
    current = label.items[-1]
    heard = replace(current, pair=replace(pair, sounds=True))
    flash = replace(label, items=(*history, replace(current, given=replace(old))), flash_until=9.0)
    reviewed = [
        replace(item, pair=replace(item.pair, said=given), earlier=True, flagged=n % 6 == 5)
        for n, item in enumerate(history[:20])
    ]
    review = replace(label, index=20, review=37, items=history, status=replace(status, labels=37))
    outcome = Outcome(
        change="better",
        verdict="PPO trained on CartPole-v1 for 50,000 steps with 196 labels from a person: its "
        "true return rose from 22.5 to 453.",
        before=22.5,
        after=453.2,
        way="20 episodes, actions sampled",
    )
    gave = Given(206, 754.0, 4, 6, 5, 196, 200, 1)
    over = replace(status, labels=196, agent_step=50_000, trainer="done")

    def ending(**changes: Any) -> State:
        """The last page, in the state that the changes of the ending make."""
        ended = replace(over, ending=replace(Ending(gave, outcome), **changes))
        films = Films((400, 400), 50.0)
        shown = replace(label, items=history, index=len(history), films=films)
        return replace(shown, status=ended, position=1.3)

    one_film = Films((400, 0), 50.0)
    waiting = replace(label, items=(), index=0, status=replace(status, labels=0, ready=0))
    gap = replace(waiting, items=history, index=len(history), gap=4.0)
    gap = replace(gap, status=replace(status, trainer="waiting", awaited=39, open=6, ready=0))
    return {
        "label": label,
        "label_ended": replace(label, position=1.45),
        "label_enlarged": replace(label, enlarged=0),
        "label_heard": replace(label, items=(*history, heard), hearing=1),
        "label_silent": replace(label, items=(*history, heard), silent=True),
        "label_undone": replace(label, items=(*history, replace(current, old=old)), playing=False),
        "label_flash": flash,
        "label_flagged": replace(
            label, items=(*history, replace(current, flagged=True, note="odd start"))
        ),
        "visit": replace(label, visited=130, playing=False),
        "review": replace(review, items=(*reviewed, *history[20:])),
        "review_end": replace(review, index=37, items=(*reviewed, *history[20:])),
        "welcome": replace(practice, overlay=Screen.HELP),
        "practice": replace(practice, position=0.6),
        "practice_wrong": replace(
            practice, items=(Item(PAIRS[0], given=wrong), *practice.items[1:]), position=1.3
        ),
        "practice_right": replace(
            practice,
            items=(*practice.items[:2], Item(PAIRS[2], given=right)),
            index=2,
            position=0.7,
        ),
        "waiting": waiting,
        "stopped_by_error": replace(
            waiting,
            status=replace(
                waiting.status,
                trainer="stopped",
                error="3 clips in a row could not be drawn, and nobody can be asked about what "
                "cannot be seen: RuntimeError: no texture atlas found in /opt/assets. Mend how the "
                "environment is drawn (rlhf_gym.environments.check_environment tests it), film it "
                "as it runs, or take a simulated teacher. The run can be resumed",
            ),
        ),
        "gap": gap,
        "gap_missed": replace(gap, missed=4.5),
        "too_soon": replace(label, missed=4.9),
        "waiting_gone": replace(waiting, status=replace(status, silent_seconds=90.0)),
        "waiting_not_begun": replace(
            waiting,
            status=replace(status, labels=18, open=0, ready=0, trainer="stopped", awaited=25),
        ),
        "paused": replace(label, overlay=Screen.PAUSED),
        "help": replace(label, overlay=Screen.HELP),
        "keys": replace(label, overlay=Screen.KEYS),
        "note": replace(label, overlay=Screen.NOTE, draft="The cart leaves the picture at once"),
        "goal": replace(
            practice, goal=GENERAL_GOAL.text, overlay=Screen.GOAL, beneath=(Screen.HELP,)
        ),
        "goal_written": replace(
            label, overlay=Screen.GOAL, draft="Overtake the other cars, and touch none of them."
        ),
        "closing": replace(label, overlay=Screen.CLOSING, ends_training=True, run="runs/cartpole"),
        "closing_first": replace(
            practice,
            status=Status(0, 200, trainer="first labels"),
            overlay=Screen.CLOSING,
            ends_training=True,
            run="runs/cartpole",
        ),
        "missions": replace(
            label,
            goal=MISSION_GOAL.text,
            items=(
                *history,
                Item(replace(pair, missions=("go to the red ball and open a door", "get a key"))),
            ),
        ),
        "failed": replace(
            label,
            items=history,
            index=len(history),
            run="runs/CartPole-v1-ppo-20261130-212431",
            status=replace(
                status, labels=200, open=0, trainer="stopped", error="OSError: no space left"
            ),
        ),
        "failed_reopened": replace(
            label,
            items=(),
            index=0,
            run="runs/CartPole-v1-ppo-20261130-212431",
            status=replace(
                status, labels=200, open=0, trainer="stopped", error="OSError: no space left"
            ),
        ),
        "label_skipped": replace(label, items=(*history, replace(current, skipped=True))),
        "waiting_skipped": replace(
            waiting,
            skipped=(Skipped(current, 0, 0),),
            gap=4.5,
            status=Status(24, 100, 1, 1, trainer="first labels", awaited=25),
        ),
        "done_reopened": replace(
            label,
            items=(),
            index=0,
            run="runs/CartPole-v1-ppo-20261130-212431",
            status=replace(status, labels=200, open=0, trainer="stopped"),
        ),
        "error": replace(
            label,
            overlay=Screen.ERROR,
            unsaved=(given,),
            error="The disk is full: the answer to query 38 could not be written to "
            "runs/cartpole/feedback.db. Make room on the disk, then try again.",
        ),
        "ending": ending(),
        "ending_evaluating": ending(outcome=Outcome("evaluating", (12, 20)), works=True),
        "ending_filming": replace(ending(outcome=Outcome("filming"), works=True), films=one_film),
        "ending_broken_off": replace(ending(outcome=None), films=one_film),
        "ending_worse": ending(
            outcome=replace(
                outcome,
                change="worse",
                after=9.4,
                own_goal=True,
                verdict="PPO trained on CartPole-v1 for 50,000 steps with 196 labels from a "
                "person: its true return fell from 22.5 to 9.4.",
            )
        ),
        "ending_untrained": replace(
            ending(
                outcome=Outcome(
                    change="untrained",
                    verdict="the agent was trained for no step: 10 steps are not enough for one "
                    "update of it, so there is nothing to measure after training",
                )
            ),
            films=one_film,
        ),
        "ending_no_films": replace(
            ending(outcome=replace(outcome, no_film="the environment draws no pictures")),
            films=Films(),
        ),
        "ending_blind": replace(ending(), blind=True),
        "ending_notice": replace(
            ending(),
            notice="The report cannot be opened, there is no browser. It lies at "
            "runs/CartPole-v1-ppo-20261120-120000/report.html",
        ),
        "ending_script": replace(ending(measured=False), films=Films()),
        "done": replace(
            label, items=history, index=len(history), status=replace(status, labels=200)
        ),
    }

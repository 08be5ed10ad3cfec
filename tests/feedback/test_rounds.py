import json
import math

import pytest

from rlhf_gym.feedback.rounds import RoundMeasures

MEASURED = RoundMeasures(
    round=3,
    agent_step=2048,
    labels=20,
    asked=22,
    accuracy=0.8,
    cross_entropy=0.4,
    cross_entropy_floor=0.1,
    calibration=((0.25, 0.5, 4), (0.75, 1.0, 2)),
    correlation=0.9,
    disagreement=0.02,
    learned_vs_true=((1.5, -200.0),),
    seconds={"fit": 0.5},
)


def test_a_round_comes_back_from_its_line() -> None:
    assert RoundMeasures.from_json(json.loads(json.dumps(MEASURED.as_json()))) == MEASURED


def test_what_is_missing_or_null_is_unknown_and_what_is_new_is_ignored() -> None:
    values = {"round": 0, "agent_step": 8, "labels": 0, "asked": 2, "accuracy": None, "new": 1}
    found = RoundMeasures.from_json({**values, "calibration": [[0.1, None, 3], [0.5, 0.4, 2]]})
    assert math.isnan(found.accuracy) and math.isnan(found.correlation)
    assert found.calibration == ((0.5, 0.4, 2),)
    assert found.learned_vs_true == ()


def test_a_line_without_its_counts_is_no_round() -> None:
    with pytest.raises(TypeError):
        RoundMeasures.from_json({"round": 0})

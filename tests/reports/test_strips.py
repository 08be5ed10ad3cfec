import numpy as np
import pytest

from rlhf_gym.reports.comparison.strips import SHAPES, axis_of, strip
from rlhf_gym.reports.comparison.styles import arm_styles, styles
from rlhf_gym.results.statistics import Estimate


def test_an_axis_of_scores_shows_0_and_1_and_cuts_outliers_off() -> None:
    axis = axis_of([0.3, 0.7], scores=True)
    assert axis.low < 0 and axis.high > 1
    axis = axis_of([-40.0, 0.9], scores=True)
    assert axis.low > -1
    assert axis.place(-40.0) == 0.0


@pytest.mark.parametrize("values", [[], [3.0], [0.0], [-200.0, -200.0], [float("nan")]])
def test_an_axis_has_room_whatever_is_on_it(values: list[float]) -> None:
    axis = axis_of(values, scores=False)
    assert axis.low < axis.high
    assert axis.ticks


def test_a_strip_shows_every_run_the_interval_and_its_text() -> None:
    values = np.array([0.1, 0.4, 0.9])
    (style,) = styles(1)
    axis = axis_of(values, scores=True)
    drawn = strip(Estimate(0.4, 0.2, 0.8), values, axis, style, "learned <b>: 0.40")
    assert drawn.count("<circle") == 3
    assert 'aria-label="learned &lt;b&gt;: 0.40"' in drawn
    without = strip(Estimate(0.4), values, axis, style, "")
    assert without.count("<line") == drawn.count("<line") - 3


def test_no_two_styles_are_alike_and_each_marker_can_be_drawn() -> None:
    made = styles(60)
    assert len(set(made)) == 60
    assert {style.marker for style in made} <= set(SHAPES)


def test_the_arms_of_every_benchmark_always_look_the_same() -> None:
    few = arm_styles([("true", 0), ("learned", 0)])
    many = arm_styles([("true", 0), ("learned", 0), ("learned", 1), ("mistake", 0), ("bc", 0)])
    assert few.items() <= many.items()
    assert len(set(many.values())) == 5

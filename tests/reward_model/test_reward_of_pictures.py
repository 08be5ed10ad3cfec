"""Rewards of pictures, by convolutions as in Christiano et al. 2017."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from builders import a_model
from gymnasium import spaces
from stepping import steps

from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback.query import Query
from rlhf_gym.reward_model import RewardEnsemble, RewardModelSettings, fitting

OBSERVED, ACTED = spaces.Box(0, 255, (4, 24, 24), np.uint8), spaces.Discrete(2)


def pictures(n: int, brightness: float, seed: int) -> npt.NDArray[np.uint8]:
    noise = np.random.default_rng(seed).normal(brightness, 30, (n, *OBSERVED.shape))
    return noise.clip(0, 255).astype(np.uint8)


def published() -> RewardEnsemble:
    """A small reward model of pictures, regularised as in the paper."""
    return a_model(
        observed=OBSERVED,
        filters=4,
        hidden=(16,),
        batch_norm=True,
        dropout=0.5,
        actions=False,
        updates=200,
    )


def judge(model: RewardEnsemble, n: int = 30) -> None:
    """Brighter pictures are better."""
    rng = np.random.default_rng(0)

    def clip(brightness: float, seed: int) -> Clip:
        seen = pictures(3, brightness, seed)
        return Clip(seen, np.zeros(3, np.int64), np.full(3, brightness, np.float32))

    clips = [clip(brightness, i) for i, brightness in enumerate(rng.uniform(50, 200, 2 * n))]
    queries = {i: Query((clips[2 * i], clips[2 * i + 1]), id=i) for i in range(n)}
    labels = {
        i: float(query.clips[0].true_return > query.clips[1].true_return)
        for i, query in queries.items()
    }
    model.update(labels, queries)


def paid(model: RewardEnsemble) -> list[float]:
    """For dark, grey and bright pictures."""
    seen = [steps(pictures(20, bright, 99), np.zeros(20, np.int64)) for bright in (60, 125, 190)]
    return [float(model.predict(each).mean()) for each in seen]


def test_what_people_like_to_see_is_learned() -> None:
    model = published()
    judge(model)
    model.fit()
    dark, grey, bright = paid(model)
    assert dark < grey < bright


def test_gradients_of_few_pictures_at_a_time_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def fitted() -> list[float]:
        model = a_model(observed=OBSERVED, filters=2, actions=False, members=2)
        judge(model)
        model.fit(updates=3)
        dark, grey, bright = paid(model)
        return [grey - dark, bright - grey]  # comparisons leave a constant open

    at_once = fitted()
    monkeypatch.setattr(fitting, "GRADIENT_PIXELS", 5 * 6 * 24 * 24)  # 5 queries of 6 pictures
    assert fitted() == pytest.approx(at_once, rel=1e-2)


def test_predictions_leave_nothing_out_and_are_the_same_among_other_steps() -> None:
    model = published()
    judge(model)
    model.fit(updates=20)
    some = steps(pictures(6, 100, 1), np.zeros(6, np.int64))
    together = model.predict(some)
    np.testing.assert_array_equal(together, model.predict(some))
    np.testing.assert_allclose(together[:1], model.predict(some[:1]), atol=1e-4)


def test_a_fit_depends_on_the_seed_alone_and_goes_on_the_same_from_its_file(
    tmp_path: Path,
) -> None:
    models = []
    for number in (1, 2):
        torch.manual_seed(number)  # somebody else's random numbers
        model = published()
        judge(model)
        model.fit(updates=20)
        models.append(model)
    assert paid(models[0]) == paid(models[1])
    models[0].save(tmp_path / "model.pt")
    loaded = RewardEnsemble.load(tmp_path / "model.pt", OBSERVED, ACTED, device="cpu")
    assert paid(loaded) == paid(models[0])
    judge(loaded)
    for model in (loaded, models[0]):
        model.fit(updates=20)
    assert paid(loaded) == paid(models[0])


def test_fitting_leaves_torchs_random_numbers_alone() -> None:
    model = published()
    judge(model)
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    model.fit(updates=10)
    assert torch.rand(1) == expected


@pytest.mark.parametrize("dropout", [-0.1, 1.0])
def test_a_share_that_is_none_is_refused(dropout: float) -> None:
    with pytest.raises(
        ValueError, match=f"dropout must be (at least 0|less than 1), but is {dropout}"
    ):
        RewardModelSettings(dropout=dropout)

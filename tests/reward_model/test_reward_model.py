"""RewardEnsemble: it learns what was judged, and nothing else."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from builders import a_model
from gymnasium import spaces
from stepping import steps

from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.steps import Transitions
from rlhf_gym.feedback.query import Query
from rlhf_gym.reward_model import RewardEnsemble, RewardModel, RewardModelSettings, correlation
from rlhf_gym.reward_model.likelihoods import LIKELIHOODS
from rlhf_gym.wrappers.old_reward_function import After

LENGTH = 10
OBSERVED = spaces.Box(-3, 3, (4,))
ACTED = spaces.Discrete(2)
LINEAR = np.array([1.0, -2.0, 0.0, 0.5])


def linear_clip(rng: np.random.Generator, length: int = LENGTH) -> Clip:
    """A clip whose true reward is linear in what is seen and done."""
    observations = rng.normal(size=(length, 4)).astype(np.float32)
    actions = rng.integers(2, size=length)
    return Clip(observations, actions, (observations @ LINEAR + actions).astype(np.float32))


def judge(model: RewardEnsemble, n: int, kind: str = "true", first_id: int = 1) -> list[Query]:
    """Give a model ``n`` labels: the true ones, ``"shuffled"`` ones, or ``"ties"``."""
    rng = np.random.default_rng(first_id)
    queries = [
        Query((linear_clip(rng), linear_clip(rng)), id=id_) for id_ in range(first_id, first_id + n)
    ]
    labels = np.array([float(q.clips[0].true_return > q.clips[1].true_return) for q in queries])
    if kind == "shuffled":
        rng.shuffle(labels)
    if kind == "ties":
        labels[:] = 0.5
    ids = [query.id for query in queries]
    model.update(dict(zip(ids, labels.tolist(), strict=True)), dict(zip(ids, queries, strict=True)))
    return queries


def steps_of(n: int, seed: int = 9) -> Transitions:
    return linear_clip(np.random.default_rng(seed), n).transitions


def returns(model: RewardEnsemble, clips: list[Clip]) -> Any:
    """Learned returns, mean of the members."""
    return np.array([model.predict_each(clip.transitions).sum(axis=1).mean() for clip in clips])


def test_the_predicted_preference_is_the_mean_of_the_members(taught: RewardEnsemble) -> None:
    rng = np.random.default_rng(8)
    query = Query((linear_clip(rng), linear_clip(rng)))
    first, second = (taught.predict_each(clip.transitions).sum(axis=1) for clip in query.clips)
    by_hand = np.mean(0.9 / (1 + np.exp(second - first)) + 0.05)
    assert taught.predict_preference(query) == pytest.approx(by_hand, abs=1e-6)


# --- learning


@pytest.fixture(scope="module")
def taught() -> RewardEnsemble:
    model = a_model()
    model.standardise_inputs(steps_of(500))
    judge(model, 200)
    for _ in range(5):
        model.fit()
    return model


def test_a_linear_reward_is_learned_from_preferences_alone(taught: RewardEnsemble) -> None:
    found = taught.diagnostics()
    assert found.accuracy > 0.85  # at least .93 in four seeds
    assert found.cross_entropy < 0.4
    assert found.held_out > 100
    rng = np.random.default_rng(77)
    new = [linear_clip(rng) for _ in range(200)]
    assert correlation(returns(taught, new), np.array([clip.true_return for clip in new])) > 0.9


def test_held_out_predictions_are_calibrated(taught: RewardEnsemble) -> None:
    for predicted, observed, count in taught.diagnostics().calibration:
        if count >= 20:
            assert abs(predicted - observed) < 0.25


def test_coin_flips_are_not_predicted_on_held_out_queries() -> None:
    model = a_model()
    judge(model, 300, "shuffled")
    for _ in range(3):
        model.fit()
    found = model.diagnostics()
    assert 0.35 < found.accuracy < 0.65  # of 220 coins; .43 to .53 in four seeds
    assert found.cross_entropy > 0.65


def test_ties_alone_teach_a_flat_reward_and_have_no_accuracy() -> None:
    model = a_model()
    judge(model, 100, "ties")
    rng = np.random.default_rng(5)
    clips = [linear_clip(rng) for _ in range(100)]
    before = returns(model, clips).std()
    for _ in range(8):
        model.fit()
    assert returns(model, clips).std() < 0.4
    assert returns(model, clips).std() < max(before, 0.2)
    found = model.diagnostics()
    assert math.isnan(found.accuracy)
    assert found.tie_error < 0.1
    assert found.cross_entropy == pytest.approx(math.log(2), abs=0.03)


def test_nothing_is_fitted_without_labels() -> None:
    model = a_model()
    before = model.predict_each(steps_of(5))
    assert model.fit() == 0
    np.testing.assert_array_equal(model.predict_each(steps_of(5)), before)
    assert model.diagnostics().held_out == 0


def test_one_label_is_enough_for_a_fit() -> None:
    model = a_model()
    judge(model, 1)
    assert model.fit(updates=3) == 3
    assert np.isfinite(model.predict(steps_of(5))).all()


def test_a_label_that_was_taken_back_is_not_learned_from() -> None:
    one, other = a_model(), a_model()
    for model in (one, other):
        judge(model, 20)
    judge(other, 20, first_id=100)
    other.update(dict.fromkeys(range(100, 120)), {})
    one.fit(updates=20), other.fit(updates=20)
    np.testing.assert_allclose(
        one.predict_each(steps_of(50)), other.predict_each(steps_of(50)), atol=1e-5
    )
    assert one.diagnostics().held_out == other.diagnostics().held_out


def test_a_fit_takes_no_more_steps_than_asked() -> None:
    model = a_model(updates=7)
    judge(model, 50)
    assert model.fit() <= 7
    assert model.fit(updates=4) <= 4


def weight_decay(model: RewardEnsemble) -> float:
    return float(model.state()["optimizer"]["param_groups"][0]["weight_decay"])


def test_regularisation_grows_where_labels_are_memorised() -> None:
    model = a_model(weight_decay=1e-3, learning_rate=1e-2, adaptive=True)
    judge(model, 60, "shuffled")
    for _ in range(5):
        model.fit(updates=100)
    assert weight_decay(model) > 1e-3


def test_regularisation_shrinks_where_the_held_out_loss_is_as_low_but_not_for_ever() -> None:
    model = a_model(weight_decay=1e-3, adaptive=True)
    judge(model, 30, "ties")
    model.fit(updates=1)
    shrunk = weight_decay(model)
    assert shrunk == pytest.approx(1e-3 / 1.5)
    for _ in range(40):
        model.fit(updates=1)
    assert weight_decay(model) == pytest.approx(1e-6)


def test_a_fit_that_does_not_adapt_takes_all_its_steps_under_one_regularisation() -> None:
    adaptive, steady = (
        a_model(weight_decay=0.01, learning_rate=1e-2, adaptive=adaptive)
        for adaptive in (True, False)
    )
    for model in (adaptive, steady):
        judge(model, 60, "shuffled")
    # 20, and at least 190 of 200, in four seeds
    assert adaptive.fit(updates=100) < steady.fit(updates=100) == 100
    assert weight_decay(adaptive) > weight_decay(steady) == 0.01


def test_a_fit_that_begins_anew_forgets_what_the_labels_do_not_say() -> None:
    """Whatever was answered first, once all were ties after all, the same is learned."""

    def learned(first_answer: float, anew: bool) -> Any:
        model = a_model(refit_from_scratch=anew, adaptive=False)
        queries = judge(model, 40)
        model.update({query.id: first_answer for query in queries}, {})
        model.fit(updates=50)
        model.update({query.id: 0.5 for query in queries}, {})
        model.fit(updates=20)
        return model.predict_each(steps_of(200))

    np.testing.assert_array_equal(learned(0.0, anew=True), learned(1.0, anew=True))
    assert np.abs(learned(0.0, anew=False) - learned(1.0, anew=False)).max() > 0.5


def test_weights_are_drawn_anew_as_they_were_at_first() -> None:
    space = spaces.Box(0, 255, (24, 24, 3), np.uint8)
    settings = RewardModelSettings(hidden=(64,), refit_from_scratch=True)
    model = RewardEnsemble(space, ACTED, settings, device="cpu")
    before = [parameter.detach().clone() for parameter in model.networks.parameters()]
    model.networks.draw_weights(np.random.default_rng(0))
    after = [parameter.detach() for parameter in model.networks.parameters()]
    for old, new in zip(before, after, strict=True):
        assert not torch.equal(old, new)
        if new.numel() > 300:
            assert float(new.std()) == pytest.approx(float(old.std()), rel=0.2)
            assert float(new.abs().max()) == pytest.approx(float(old.abs().max()), rel=0.1)


@pytest.mark.parametrize("members", [1, 3])
def test_the_split_gives_any_ensemble_a_held_out_accuracy(members: int) -> None:
    model = a_model(members=members)
    judge(model, 60)
    model.fit()
    assert 0 <= model.diagnostics().accuracy <= 1


# --- predicting


def test_every_member_is_normalised_and_the_mean_of_them_predicted(taught: RewardEnsemble) -> None:
    recent = steps_of(2000)
    taught.normalise(recent)
    each = taught.predict_each(recent)
    normalised = (each - each.mean(axis=1, keepdims=True)) / each.std(axis=1, ddof=1, keepdims=True)
    predicted = taught.predict(recent)
    assert predicted.shape == (2000,) and predicted.dtype == np.float32
    np.testing.assert_allclose(predicted, normalised.mean(axis=0), atol=1e-4)
    np.testing.assert_allclose(taught.predict_each(recent, normalised=True), normalised, atol=1e-4)
    assert predicted.mean() == pytest.approx(0, abs=1e-4)
    assert 0.9 < predicted.std() <= 1.001


def test_an_ensemble_of_one_is_normalised_to_deviation_one() -> None:
    model = a_model(members=1)
    model.normalise(steps_of(1000))
    predicted = model.predict(steps_of(1000))
    assert predicted.mean() == pytest.approx(0, abs=1e-4)
    assert predicted.std(ddof=1) == pytest.approx(1, abs=1e-3)


def test_without_actions_the_same_is_paid_whatever_is_done() -> None:
    model = a_model(actions=False)
    judge(model, 60)
    model.fit(updates=200)
    seen = linear_clip(np.random.default_rng(9), 50)
    rewards = model.predict(seen.transitions)
    assert np.array_equal(rewards, model.predict(steps(seen.observations, 1 - seen.actions)))
    assert np.corrcoef(rewards, np.asarray(seen.observations) @ LINEAR)[0, 1] > 0.9


def test_pictures_alone_are_judged() -> None:
    pictures = spaces.Box(0, 255, (16, 16, 1), np.uint8)
    settings = RewardModelSettings(actions=False, hidden=(16,), filters=4)
    model = RewardEnsemble(pictures, ACTED, settings, device="cpu")
    rng = np.random.default_rng(0)

    def clip(brightness: int) -> Clip:
        seen = np.full((5, 16, 16, 1), brightness, np.uint8)
        return Clip(seen, rng.integers(2, size=5), np.zeros(5, np.float32))

    queries = {id_: Query((clip(200), clip(20)), id=id_) for id_ in range(1, 9)}
    model.update(dict.fromkeys(queries, 1.0), queries)
    model.fit(updates=60)
    bright, dark = (clip(brightness) for brightness in (200, 20))
    assert returns(model, [bright])[0] > returns(model, [dark])[0]


def test_standardising_inputs_changes_no_prediction(taught: RewardEnsemble) -> None:
    before = taught.predict_each(steps_of(50))
    taught.standardise_inputs(steps_of(300, seed=4))
    np.testing.assert_allclose(taught.predict_each(steps_of(50)), before, rtol=1e-3, atol=1e-4)


def test_a_constant_input_is_left_as_it_is() -> None:
    model = a_model()
    before = model.predict_each(steps_of(50))
    model.standardise_inputs(steps(np.full((100, 4), 2.0, np.float32), np.zeros(100, np.int64)))
    np.testing.assert_allclose(model.predict_each(steps_of(50)), before, rtol=1e-3, atol=1e-4)


def test_predictions_change_only_with_the_version() -> None:
    model = a_model()
    judge(model, 20)
    seen = [model.version]
    for change in (lambda: model.fit(updates=5), lambda: model.normalise(steps_of(50))):
        change()
        seen.append(model.version)
    assert seen[0] < seen[1] < seen[2]


def test_returns_are_sums_over_the_steps_that_count(taught: RewardEnsemble) -> None:
    rng = np.random.default_rng(3)
    long, short = linear_clip(rng, 6), linear_clip(rng, 4)
    assert not isinstance(long.observations, dict) and not isinstance(short.observations, dict)
    padding = rng.normal(size=(2, 4))
    observations = np.stack([long.observations, np.concatenate([short.observations, padding])])
    actions = np.stack([long.actions, np.concatenate([short.actions, [1, 0]])])
    mask = np.arange(6) < np.array([[6], [4]])
    no_ends = np.zeros(mask.shape, bool)
    padded = Transitions(observations, actions, terminated=no_ends, absorbing=no_ends)
    found = taught.predict_returns(padded, mask)
    for i, clip in enumerate((long, short)):
        alone = taught.predict_each(clip.transitions).sum(axis=1)
        np.testing.assert_allclose(found[:, i], alone, rtol=1e-4, atol=1e-5)
    predicted = [taught.predict(clip.transitions).sum() for clip in (long, short)]
    normalised = (taught.predict(padded.flat()).reshape(mask.shape) * mask).sum(axis=1)
    np.testing.assert_allclose(normalised, predicted, rtol=1e-3, atol=1e-4)


def test_shorter_clips_among_the_judged_do_not_change_what_is_learned_of_others() -> None:
    """The same short clips, alone and beside a long pair that is taken back, which pads them."""
    one, other = a_model(), a_model()
    for model in (one, other):
        judge(model, 10)
    rng = np.random.default_rng(0)
    other.update({99: 1.0}, {99: Query((linear_clip(rng, 25), linear_clip(rng, 25)), id=99)})
    other.update({99: None}, {})
    one.fit(updates=20), other.fit(updates=20)
    first, second = (model.predict_each(steps_of(50)) for model in (one, other))
    shift = (second - first).mean(axis=1, keepdims=True)  # no preference determines it
    np.testing.assert_allclose(first + shift, second, atol=1e-2)


def test_many_steps_at_once_are_predicted_as_few_are() -> None:
    model = a_model()
    many = steps_of(20_000)
    few = model.predict(many[-5:])
    np.testing.assert_allclose(model.predict(many)[-5:], few, atol=1e-5)


def test_all_absorbing_steps_get_one_reward_the_mean_of_what_is_predicted_for_them() -> None:
    model, some = a_model(), steps_of(100)
    absorbing = replace(some, absorbing=np.ones(100, bool))
    np.testing.assert_array_equal(model.predict(absorbing), model.predict(some))  # no level yet
    model.normalise(steps_of(500, seed=4), absorbing, valued_terminals=False)
    rewards = model.predict(absorbing)
    assert np.ptp(rewards) == 0 and np.ptp(model.predict(some)) > 0
    assert rewards[0] == pytest.approx(model.predict(some).mean(), abs=1e-5)
    half = replace(some, absorbing=np.arange(100) >= 50)
    np.testing.assert_array_equal(model.predict(half)[:50], model.predict(some)[:50])
    np.testing.assert_array_equal(model.predict(half)[50:], rewards[50:])


def test_where_terminal_states_are_valued_absorbing_steps_are_worth_0_on_average() -> None:
    model, some = a_model(), steps_of(100)
    absorbing = replace(some, absorbing=np.ones(100, bool))
    model.normalise(steps_of(500, seed=4), absorbing, valued_terminals=True)
    assert model.predict(absorbing).mean() == pytest.approx(0, abs=1e-5)
    np.testing.assert_array_equal(model.predict(absorbing), model.predict(some))
    assert np.ptp(model.predict(absorbing)) > 0


def test_few_new_labels_allow_few_gradient_steps() -> None:
    model = a_model(updates=50, updates_per_label=10)
    judge(model, 60, "shuffled")
    assert model.fit(2) == 20
    assert model.fit(6) <= 50


# --- likelihoods


def test_a_likelihood_of_the_users_own_is_learned_from() -> None:
    def first_always_wins(returns: torch.Tensor, answers: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.logsigmoid(returns[..., 0] - returns[..., 1])

    models = []
    for likelihoods in (LIKELIHOODS, {**LIKELIHOODS, "comparison": first_always_wins}):
        model = RewardEnsemble(OBSERVED, ACTED, device="cpu", likelihoods=likelihoods)
        queries = judge(model, 40)
        model.update({query.id: 0.0 for query in queries}, {})  # the second clips are better
        model.fit(updates=100)
        first, second = (
            returns(model, [query.clips[side] for query in queries]) for side in (0, 1)
        )
        models.append(float(np.mean(first - second)))
    assert models[0] < 0 < models[1]


# --- reproducible


def test_the_same_seed_gives_the_same_weights_and_another_seed_others() -> None:
    predicted = []
    for seed, noise in ((1, 10), (1, 20), (2, 10)):
        torch.manual_seed(noise)  # what others draw does not matter
        model = a_model(seed)
        judge(model, 30)
        model.fit(updates=20)
        predicted.append(model.predict(steps_of(50)))
    np.testing.assert_array_equal(predicted[0], predicted[1])
    assert np.abs(predicted[0] - predicted[2]).max() > 1e-3


def test_making_a_model_leaves_torchs_random_numbers_alone() -> None:
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    a_model(5)
    torch.testing.assert_close(torch.rand(3), expected)


# --- saving


def test_a_saved_model_predicts_the_same_and_goes_on_the_same(tmp_path: Path) -> None:
    model = a_model(seed=3)
    model.standardise_inputs(steps_of(100))
    judge(model, 40)
    model.fit(updates=20)
    model.normalise(steps_of(200))
    model.save(tmp_path / "model.pt")
    assert [path.name for path in tmp_path.iterdir()] == ["model.pt"]
    torch.load(tmp_path / "model.pt", weights_only=True)  # holds no code
    loaded = RewardEnsemble.load(tmp_path / "model.pt", OBSERVED, ACTED, device="cpu")
    assert loaded.settings == model.settings and loaded.version == model.version
    np.testing.assert_array_equal(loaded.predict(steps_of(50)), model.predict(steps_of(50)))
    judge(loaded, 40)
    for each in (model, loaded):
        each.fit(updates=20)
    np.testing.assert_array_equal(loaded.predict(steps_of(50)), model.predict(steps_of(50)))


@pytest.mark.parametrize(
    ("observed", "settings"),
    [
        (spaces.Box(-3, 3, (5,)), {}),
        (OBSERVED, {"members": 2}),
        (OBSERVED, {"hidden": (32,)}),
        (OBSERVED, {"filters": 8}),
        (OBSERVED, {"batch_norm": True}),
    ],
    ids=str,
)
def test_weights_of_other_sizes_are_refused(observed: Any, settings: dict[str, Any]) -> None:
    other = RewardEnsemble(observed, ACTED, RewardModelSettings(**settings), device="cpu")
    with pytest.raises(ValueError, match="these weights do not fit: .*use the environment and"):
        other.load_state(a_model().state())


def test_weights_of_another_environment_are_refused(tmp_path: Path) -> None:
    a_model().save(tmp_path / "model.pt")
    with pytest.raises(ValueError, match="these weights do not fit"):
        RewardEnsemble.load(tmp_path / "model.pt", spaces.Box(0, 255, (16, 16, 3), np.uint8), ACTED)


@pytest.mark.parametrize("content", ["text", "tensors", "code"])
def test_a_file_that_holds_no_reward_model_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "model.pt"
    if content == "text":
        path.write_text("hello")
    else:
        torch.save({"weights": torch.zeros(3)} if content == "tensors" else Path, path)
    with pytest.raises(
        ValueError, match=r"model\.pt holds no reward model; .*RewardEnsemble\.save"
    ):
        RewardEnsemble.load(path, OBSERVED, ACTED)


def test_a_missing_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        RewardEnsemble.load(tmp_path / "none.pt", OBSERVED, ACTED)


# --- spaces and settings


SPACES: list[tuple[Any, Any]] = [
    (spaces.Box(0, 255, (16, 16, 3), np.uint8), spaces.Discrete(3)),
    (spaces.Box(0, 255, (2, 26, 24), np.uint8), spaces.Box(-1, 1, (2,))),
    (spaces.Box(0, 255, (3, 3, 1), np.uint8), spaces.Discrete(2)),
    (
        spaces.Dict(
            {
                "eye": spaces.Box(0, 255, (8, 8, 1), np.uint8),
                "goal": spaces.Discrete(4),
                "x": spaces.Box(-1, 1, (2, 3)),
            }
        ),
        spaces.MultiDiscrete([2, 3]),
    ),
    (spaces.MultiBinary(5), spaces.MultiBinary([2, 2])),
    (spaces.MultiDiscrete([3, 4]), spaces.MultiDiscrete([2, 2])),
    (spaces.Discrete(6), spaces.Discrete(2, start=3)),
]


@pytest.mark.parametrize(("observed", "acted"), SPACES, ids=lambda space: type(space).__name__)
def test_every_space_is_fitted_and_predicted_and_saved(
    observed: Any, acted: Any, tmp_path: Path
) -> None:
    observed.seed(0), acted.seed(0)

    def sample(n: int) -> tuple[Any, Any]:
        seen = [observed.sample() for _ in range(n)]
        batch = (
            {key: np.stack([step[key] for step in seen]) for key in seen[0]}
            if isinstance(seen[0], dict)
            else np.stack(seen)
        )
        return batch, np.stack([acted.sample() for _ in range(n)])

    small = RewardModelSettings(members=3, filters=4, uses_next_observations=False)
    model = RewardEnsemble(observed, acted, small, device="cpu")
    queries = {
        id_: Query(
            (Clip(*sample(3), np.zeros(3, np.float32)), Clip(*sample(2), np.zeros(2, np.float32))),
            id=id_,
        )
        for id_ in range(1, 6)
    }
    model.update(dict.fromkeys(queries, 1.0), queries)
    model.standardise_inputs(steps(*sample(30)))
    assert model.fit(updates=3) == 3
    seven = steps(*sample(7))
    model.normalise(steps(*sample(30)))
    assert model.predict(seven).shape == (7,)
    assert np.isfinite(model.predict(seven)).all()
    assert model.predict_each(seven).shape == (3, 7)
    model.save(tmp_path / "model.pt")
    loaded = RewardEnsemble.load(tmp_path / "model.pt", observed, acted, device="cpu")
    np.testing.assert_array_equal(loaded.predict(seven), model.predict(seven))


def test_an_unsupported_space_is_named() -> None:
    with pytest.raises(ValueError, match="cannot read the observation space Text"):
        RewardEnsemble(spaces.Text(3), ACTED)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"members": 0}, "members must be at least 1, but is 0"),
        ({"batch_size": -1}, "batch_size must be at least 1, but is -1"),
        ({"updates": 0}, "updates must be at least 1"),
        ({"hidden": (32, 0)}, r"hidden must be at least 1 each, but is \(32, 0\)"),
        ({"learning_rate": 0.0}, "learning_rate must be more than 0, but is 0"),
        ({"learning_rate": math.nan}, "learning_rate must be more than 0, but is nan"),
        ({"weight_decay": -1.0}, "weight_decay must be at least 0, but is -1"),
        ({"weight_decay": math.nan}, "weight_decay must be at least 0, but is nan"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RewardModelSettings(**settings)


# --- changes


def test_a_reward_for_progress_is_learned_better_by_a_model_that_sees_changes() -> None:
    rng = np.random.default_rng(0)

    def walk(length: int) -> Clip:
        noise = rng.normal(size=(length + 1, 4)).astype(np.float32)
        gained = (noise[1:] - noise[:-1])[:, 0]
        return Clip(noise[:-1], rng.integers(2, size=length), gained, next_observations=noise[1:])

    queries = [Query((walk(3), walk(3)), id=id_) for id_ in range(1, 121)]
    labels = {q.id: float(q.clips[0].true_return > q.clips[1].true_return) for q in queries}
    seen = walk(500)
    found = []
    for changes in (False, True):
        model = a_model(uses_next_observations=changes)
        model.standardise_inputs(seen.transitions)
        model.update(labels, {query.id: query for query in queries})
        for _ in range(5):
            model.fit()
        learned = model.predict(seen.transitions)
        found.append(correlation(learned, seen.true_rewards))
    blind, sees = found
    assert sees > 0.9 > blind


def test_a_model_that_sees_changes_comes_back_from_its_file(tmp_path: Path) -> None:
    model = a_model(uses_next_observations=True)
    seen = linear_clip(np.random.default_rng(9), 20)
    walked = steps(seen.observations, seen.actions, np.asarray(seen.observations)[::-1].copy())
    model.save(tmp_path / "model.pt")
    loaded = RewardEnsemble.load(tmp_path / "model.pt", OBSERVED, ACTED, device="cpu")
    expected = model.predict(walked)
    np.testing.assert_array_equal(loaded.predict(walked), expected)
    ended = replace(walked, next_observations=seen.observations, terminated=~walked.terminated)
    assert not np.array_equal(model.predict(ended), expected)


# --- clipped inputs


def test_inputs_far_from_all_others_are_seen_as_the_farthest_that_is_told_apart() -> None:
    model = a_model(clip_inputs=3.0)
    model.standardise_inputs(steps_of(500))
    far, farther = (
        steps(np.full((1, 4), value, np.float32), np.zeros(1, np.int64)) for value in (50.0, 1000.0)
    )
    assert model.predict(far) == model.predict(farther)
    assert a_model().predict(far) != a_model().predict(farther)


# --- names of version 0.1.0


def test_the_first_names_make_and_load_an_ensemble_with_a_warning(tmp_path: Path) -> None:
    old: Any = RewardModel
    with pytest.warns(DeprecationWarning, match="is RewardEnsemble now"):
        model = old(OBSERVED, ACTED, RewardModelSettings(members=2), seed=1, device="cpu")
    assert isinstance(model, RewardEnsemble) and model.settings.members == 2
    model.save(tmp_path / "model.pt")
    with pytest.warns(DeprecationWarning, match="RewardModel.load is RewardEnsemble now"):
        loaded = old.load(tmp_path / "model.pt", OBSERVED, ACTED, device="cpu")
    np.testing.assert_array_equal(loaded.predict(steps_of(5)), model.predict(steps_of(5)))


def test_observations_and_actions_are_still_predicted_with_a_warning() -> None:
    model, some = a_model(uses_next_observations=True), steps_of(5)
    seen = replace(some, next_observations=some.observations, terminated=np.ones(5, bool))
    after = After(some.observations, np.ones(5, bool))
    old: Any = model.predict
    with pytest.warns(DeprecationWarning, match="Transitions.within_episodes"):
        rewards = old(some.observations, some.actions, after)
    np.testing.assert_array_equal(rewards, model.predict(seen))


def test_old_names_of_settings_work_with_a_warning_and_in_files(tmp_path: Path) -> None:
    old: Any = RewardModelSettings
    with pytest.warns(DeprecationWarning, match="it is refit_from_scratch=... now"):
        assert old(anew=True, members=2) == RewardModelSettings(refit_from_scratch=True, members=2)
    model = a_model(uses_next_observations=True)
    model.save(tmp_path / "model.pt")
    state = torch.load(tmp_path / "model.pt", weights_only=True)
    for name, before in (("uses_next_observations", "changes"), ("refit_from_scratch", "anew")):
        state["settings"][before] = state["settings"].pop(name)
    torch.save(state, tmp_path / "model.pt")
    loaded = RewardEnsemble.load(tmp_path / "model.pt", OBSERVED, ACTED, device="cpu")
    assert loaded.settings == model.settings

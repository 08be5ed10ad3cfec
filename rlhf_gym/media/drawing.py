"""The pictures and the sound of a clip, as its video has them."""

from __future__ import annotations

from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.drawing import Frames, draw, environment_of
from rlhf_gym.envs.description import describe_env
from rlhf_gym.envs.sound import Samples
from rlhf_gym.feedback import EnvironmentRecord
from rlhf_gym.media.video import steps_a_frame

__all__ = ["film_of", "sound_of"]


def film_of(clip: Clip, environment: EnvironmentRecord) -> tuple[Frames, float]:
    """Return the frames of a clip's video, as `draw` draws them, and the frames per second."""
    every = steps_a_frame(environment.fps)
    return draw(clip, environment.spec_json, every), environment.fps / every


def sound_of(clip: Clip, spec_json: str) -> Samples | None:
    """Return the sound of the clip that was drawn last, where its environment makes any.

    Such an environment sets ``metadata["sound"]`` and has a method ``sound(steps)``, which returns
    the samples of its last steps.

    Returns:
        ``(samples,)`` int16, or None.
    """
    if clip.frames is not None:  # what a camera filmed needs no environment
        return None
    env = environment_of(spec_json)
    if not describe_env(env).sound:
        return None
    samples: Samples = env.get_wrapper_attr("sound")(len(clip))
    return samples

"""Clips as pictures, videos and sound, drawn in a separate process.

Takes stored clips, simulates them again from their snapshots or takes the frames filmed at the
time, and writes H.264 videos into the run folder.
"""

from rlhf_gym.clips.drawing import ClipMismatch, Undrawable, draw
from rlhf_gym.clips.rendering import off_screen
from rlhf_gym.media.drawing import film_of, sound_of
from rlhf_gym.media.process import draw_clips
from rlhf_gym.media.video import decode, encode, first_picture, has_sound, steps_a_frame

__all__ = [
    "ClipMismatch",
    "Undrawable",
    "decode",
    "draw",
    "draw_clips",
    "encode",
    "film_of",
    "first_picture",
    "has_sound",
    "off_screen",
    "sound_of",
    "steps_a_frame",
]

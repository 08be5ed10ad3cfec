"""Clips: what was seen and done, in numpy; no torch, no database, no window.

Steps of environments come in (`Transitions`) and are kept in rings (`ClipBuffer`); clips go out,
with snapshots from which they can be drawn again.
"""

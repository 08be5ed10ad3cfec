"""Clips: what was seen and done, in numpy; no torch, no database, no window.

Takes the steps of environments (`Transitions`), keeps them in rings (`ClipBuffer`) and returns
clips, with snapshots from which they can be drawn again. How a step ended its episode is decided in
`rlhf_gym.clips.steps`.
"""

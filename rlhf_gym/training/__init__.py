"""Training: `HumanFeedback`, the plug-in, with its loop of asking and fitting, and checkpoints.

Takes a vector environment, a teacher and settings, and returns the vector environment with the
learned reward (`agent_reward`, which attaches it to the agent). As a callback of that agent it
collects labels and writes logs and checkpoints: `loop` says when to ask and how long training waits
for a live teacher, `asking` posts queries and collects labels.
"""

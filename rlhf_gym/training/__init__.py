"""Training: `HumanFeedback`, the plug-in, with its loop of asking and fitting, and checkpoints.

A vector environment, a teacher and settings come in; a vector environment with the learned reward
goes out, and then, as a callback of an agent, labels, logs and checkpoints of its training.
"""

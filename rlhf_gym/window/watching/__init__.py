"""The window in which a person watches an agent and its predicted rewards.

Steps of a running episode come in; pictures go to the screen or into a video.
"""

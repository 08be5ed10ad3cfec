"""The window in which a person watches an agent and its predicted rewards.

Takes the steps of a running episode, and draws on the screen or into a video.
"""

"""The window in which an agent is watched."""

"""The window in which a person plays an environment with the keyboard."""

"""Gymnasium and VecEnv wrappers."""

"""Environments by id: made, registered, described and checked."""

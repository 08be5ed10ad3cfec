"""The labelling session as a pure reducer, without a display."""

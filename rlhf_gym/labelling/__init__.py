"""The labelling session as a pure reducer: an event and a state give the next state.

Nothing here draws or stores: the window, and any other front end, shows the state and carries out
the effects.
"""

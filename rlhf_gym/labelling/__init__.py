"""The labelling session as a pure reducer: events and a state come in, the next state goes out.

Nothing here draws or stores: the window, and any other front end, shows the state and carries out
the effects.
"""

"""What every other package may use, and what uses none of them.

Words and numbers for messages, checks of arguments against their annotations, requests to stop,
other processes, files that survive a killed process, and what this machine and this copy have.
"""

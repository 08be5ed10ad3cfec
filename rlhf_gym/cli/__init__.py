"""The program `rlhf-gym`: a module for each command with a function `command`, and what they share.

tyro parses the arguments from the signature and docstring of that function; it prints text or JSON,
and its return value is the exit code (None counts as success).
"""

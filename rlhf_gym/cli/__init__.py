"""The program `rlhf-gym`: one module for each command, each with a function `command`.

Arguments come in, parsed by tyro from the signature and docstring of that function; text or JSON
goes to the terminal, and the return value is the exit code (None counts as success).
"""

"""The program `rlhf-gym`: one module a command, each with a function `command`.

The signature of the function gives the flags (tyro), its docstring the help; it returns an exit
code or None for success.
"""

"""The command line: one module for each command, joined in `root`.

Modules here import little at the top, so that `--help` and `lint` are quick: what a command needs it imports
when it runs.
"""

"""Command sets: what a client offers, checked, compiled once and shared by content.

`text` takes out what people cannot see, `offer` makes the schema for a model's API and its way back,
`command` compiles one command, `findings` says what would make it better, `commandset` joins and shares.
"""

from capserver.manifest.command import CompiledCommand
from capserver.manifest.commandset import EMPTY, CommandSet, compile_set, find_set

__all__ = ["EMPTY", "CommandSet", "CompiledCommand", "compile_set", "find_set"]

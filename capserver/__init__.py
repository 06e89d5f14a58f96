"""capserver: a language model moves your program, command by command, while it still writes."""

__version__ = "0.1.0"

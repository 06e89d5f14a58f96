"""Regular expressions from strangers: those that a linear engine runs within 64 KiB of program."""

import re
from functools import lru_cache
from typing import Final

from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError

MAX_LENGTH: Final = 256
OPTIONS: Final = RegexOptions(size_limit=1 << 16, dfa_size_limit=1 << 16)
"""Past 64 KiB a single check can hold the interpreter for seconds."""

_ROOMY: Final = RegexOptions(size_limit=1 << 20, dfa_size_limit=1 << 16)
_REPETITION: Final = re.compile(r"\{\d+(?:,\d*)?\}")


@lru_cache(maxsize=1024)
def trouble(pattern: str) -> tuple[str, str] | None:
    """The code and message of what is wrong with a pattern of at most `MAX_LENGTH` characters."""
    if _compiles(pattern, OPTIONS):
        return None
    if _compiles(_REPETITION.sub("+", pattern), _ROOMY):
        return "regex_too_big", "the pattern compiles to more than 64 KiB: repeat less, or narrower classes"
    return "regex_unsupported", (
        "no pattern of a linear engine: no look-around, no back-references; see https://docs.rs/regex/#syntax"
    )


def _compiles(pattern: str, options: RegexOptions) -> bool:
    try:
        Draft202012Validator({"pattern": pattern}, pattern_options=options)
    except ValidationError:
        return False
    return True

"""Examples with `{param}` slots, laid over what was said."""

from capserver.planners.offline.index import Command, Template
from capserver.planners.offline.slots import Filled, Said, finished, put
from capserver.planners.offline.words import Word, meets


def aligned(command: Command, said: Said) -> Filled | None:
    """The arguments of the first example that says the same, its slots filled."""
    telling = [
        at for at, word in enumerate(said.words) if word.content or word.amount or word.quote is not None
    ]
    for template in command.templates:
        slots = (
            _laid(template, said, telling, 0) if any(isinstance(part, Word) for part in template) else None
        )
        if slots is None:
            continue
        filled = Filled(used=set(telling))
        if all(put(command, filled, name, said, span) for name, span in slots.items()):
            return finished(command, filled)
    return None


def _laid(template: Template, said: Said, telling: list[int], at: int) -> dict[str, range] | None:
    """Where each slot lies when the template is laid over the telling words from the one at `at` on."""
    if not template:
        return {} if at == len(telling) else None
    part, rest = template[0], template[1:]
    if isinstance(part, Word):
        fits = at < len(telling) and meets(part, said.words[telling[at]])
        return _laid(rest, said, telling, at + 1) if fits else None
    for end in range(at + 1, len(telling) + 1):
        slots = _laid(rest, said, telling, end)
        if slots is not None:
            return {part: range(telling[at], telling[end - 1] + 1), **slots}
    return None

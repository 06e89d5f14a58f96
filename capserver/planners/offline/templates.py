"""Examples with `{param}` slots, laid over what was said."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from capserver.planners.offline.index import Command, Template, tells
from capserver.planners.offline.slots import Filled, Said, fill, finished, put
from capserver.planners.offline.words import Word, alike, meets

_WAYS_TRIED: Final = 16
_MOST_WORDS: Final = 48


def aligned(command: Command, said: Said) -> Filled | None:
    """The arguments of the first example that says the same and leaves nothing open, its slots filled."""
    telling = [at for at, word in enumerate(said.words) if tells(word) or word.quote is not None]
    for template in command.templates if len(telling) <= _MOST_WORDS else ():
        if any(isinstance(part, Word) for part in template):
            same = alike if _free(command, template) else meets
            for slots in islice(_laid(template, said, telling, same, (0, 0), set()), _WAYS_TRIED):
                filled = _put(command, slots, said)
                if filled is not None and not filled.missing:
                    filled.used.update(telling)
                    return filled
    return None


def _free(command: Command, template: Template) -> bool:
    """Whether it has a slot that takes any words, and so needs its own to be the very ones."""
    anything = {one.name for one in command.parameters if one.kind in ("text", "thing") and not one.values}
    return any(isinstance(part, str) and part in anything for part in template)


def _put(command: Command, slots: dict[str, range], said: Said) -> Filled | None:
    """What was said in the slots of an example as arguments; without slots, what its words tell."""
    if not slots:
        return fill(command, said, set())
    filled = Filled()
    if all(put(command, filled, name, said, span) for name, span in slots.items()):
        return finished(command, filled)
    return None


def _laid(
    template: Template,
    said: Said,
    telling: list[int],
    same: Callable[[Word, Word], bool],
    state: tuple[int, int],
    dead: set[tuple[int, int]],
) -> Iterator[dict[str, range]]:
    """Where the slots lie, for each way to lay the template over the telling words.

    `state` is how many parts and telling words are behind; `dead` collects those from which no way goes on,
    so that each is tried once.
    """
    if state in dead:
        return
    part, at = state
    found = False
    for slot, end in _steps(template, said, telling, same, part, at):
        for slots in _laid(template, said, telling, same, (part + 1, end), dead):
            found = True
            yield slot | slots
    if state == (len(template), len(telling)):
        yield {}
    elif not found:
        dead.add(state)


def _steps(
    template: Template,
    said: Said,
    telling: list[int],
    same: Callable[[Word, Word], bool],
    part: int,
    at: int,
) -> Iterator[tuple[dict[str, range], int]]:
    """What the next part of the template may take: one word that means the same, or any number for a slot."""
    here = template[part] if part < len(template) and at < len(telling) else None
    if isinstance(here, Word):
        if same(here, said.words[telling[at]]):
            yield {}, at + 1
    elif here is not None:
        for end in range(at + 1, len(telling) + 1):
            yield {here: range(telling[at], telling[end - 1] + 1)}, end

"""Examples with `{param}` slots, laid over what was said."""

from collections.abc import Sequence

from capserver.planners.offline.index import Entry, Template
from capserver.planners.offline.slots import Filled, finished, put_span
from capserver.planners.offline.words import Word, meets
from capserver.vocabulary import Vocabulary


def aligned(entry: Entry, words: Sequence[Word], text: str, vocabulary: Vocabulary) -> Filled | None:
    """The arguments of the first example that says the same as `words`, its slots filled."""
    said = [i for i, word in enumerate(words) if word.content or word.amount or word.quote is not None]
    for template in entry.templates:
        spans = _laid(template, words, said, 0, 0)
        if spans is None:
            continue
        filled = Filled(used=set(said))
        if all(put_span(entry, filled, name, words, span, text, vocabulary) for name, span in spans.items()):
            return finished(entry, filled)
    return None


def _laid(
    template: Template, words: Sequence[Word], said: list[int], part: int, at: int
) -> dict[str, range] | None:
    """Where each slot lies when the template from `part` on is laid over `said` from `at` on."""
    if part == len(template.parts):
        return {} if at == len(said) else None
    here = template.parts[part]
    if isinstance(here, Word):
        if at < len(said) and meets(here, words[said[at]]):
            return _laid(template, words, said, part + 1, at + 1)
        return None
    for end in range(at + 1, len(said) + 1):
        rest = _laid(template, words, said, part + 1, end)
        if rest is not None:
            return {here: range(said[at], said[end - 1] + 1), **rest}
    return None

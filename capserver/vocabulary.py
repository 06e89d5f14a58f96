"""The knowledge base of a session: lists of things that exist right now, found by id or by name.

A list is never changed, only replaced: what an update leaves alone is shared between the old
vocabulary and the new one, with the indexes that were built for it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache, cached_property
from heapq import nlargest
from importlib.metadata import distribution
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from capserver.errors import Fault, FrameError, pointer
from capserver.protocol.codes import ErrorCode
from capserver.protocol.values import Entry, EntryPatch

MOST_LISTS: Final = 64
MOST_ENTRIES_A_LIST: Final = 2_000
MOST_ENTRIES: Final = 10_000
MOST_NAMES: Final = 20_000

_MOST_FAULTS: Final = 20
_COMPARED: Final = 32
_LONGEST_SAID: Final = 256
_NAMES_TRIED: Final = 8

_HAN: Final = "\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_A_HAN: Final = re.compile(f"[{_HAN}]")
_SPACE_AT_HAN: Final = re.compile(f"(?<=[{_HAN}]) | (?=[{_HAN}])")
_UNSEEN: Final = re.compile(
    "['\u2018\u2019\u00b4`\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_BETWEEN: Final = re.compile(
    r"""[\s\-_.,;:!?"/\\|~()\[\]{}<>\u00ab\u00b7\u00bb\u2010-\u2015\u201c-\u201f\u2022\u2026\u3001-\u3003\u3008-\u3011\u3014-\u301f\u30fb]+"""
)


class _Named(NamedTuple):
    """A name of an entry, and what it folds to."""

    id: str
    written: str
    folded: str


def fold(text: str) -> str:
    """Text without what people vary when they mean the same name.

    Case, width (NFKC) and script variant (traditional to simplified Chinese) are evened out; apostrophes and
    invisible characters go; other punctuation and white space count as one space, beside a Han character as
    none. Text that is nothing but punctuation keeps it.
    """
    even = unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).casefold()
    even = unicodedata.normalize("NFKC", _UNSEEN.sub("", even))
    bare = _BETWEEN.sub(" ", even).strip()
    if _A_HAN.search(bare):
        bare = _SPACE_AT_HAN.sub("", bare.translate(_simplified()))
    return bare or even.strip()


@cache
def _simplified() -> Mapping[int, str]:
    """Traditional characters and their simplified form, one to one (OpenCC's `TSCharacters`).

    The table alone, read at the first Chinese name: OpenCC would choose by phrase, where two sides of a
    comparison only need the same form.
    """
    file = distribution("opencc-python-reimplemented").locate_file("opencc/dictionary/TSCharacters.txt")
    lines = Path(str(file)).read_text("utf-8").splitlines()
    single = {old: forms.split()[0] for old, forms in (line.split("\t") for line in lines)}
    return {ord(old): single.get(new, new) for old, new in single.items() if len(new) == 1}


def nearest(said: str, names: Iterable[str], count: int = 3) -> list[str]:
    """The `count` names most like what was said, best first; equally good ones in the order given."""
    return [
        name.written for name in _nearest(said, (_Named(name, name, fold(name)) for name in names), count)
    ]


def _nearest(said: str, names: Iterable[_Named], count: int) -> list[_Named]:
    """The best of them. Shared characters pick the few that are compared in earnest."""
    wanted = fold(said[:_LONGEST_SAID])
    letters = set(wanted)

    def shared(name: _Named) -> float:
        return len(letters.intersection(name.folded)) / (len(letters) + len(name.folded) + 1)

    def likeness(name: _Named) -> float:
        return SequenceMatcher(None, name.folded, wanted, autojunk=False).ratio()

    return nlargest(count, nlargest(max(count, _COMPARED), names, key=shared), key=likeness)


def _index(names: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """From (name, id) to the ids of each name, in order, each once."""
    found: dict[str, dict[str, None]] = {}
    for name, key in names:
        found.setdefault(name, {})[key] = None
    return {name: tuple(keys) for name, keys in found.items()}


@dataclass(frozen=True)
class _List:
    """One list. Its indexes are built when first needed: many a list is only ever shown."""

    by_id: Mapping[str, Entry]

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(self.by_id.values())

    @cached_property
    def size(self) -> int:
        return sum(len(entry.names) for entry in self.entries)

    @cached_property
    def names(self) -> tuple[_Named, ...]:
        """Every name; where an entry has none, its id."""
        return tuple(
            _Named(entry.id, name, fold(name))
            for entry in self.entries
            for name in entry.names or (entry.id,)
        )

    @cached_property
    def ways(self) -> tuple[Mapping[str, tuple[str, ...]], ...]:
        """How an entry is found, the surest way first: a name as written, folded, an id folded."""
        return (
            _index((name.written, name.id) for name in self.names),
            _index((name.folded, name.id) for name in self.names),
            _index((fold(key), key) for key in self.by_id),
        )

    def matches(self, said: str) -> tuple[str, ...]:
        if said in self.by_id:
            return (said,)
        written, folded, ids = self.ways
        even = fold(said)
        return written.get(said) or folded.get(even) or ids.get(even) or ()

    def nearest(self, said: str, count: int) -> list[str]:
        best: dict[str, str] = {}
        for name in _nearest(said, self.names, count * _NAMES_TRIED):
            best.setdefault(name.id, name.written)
        return list(best.values())[:count]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The lists of one session: `{list: entries}`. An update makes a new one."""

    _lists: Mapping[str, _List] = field(default_factory=dict)

    @classmethod
    def of(cls, lists: Mapping[str, Sequence[Entry]]) -> "Vocabulary":
        """A vocabulary of these lists.

        Raises:
            FrameError: as `updated` does.
        """
        return cls().updated({name: list(entries) for name, entries in lists.items()})

    def updated(self, patch: Mapping[str, list[Entry] | EntryPatch | None]) -> "Vocabulary":
        """The vocabulary after an update: entries replace a list, `None` removes it, a patch changes it.

        Within a patch `put` replaces an entry where it stands or adds it at the end.

        Raises:
            FrameError: `invalid_frame`, where an id stands twice, an unknown one is dropped or there are more
                than 2,000 entries in a list, 10,000 entries, 20,000 names or 64 lists in all; with up to 20
                faults, by JSON Pointer below `/vocabulary`.
        """
        lists = dict(self._lists)
        faults: list[Fault] = []
        for name, change in patch.items():
            where = pointer("vocabulary", name)
            if change is None:
                lists.pop(name, None)
            elif isinstance(change, EntryPatch):
                lists[name] = _List(_patched(lists.get(name, _NONE).by_id, change, where, faults))
            else:
                lists[name] = _List(_by_id(change, where, faults))
        faults += _excesses(lists)
        if faults:
            raise FrameError(ErrorCode.INVALID_FRAME, "the vocabulary cannot be used", faults[:_MOST_FAULTS])
        return Vocabulary(lists)

    @property
    def lists(self) -> Mapping[str, tuple[Entry, ...]]:
        """The entries of each list, in the client's order."""
        return MappingProxyType({name: one.entries for name, one in self._lists.items()})

    def __bool__(self) -> bool:
        return bool(self._lists)

    def matches(self, list_name: str, said: str) -> tuple[str, ...]:
        """The ids that `said` may mean: none, one, or several entries of that name.

        An id comes before a name, a name as it is written before one that only folds to the same (`fold`),
        and last an id that does.
        """
        return self._lists.get(list_name, _NONE).matches(said)

    def resolve(self, list_name: str, said: str) -> str | None:
        """The id that `said` means; `None` where it means nothing, or several things (`matches`)."""
        found = self.matches(list_name, said)
        return found[0] if len(found) == 1 else None

    def nearest(self, list_name: str, said: str, count: int = 3) -> list[str]:
        """Names of the `count` entries most like what was said, best first, as the client wrote them."""
        return self._lists.get(list_name, _NONE).nearest(said, count)


_NONE: Final = _List({})


def _by_id(entries: Iterable[Entry], where: str, faults: list[Fault]) -> dict[str, Entry]:
    """Entries by id; an id that stands twice is a fault."""
    found: dict[str, Entry] = {}
    for index, entry in enumerate(entries):
        if entry.id in found:
            path = where + pointer(index, "id")
            faults.append(Fault(path, "duplicate_id", "an earlier entry of this list has the same id"))
        found[entry.id] = entry
    return found


def _patched(
    old: Mapping[str, Entry], patch: EntryPatch, where: str, faults: list[Fault]
) -> dict[str, Entry]:
    """The entries after a patch."""
    new = {**old, **(put := _by_id(patch.put or (), where + "/put", faults))}
    for index, key in enumerate(patch.drop or ()):
        path = where + pointer("drop", index)
        if key in put:
            faults.append(Fault(path, "conflict", "the same patch puts this id"))
        elif new.pop(key, None) is None:
            faults.append(Fault(path, "unknown_id", "the list has no entry of this id"))
    return new


def _excesses(lists: Mapping[str, _List]) -> list[Fault]:
    """What there is too much of."""
    counted = (
        ("lists", len(lists), MOST_LISTS),
        ("entries", sum(len(one.by_id) for one in lists.values()), MOST_ENTRIES),
        ("names", sum(one.size for one in lists.values()), MOST_NAMES),
    )
    return [
        Fault(pointer("vocabulary", name), "too_many", f"at most {MOST_ENTRIES_A_LIST:,} entries in a list")
        for name, one in lists.items()
        if len(one.by_id) > MOST_ENTRIES_A_LIST
    ] + [
        Fault("/vocabulary", "too_many", f"at most {most:,} {what} in all")
        for what, count, most in counted
        if count > most
    ]

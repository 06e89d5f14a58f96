"""What the offline planner says, in the language of the speaker."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

from capserver.manifest import CompiledCommand
from capserver.planners.offline.lexicon import lexicon
from capserver.planners.offline.parameters import Parameter
from capserver.planners.offline.text import Language, language, split_name
from capserver.planners.offline.words import read_name
from capserver.prompt import PastCall

Opening = Literal["sorry", "hello", "help"]

_OPENINGS: Final[Mapping[Opening, tuple[str, str]]] = {
    "sorry": ("I can't help with that. ", "这个我不会。"),
    "hello": ("Hello! ", "你好！"),
    "help": ("", ""),
}
_MOST_NAMED: Final = 5
_LONGEST: Final = 60
_BETWEEN_SENTENCES: Final = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])\s*")


def cannot(commands: Sequence[CompiledCommand], lang: Language, opening: Opening = "sorry") -> str:
    """Nothing fits, or nothing was asked: what could be."""
    if not commands:
        return "我现在没有什么能做的。" if lang == "zh" else "There is nothing that I can do right now."
    shown = list(dict.fromkeys(_ability(command, lang) for command in commands))
    some, more = shown[:_MOST_NAMED], len(shown) > _MOST_NAMED
    if lang == "zh":
        return f"{_OPENINGS[opening][1]}我会：{'、'.join(some)}{'等等' if more else ''}。"
    return f"{_OPENINGS[opening][0]}What I can do: {', '.join(some)}{' and more' if more else ''}."


def _ability(command: CompiledCommand, lang: Language) -> str:
    """A command in a few words that the speaker would use."""
    for example in command.examples:
        if "{" not in example and language(example) == lang:
            return f"“{example}”"
    if lang == "zh":
        return _in_chinese(command)
    if described := _described(command, "en"):
        return described[0].lower() + described[1:]
    return split_name(command.name).lower()


def _described(command: CompiledCommand, lang: Language) -> str:
    """The first sentence of the description that is in this language, without its stop, where it is short."""
    sentences = _BETWEEN_SENTENCES.split(command.description)
    first = next((one for one in sentences if one and language(one) == lang), "")
    return first.rstrip(".。") if len(first) <= _LONGEST else ""


def _in_chinese(command: CompiledCommand) -> str:
    if described := _described(command, "zh"):
        return described
    said = lexicon().said
    words = [word for word in read_name(command.name) if "light" not in word.marks]
    if all(word.keys[0] in said for word in words):
        return "".join(said[word.keys[0]][1] for word in words)
    return split_name(command.name)


def missing(
    command: CompiledCommand,
    parameters: Iterable[Parameter],
    several: Mapping[str, Sequence[Sequence[str]]],
    lang: Language,
) -> str:
    """A command that was meant but lacks something; `several`: by parameter, the values that may be meant."""
    named = [_wanted(parameter, several.get(parameter.name, ()), lang) for parameter in parameters]
    if lang == "zh":
        return f"要“{_ability(command, lang).strip('“”')}”，还需要告诉我：{'、'.join(named)}。"
    return f"To {split_name(command.name).lower()} I still need to know: {', '.join(named)}."


def _wanted(parameter: Parameter, values: Sequence[Sequence[str]], lang: Language) -> str:
    """What is to be said: which of a few values (by their names), or what the parameter is."""
    if values:
        some = [
            next((name for name in names[1:] if language(name) == lang), names[0])
            for names in values[:_MOST_NAMED]
        ]
        return (
            f"是{'、'.join(some[:-1])}还是{some[-1]}"
            if lang == "zh"
            else f"{', '.join(some[:-1])} or {some[-1]}"
        )
    return str(parameter.schema.get("description") or split_name(parameter.name)).rstrip(".。")


def unclear(said: Sequence[str], lang: Language) -> str:
    """Part of what was said fits nothing."""
    quoted = "、".join(f"“{one}”" for one in said) if lang == "zh" else ", ".join(f"“{one}”" for one in said)
    return f"这一部分我没听懂：{quoted}。" if lang == "zh" else f"I did not understand {quoted}."


def cannot_wait(said: Sequence[str], lang: Language) -> str:
    """Part of what was said is for later, or hangs on something: that is left to the speaker."""
    quoted = ("、" if lang == "zh" else ", ").join(f"“{one}”" for one in said)
    if lang == "zh":
        return f"抱歉，我不会等，所以先不做{quoted}。到时候请再告诉我一次。"
    return f"Sorry, I can't wait for that, so I left out {quoted}. Please tell me again when it is time."


def understood_not_to(lang: Language) -> str:
    """It was asked not to do something."""
    return "好的，不做。" if lang == "zh" else "All right, I won't."


def told(calls: Iterable[PastCall], commands: Mapping[str, CompiledCommand], lang: Language) -> str:
    """What came of the calls of the step before: the values that were waited for, and what went wrong."""
    said = []
    for call in calls:
        command = commands.get(call.name)
        name = _name(call.name, command, lang)
        if call.failed:
            english = f"Sorry, {name} did not work: {call.told}."
            said.append(f"抱歉，“{name}”没有成功：{call.told}。" if lang == "zh" else english)
        elif command is not None and command.returns is not None:
            value = _plain(call.told)
            said.append(f"{name}：{value}。" if lang == "zh" else f"{name}: {value}.")
    return ("" if lang == "zh" else " ").join(said)


def _name(name: str, command: CompiledCommand | None, lang: Language) -> str:
    return split_name(name).lower() if lang == "en" or command is None else _in_chinese(command)


def _plain(value: str) -> str:
    """A JSON value as one would say it; other text as it is."""
    try:
        found = json.loads(value)
    except ValueError:
        return value
    if isinstance(found, dict):
        return ", ".join(
            f"{split_name(key)} {_plain(json.dumps(inner, ensure_ascii=False))}"
            for key, inner in found.items()
        )
    if isinstance(found, list):
        return ", ".join(_plain(json.dumps(inner, ensure_ascii=False)) for inner in found)
    return found if isinstance(found, str) else value

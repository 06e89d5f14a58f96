"""The offline planner: no key, no network, no model.

A text is read as words (`words`), with numbers (`numbers`) and with what words mean in both languages
(`lexicon`); cut into clauses (`clauses`); for each clause the command that it is about is chosen (`match`) from an
index of the manifest (`index`), its arguments are found (`slots`, `templates`), and what is left is said
(`replies`). `decide` joins these; `planner` streams the outcome.
"""

from capserver.planners.offline.planner import OfflinePlanner

__all__ = ["OfflinePlanner"]

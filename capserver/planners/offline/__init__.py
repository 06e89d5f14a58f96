"""The offline planner: no key, no network, no model.

A text is read as words (`words`), with the numbers in it (`numbers`) and with what words mean in both
languages (`lexicon`); it is cut into clauses (`clauses`). For each clause the command that it is about is
chosen (`match`) from an index of the manifest (`index`, `parameters`), its arguments are found (`slots`, from
`values`, `quantities` and `texts`; `templates` from examples), and what is left to say is said (`replies`).
`decide` joins these, `planner` streams the outcome.
"""

from capserver.planners.offline.planner import OfflinePlanner

__all__ = ["OfflinePlanner"]

"""One call while it is written, and the judgement on it once it is whole.

Only what was strictly parsed is judged, and only what was judged is sent. `scanner` reads text as it comes,
`collector` keeps it and gives out what is streamed, `judgement` says whether the call may be sent.
"""

from capserver.calls.collector import ARGUMENT_BYTES, Collector
from capserver.calls.judgement import ARGUMENT_NODES, Accepted, Rejected, judge, judge_arguments

__all__ = [
    "ARGUMENT_BYTES",
    "ARGUMENT_NODES",
    "Accepted",
    "Collector",
    "Rejected",
    "judge",
    "judge_arguments",
]

"""Who may connect: the tokens of the configuration, and the name of whoever shows one."""

import hmac
from collections.abc import Sequence
from hashlib import sha256

ANYONE = "anyone"
"""The principal of everybody where no tokens are configured."""


class Gate:
    """Knows the tokens. Without any, everybody is `ANYONE`."""

    def __init__(self, tokens: Sequence[str] = ()) -> None:
        self._principals = [
            (token.encode(), "token-" + sha256(token.encode()).hexdigest()[:8]) for token in tokens
        ]

    @property
    def open(self) -> bool:
        """Whether no token is asked for."""
        return not self._principals

    def principal(self, token: str | None) -> str | None:
        """Whose token this is; none where it is nobody's. Takes the same time whichever it is."""
        if self.open:
            return ANYONE
        given = (token or "").encode()
        found = None
        for known, principal in self._principals:
            if hmac.compare_digest(given, known):
                found = principal
        return found

"""Who may connect: the tokens of the configuration, the name of whoever shows one, and the way back into
a session.
"""

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


class Pass:
    """The way back into one session: a token of one principal, another one after each return.

    The one before holds until the new one is known to have arrived, for a `welcome` may be lost too.
    """

    __slots__ = ("_previous", "principal", "token")

    def __init__(self, principal: str, token: str) -> None:
        self.principal = principal
        self.token = token
        self._previous: str | None = None

    def admits(self, token: str, principal: str) -> bool:
        """Whether this principal may come back with this token."""
        return principal == self.principal and (
            _same(token, self.token) or (self._previous is not None and _same(token, self._previous))
        )

    def rotate(self, shown: str, token: str) -> None:
        """Somebody came back with the token `shown`; the next one is `token`."""
        if _same(shown, self.token):
            self._previous = self.token
        self.token = token

    def arrived(self) -> None:
        """The client has the newest token: the one before is worth nothing any more."""
        self._previous = None


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())

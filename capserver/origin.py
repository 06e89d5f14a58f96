"""Web origins: one form for those that are configured and those that browsers send (RFC 6454)."""

from urllib.parse import urlsplit


def serialised(text: str) -> str | None:
    """`scheme://host[:port]` in lower case, a standard port left out; none where `text` is no origin."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        return None
    if not url.scheme or not url.hostname or url.path or url.query or url.fragment or url.username:
        return None
    host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    standard = port is None or (url.scheme, port) in {("http", 80), ("https", 443)}
    return f"{url.scheme}://{host}" + ("" if standard else f":{port}")

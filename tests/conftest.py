"""What holds for more than one file: how long hypothesis looks, the HTTP clients of the model's SDK."""

import pytest
from hypothesis import settings

from capserver.planners.anthropic import planner

settings.register_profile("ci", deadline=None, max_examples=100, derandomize=True, print_blob=True)
settings.register_profile("quick", deadline=None, max_examples=10, derandomize=True)
settings.load_profile("ci")


@pytest.fixture(params=["aiohttp", "httpx2"])
def http_client(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK with the extra `fast`, and without."""
    if request.param == "httpx2":
        monkeypatch.setattr(planner, "find_spec", lambda _name: None)

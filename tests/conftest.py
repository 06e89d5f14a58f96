"""What holds for every test: how long hypothesis may look."""

from hypothesis import settings

settings.register_profile("ci", deadline=None, max_examples=100, derandomize=True, print_blob=True)
settings.load_profile("ci")

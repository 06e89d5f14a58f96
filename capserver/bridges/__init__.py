"""Other ways to a session than `/v1/ws`; each replaces one part of the path. Bridges never meet."""

"""Plans by a model behind Anthropic's Messages API. Nothing else in this project knows that API.

`request` says a prompt in the API's words, `stream` turns its events into deltas, `failures` its errors into
ours, `models` knows what each model wants; `planner` alone waits.
"""

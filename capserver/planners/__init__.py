"""What turns a prompt into deltas: a model, rules, or a script."""

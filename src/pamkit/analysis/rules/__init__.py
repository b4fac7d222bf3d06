"""The rules of lint: one file, one rule."""

"""The one thing that is imported from here: it changed how the file was compiled."""

annotations = None

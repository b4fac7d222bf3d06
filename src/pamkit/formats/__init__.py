"""Codecs for the files of the system: pure, text and bytes in, values out."""

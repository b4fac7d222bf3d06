"""Instruments for tests: scripted conversations, worlds in memory, policies in three lines."""

"""Profiles, one file each: which controls of a benchmark which rules check."""

"""Modules that policies of OpenPAM's family name, where Linux has none or another of the name.

They are looked up for those dialects only: see `module/roster.py`.
"""

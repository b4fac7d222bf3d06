"""Guests: native modules, shared objects that speak C, in the process of a Python program."""

"""What `struct` hands on, in the frozen core."""

# ruff: noqa: F403

from _struct import *

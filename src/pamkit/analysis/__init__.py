"""Analysis: what can be said of policies without running anything."""

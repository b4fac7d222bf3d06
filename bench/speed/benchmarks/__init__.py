"""The benchmarks of docs/speed.md: one file each, found by being here."""

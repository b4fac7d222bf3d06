"""The outside behind the protocols of `pamkit.module.world`: account files, hashing, programs."""

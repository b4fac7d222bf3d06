"""One transaction, for real: the handle, the dispatcher, the six primitives."""

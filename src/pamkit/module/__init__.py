"""The contract between the engine and service modules."""

"""The service modules: one file, one module; the file's name is the name in policies."""

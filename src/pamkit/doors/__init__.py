"""The doors for C programs and C modules: the Python side of our libpam.so.0."""

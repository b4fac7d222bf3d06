"""PAM, complete, in Python."""

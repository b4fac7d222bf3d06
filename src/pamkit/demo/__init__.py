"""A small root directory of its own, and logins that show what PAM does."""

"""What the hooks of pam_unix do behind `pamkit.modules.pam_unix`: one question, one file."""

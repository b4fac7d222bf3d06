"""What the hooks of pam_userdb do behind `pamkit.modules.pam_userdb`: one question, one file."""

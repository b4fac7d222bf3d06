"""What the hooks of pam_faillock do behind `pamkit.modules.pam_faillock`."""

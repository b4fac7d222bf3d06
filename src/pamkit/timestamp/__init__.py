"""What pam_timestamp and `pamkit timestamp-check` share: by what a stamp is judged."""

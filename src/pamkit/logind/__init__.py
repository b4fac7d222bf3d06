"""What pam_systemd and pam_elogind share: registering a session with the login manager."""

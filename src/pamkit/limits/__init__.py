"""What pam_limits is made of: its files, whom their lines mean, and who is logged in."""

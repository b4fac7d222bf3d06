"""What SELinux is to this machine and its users: one question, one file."""

"""Directories that are not the same for all users: one concern of pam_namespace, one file."""

"""What service modules that judge new passwords share: settings, dictionary, whom it binds."""

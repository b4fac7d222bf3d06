"""The command line: arguments, exit codes and printing; nothing is computed here."""

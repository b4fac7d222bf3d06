"""The native libraries: how they are built, found, checked, installed and tried."""

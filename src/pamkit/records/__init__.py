"""Login records: one event, and every file that has to hear of it."""

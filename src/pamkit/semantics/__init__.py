"""What a chain means: pure, and the same for running, replaying and analysing."""

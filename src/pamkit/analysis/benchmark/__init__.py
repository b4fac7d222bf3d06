"""What benchmarks of security ask for, as checks that rules share."""

"""What all benchmarks share: processes of their own, the machine's facts, figures that are kept."""

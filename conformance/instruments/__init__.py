"""What measures: pure functions on what was sent and heard."""

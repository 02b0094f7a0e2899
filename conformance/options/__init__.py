"""What a run is asked to do: the table of options, and the frozen value that they become."""

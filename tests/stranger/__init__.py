"""A data plane that nobody of this project wrote, as far as the suite can tell."""

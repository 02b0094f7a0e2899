"""Data planes that handle their service token, or the data that it lets them delete, wrongly."""

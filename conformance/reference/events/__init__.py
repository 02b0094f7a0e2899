"""Rows under `/v1`, `/logs3` and `/btql`, and what is summed up from them."""

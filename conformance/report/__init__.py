"""From the reports of pytest to `report.json`, and from there to text and Markdown."""

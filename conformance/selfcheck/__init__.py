"""The proof of the suite: it finds every defect, alarms on no variant, passes on no null."""

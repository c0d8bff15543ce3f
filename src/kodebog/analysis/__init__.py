"""From a study to summaries: pure functions that take a `Study` and return tables."""

"""From summaries to what a reader sees: tables, figures, facts, generated pages, checked prose."""

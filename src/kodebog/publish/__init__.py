"""From notebooks and pages to the book: execution, Sphinx, PDF, web. Nothing else imports it but the command."""

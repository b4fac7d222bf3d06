"""Pages made from declarations and tables, so that no page says what the code does not."""

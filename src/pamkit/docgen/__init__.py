"""Pages made from declarations."""

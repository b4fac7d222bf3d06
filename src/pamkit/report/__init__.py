"""A tree of policies as one page to look at: data in, text out."""

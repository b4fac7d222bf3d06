"""From the text of a policy to the chains that are run."""

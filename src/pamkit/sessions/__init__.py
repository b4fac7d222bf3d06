"""Sessions that outlast the process that opened them."""

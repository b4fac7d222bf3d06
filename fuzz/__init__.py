"""Fuzz targets: what must hold of any bytes, one file for each; `fuzz.run` runs them."""

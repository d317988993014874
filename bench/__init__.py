"""Measures what Calvox does, each thing beside a floor or a peer in the same run: `python -m bench`.

Not part of the product: it is run from a checkout, and takes keys and vectors from the tests.
"""

"""The Windows kit: facts of Windows machines, collected by hand or over the network, and what to do with them."""

"""What a browser is shown: pages that the server writes."""

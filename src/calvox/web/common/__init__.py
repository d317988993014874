"""What all pages share: the layout, the assets, the headers, the guard of forms."""

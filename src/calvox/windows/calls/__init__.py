"""A call to Microsoft's clearing house: what it is about, the sheet it is held by, the codes that are typed."""

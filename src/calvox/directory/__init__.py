"""The site's directory (Active Directory): who somebody is, and what their groups let them do."""

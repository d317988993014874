"""A site folder: its description, its journal, the bundles that were imported. It needs no centre and no server of ours."""

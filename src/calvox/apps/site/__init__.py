"""A Windows site's use cases: what its folder, the Windows kit and the doctor do together."""

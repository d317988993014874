"""The story of one call, played with real processes: activation centre, licence server, session host.

`processes` starts and stops them, `stage` runs commands and shows who says what, `story` is the plot, `call` its main scene,
`serving` what comes after it.
"""

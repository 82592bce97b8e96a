"""The REST API, derived from the declarations.

`urls` leads to `resources` (what every record type has) and `services` (what stands beside them); `answering`
is the frame of every endpoint; `schemas` and `openapi` describe it all to programs, `reading` to people.
"""

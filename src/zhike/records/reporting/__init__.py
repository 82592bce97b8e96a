"""Reports: measures and dimensions a domain declares, compiled to one grouped query under the list's permission.

Every figure carries the JSON condition of exactly the records behind it, so it can lead to their list.
"""

"""Fields that are computed: formulas over a record's own fields and those of what it points at, and roll-ups of the
records that point here.

Their values lie in `custom` like those of other custom fields, so reading them costs nothing; they are written set by
set at the end of the act that changed what they read (`recomputing`), or by a job where there are too many.
"""

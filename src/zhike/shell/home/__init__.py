"""The first page of a working day: how sales stand, what is to be done, which deals need somebody."""

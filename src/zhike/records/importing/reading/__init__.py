"""Opens what people upload: text with separators in any encoding, and workbooks."""

from zhike.records.importing.reading.opening import open_table
from zhike.records.importing.reading.refusals import Cell, UnableToReadFile
from zhike.records.importing.reading.tables import Table

__all__ = ["Cell", "Table", "UnableToReadFile", "open_table"]

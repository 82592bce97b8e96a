"""The short lists a company keeps itself: industries, sources, categories, reasons; looked after on one page."""

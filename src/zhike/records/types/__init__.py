"""Record types a company defines itself: see `docs/adr/0012-a-table-for-each-custom-type.md`."""

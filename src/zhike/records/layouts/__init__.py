"""How a company lays out pages without code: sections, columns, cards, related lists, default views, the menu."""

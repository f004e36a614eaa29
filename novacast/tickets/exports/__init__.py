"""Tables that leave the house: as CSV, as XLSX, as JSON."""

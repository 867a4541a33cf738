"""The flow matrix as a spreadsheet, and an edited one taken back: base, workbook and map, field by field."""

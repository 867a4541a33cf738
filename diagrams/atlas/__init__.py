"""The page of a whole map: its entries as plain values, its drawings, and what it may tell to whom."""

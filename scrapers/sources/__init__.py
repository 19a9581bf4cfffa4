"""What was collected elsewhere, one module per format; each yields entries and skips in a fixed order."""

"""What everything may use: errors, settings, texts in two languages, the clock, logs."""

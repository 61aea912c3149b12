"""The programme as one accessible PDF: its content, its typesetting, its file."""

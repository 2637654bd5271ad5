"""The Outsample desktop application and its command line."""

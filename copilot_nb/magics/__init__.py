"""What users type: the cell and line magics, their grammar, and one file per subcommand."""

"""What was found, in words and formats for people and machines; nothing here reads or writes files."""

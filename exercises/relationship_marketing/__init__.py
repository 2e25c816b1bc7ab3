"""Practice on bonds and on word of mouth."""

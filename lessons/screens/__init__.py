"""Pages that are no topic: home, a chapter's opening, and the way between them."""

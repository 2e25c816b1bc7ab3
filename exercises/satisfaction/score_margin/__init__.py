"""How far a net promoter score may lie from the truth by chance."""

"""Whether a net promoter score has really risen."""

"""A modest advertisement or a bold one: what each leaves behind."""

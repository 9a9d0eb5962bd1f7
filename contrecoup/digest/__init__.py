"""TELL: what an edition holds (build), how it reads (render), and its mail (mail)."""

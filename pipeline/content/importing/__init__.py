"""A column as it was copied or saved -> QA files.

::

    bytes ─ decoding ─> text ─ text_blocks | html_blocks ─> blocks
      ─ recognising (heads, markers, signatures, pointers, bios) ─> parts with a role
      ─ grouping (boundaries) ─> Q&As ─ composing ─> texts of QA files

Every value keeps the input's line numbers, so that in the end each line is accounted for.
Only ``files`` touches the disk.
"""

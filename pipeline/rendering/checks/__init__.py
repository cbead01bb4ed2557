"""What an editor should know about an edition, or any HTML mail, before it goes out."""

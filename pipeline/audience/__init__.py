"""Who gets the newsletter: addresses, lists of readers, the keys and tokens of leaving."""

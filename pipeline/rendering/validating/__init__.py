"""What is wrong in an MJML source and its style sheets, told before mrml sees it."""

"""What several capabilities know alike: how days are said, what a mail asks, which goal something serves."""

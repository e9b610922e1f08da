"""Text to segments of words and terms. No judgement of what they mean together."""
